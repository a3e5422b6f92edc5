/*
 * profmerge/main - the sum of many profiles, always in the same bytes
 *
 * Each file is read by itself, added to the sum and forgotten: memory follows what is
 * distinct in all of them. The sum is brought into canonical order before anything is derived
 * from it, and once more before it is written.
 */
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/progress.h"
#include "common/program/sandbox.h"
#include "common/transform/reshape/canonical.h"
#include "common/transform/reshape/merge.h"
#include "common/transform/reshape/coarsen.h"
#include "converters/select_format.h"
#include "converters/tools/profmerge/files.h"
#include "converters/tools/profmerge/graft.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

struct profmerge_options {
	const char *from, *to, *list;
	bool nul_ends, common, graft;
};

#define AT(field) offsetof(struct profmerge_options, field)

static const struct option_row own_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the inputs' format (default: found by their content)",
		 AT(from)),
	OPT_TEXT('t', "to", "FORMAT",
		 "the output's format (default: by the suffix of -o, or the first input's)",
		 AT(to)),
	OPT_TEXT(0, "files-from", "FILE", "read the names of more FILEs from FILE, a line each",
		 AT(list)),
	OPT_FLAG('0', "null", "NUL bytes end the names in --files-from", AT(nul_ends)),
	OPT_FLAG(0, "common", "only the value types that all FILEs have", AT(common)),
	OPT_FLAG(0, "graft", "hang samples below the spans that ran on their thread at their time",
		 AT(graft)),
	OPT_END
};

struct merge_work {
	struct settings settings;
	struct profmerge_options options;
	const struct format *from, *to;
	struct merge merge;
	const char **type_files; /* by value type of the sum: the first file that has it */
	size_t type_cap, types;
	size_t estimated;      /* number of files whose stacks were estimated */
	struct profile *spare; /* tables of the last small file, for the next one */
};

static const char *name_of(const char *file)
{
	return file && strcmp(file, "-") != 0 ? file : "standard input";
}

static const char *display_name(const char *file)
{
	return diag_masked(str_of(name_of(file)));
}

/* --value is applied before comparing: it may be all that two profiles have in common. */
static int select_value(const struct settings *s, struct profile *p, const char *file)
{
	value_id value;

	if (!s->value)
		return 0;
	if (convert_find_value(p, display_name(file), s->value, &value) < 0)
		return -1;
	profile_keep_value(p, value);
	return 0;
}

static void add_group(const struct merge_work *w, value_id member, struct buf *b)
{
	const struct profile *sum = w->merge.sum;

	for (value_id v = 0; v < sum->value_count; v++)
		if (merge_goes_together(&w->merge, member, v)) {
			buf_add(b, b->n ? S(", ") : S(""));
			buf_add(b, profile_text(sum, sum->value_types[v].name));
		}
}

/* Samples of one file and seconds of another are two profiles, which no third one connects. */
static int report_disagreement(const struct merge_work *w, value_id other)
{
	struct buf first = { 0 }, apart = { 0 };

	add_group(w, 0, &first);
	add_group(w, other, &apart);
	diag_error("%s counts %s, %s counts %s: no sum of unlike values (--value selects one)",
		   display_name(w->type_files[0]), diag_masked(buf_str(&first)),
		   display_name(w->type_files[other]), diag_masked(buf_str(&apart)));
	buf_free(&first);
	buf_free(&apart);
	return -1;
}

static void report_uncommon(const struct merge_work *w)
{
	const struct profile *sum = w->merge.sum;
	struct buf names = { 0 };

	for (value_id v = 0; v < sum->value_count; v++)
		if (!merge_is_common(&w->merge, v)) {
			buf_add(&names, names.n ? S(", ") : S(""));
			buf_add(&names, profile_text(sum, sum->value_types[v].name));
		}
	if (names.n)
		diag_warning("not in all files: %s (--common leaves that out)",
			     diag_masked(buf_str(&names)));
	buf_free(&names);
}

/* Asked of the sum, so that the answer is the same for any order of the files. */
static int check_types(struct merge_work *w)
{
	if (w->options.common)
		return merge_keep_common(&w->merge)
			       ? 0
			       : diag_error("--common: no value type is in all files");
	for (value_id v = 1; v < w->types; v++)
		if (!merge_goes_together(&w->merge, 0, v))
			return report_disagreement(w, v);
	report_uncommon(w);
	return 0;
}

/*
 * The first file determines the output format, so that a wrong option is not found hours later.
 */
static int begin(struct merge_work *w, const struct format *found)
{
	if (select_format_output(&w->settings, w->options.to, found, &w->to) < 0)
		return -1;
	return options_refuse_unused(&w->settings.options, w->from, w->to);
}

/* The profile of one file, or NULL; *status is 1 if it is empty. */
static struct profile *read_one(struct merge_work *w, char *file, const struct format **found,
				int *status)
{
	struct profile *p = w->spare ? w->spare : profile_new();

	w->spare = NULL;
	*status = convert_read_file(&w->settings, p, w->from, format_registry, file, found);
	if (*status == 0)
		*status = select_value(&w->settings, p, file);
	if (*status == 0)
		return p;
	profile_free(p);
	return NULL;
}

/* Keeps small tables, which need not grow again; large ones would waste memory. */
static void give_back(struct merge_work *w, struct profile *p)
{
	enum { SMALL = 1 << 14 };

	if (!p || p->strings.count > SMALL || p->cost_count > SMALL || p->arc_count > SMALL) {
		profile_free(p);
		return;
	}
	profile_clear(p);
	w->spare = p;
}

static void name_types(struct merge_work *w, const char *file)
{
	while (w->types < w->merge.sum->value_count) {
		ARRAY_ROOM(w->type_files, w->types, w->type_cap);
		w->type_files[w->types++] = file;
	}
}

static int add_file(struct merge_work *w, char *file)
{
	const struct format *found = NULL;
	int status;
	struct profile *p = read_one(w, file, &found, &status);

	if (status == 1) {
		diag_warning("%s: empty, passed over", display_name(file));
		return 0;
	}
	if (status == 0 && !w->merge.count)
		status = begin(w, found);
	if (status == 0) {
		w->estimated += p->estimated;
		merge_add(&w->merge, p);
		name_types(w, file);
		status = profile_status(w->merge.sum, name_of(file));
	}
	give_back(w, p);
	return status;
}

static int add_files(struct merge_work *w, const struct file_names *files)
{
	int status = 0;

	if (files->count == 1)
		return add_file(w, files->names[0]);
	progress_start_steps("merging", files->count);
	for (size_t i = 0; status == 0 && i < files->count; i++) {
		status = add_file(w, files->names[i]);
		progress_step();
	}
	progress_end_steps();
	return status;
}

static int name_files(const struct profmerge_options *o, struct file_names *files, char **words,
		      int count)
{
	for (int i = 0; i < count; i++)
		file_names_add(files, words[i]);
	if (o->list && file_names_read(files, o->list, o->nul_ends) < 0)
		return -1;
	if (o->list && !files->count)
		return diag_error("%s: expected names of files, got none", display_name(o->list));
	for (size_t i = 0; files->input_used && i < files->count; i++)
		if (strcmp(files->names[i], "-") == 0)
			return diag_error("standard input has the names: it cannot be a FILE too");
	if (!files->count)
		file_names_add(files, (char *)(uintptr_t) "-");
	return 0;
}

static int write_sum(struct settings *s, struct profile **p, const struct format *to)
{
	struct output *out;

	s->value = NULL; /* done file by file */
	profile_replace(p, convert_sum(*p));
	if (convert_check_terminal(s, to) < 0 || convert_prepare_sum(s, p, to) < 0 ||
	    !(out = convert_open(s)))
		return STATUS_TROUBLE;
	convert_write_as(s, out, *p, to);
	return output_close(out, true) < 0 ? STATUS_TROUBLE : STATUS_DONE;
}

/* The sum of all files, or NULL. */
static struct profile *sum_files(struct merge_work *w, const struct file_names *files)
{
	struct profile *sum;
	size_t merged;
	int status = add_files(w, files);

	profile_free(w->spare);
	if (status == 0 && w->merge.count)
		status = check_types(w);
	merged = w->merge.count;
	sum = merge_finish(&w->merge);
	if (status == 0 && !sum)
		status = diag_error("%s: byte 0: expected a profile, got an empty file",
				    display_name(files->names[files->count - 1]));
	if (status == 0)
		convert_report_estimated(w->estimated, merged);
	if (status == 0 && sum)
		status = convert_finish_reading(sum, NULL);
	if (status == 0)
		return sum;
	profile_free(sum);
	return NULL;
}

/* The same with --graft. */
static struct profile *graft_files(struct merge_work *w, const struct file_names *files)
{
	struct profile *p = graft_new();
	int status = 0, read = 0;

	if (w->options.common)
		status = diag_error("--graft and --common exclude each other");
	for (size_t i = 0; status == 0 && i < files->count; i++) {
		const struct format *found = NULL;

		status = graft_read(&w->settings, p, w->from, files->names[i], &found);
		if (status == 1)
			diag_warning("%s: empty, passed over", display_name(files->names[i]));
		else if (status == 0 && !read++)
			status = begin(w, found);
		status = status < 0 ? status : 0;
	}
	if (status == 0)
		return graft_finish(&w->settings, p);
	profile_free(p);
	return NULL;
}

static int merge_files(struct merge_work *w, char **words, int count)
{
	struct file_names files = { 0 };
	struct profile *sum = NULL;
	int status = name_files(&w->options, &files, words, count);

	if (status == 0)
		status = sandbox_enter(&w->settings, files.names, (int)files.count, true);
	if (status == 0)
		sum = w->options.graft ? graft_files(w, &files) : sum_files(w, &files);
	status = sum ? write_sum(&w->settings, &sum, w->to) : STATUS_TROUBLE;
	profile_free(sum);
	alloc_free(w->type_files);
	file_names_free(&files);
	return status;
}

static int parsed(struct merge_work *w, int argc, char **argv)
{
	int first = settings_parse(&w->settings, argc, argv);

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(&w->settings, "[options] [FILE...]",
					"sum profiles, in the same bytes in any order",
					format_registry))
		return STATUS_DONE;
	if (select_format_input(w->options.from, &w->from) < 0)
		return STATUS_TROUBLE;
	return merge_files(w, argv + first, argc - first);
}

int profmerge_main(int argc, char **argv)
{
	struct merge_work w = { 0 };
	int status;

	settings_init(&w.settings);
	w.settings.all_formats = format_registry;
	settings_add_group(&w.settings, "how files are merged", own_rows, &w.options);
	options_for_conversion(&w.settings, format_registry, format_registry);
	status = parsed(&w, argc, argv);
	settings_free(&w.settings);
	return status;
}
