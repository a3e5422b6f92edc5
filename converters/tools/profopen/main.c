/*
 * profopen/main - a profile in the browser, in KCachegrind or in speedscope
 *
 * The picture, or what the viewer reads, goes to a file that nobody else can read, in a
 * directory of its own; its path is printed. The viewer runs on alone.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "converters/select_format.h"
#include "converters/registry.h"
#include "converters/tools/profopen/viewer.h"
#include "converters/tools/tools.h"

struct profopen_options {
	const char *from;
	int with; /* of VIEWERS */
};

#define AT(field) offsetof(struct profopen_options, field)

static const struct option_row own_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_CHOICE(0, "with", VIEWERS, "the viewer (default auto: the first that is there)",
		   AT(with)),
	OPT_END
};

/* The name without the suffix of a format or of a compression. False if it has none. */
static bool cut_suffix(struct str *name)
{
	static const char *const compressions[] = { ".gz", ".zst", ".xz", ".bz2" };
	struct str suffixes, suffix;

	for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
		if (str_ends(*name, str_of(compressions[i]))) {
			*name = str_head(*name, name->n - strlen(compressions[i]));
			return true;
		}
	for (format_list f = format_registry; *f; f++)
		for (suffixes = str_of((*f)->suffixes); str_word(&suffixes, &suffix);)
			if (suffix.p[0] == '.' && str_ends(*name, suffix)) {
				*name = str_head(*name, name->n - suffix.n);
				return true;
			}
	return false;
}

/* The file's name: that of the first input, without directory and suffixes. */
static void add_name(struct buf *path, char **files, int count, const struct format *to)
{
	struct str name = str_base(str_of(count ? files[0] : "-"));
	struct str suffixes = str_of(to->suffixes), suffix;

	while (cut_suffix(&name))
		;
	if (!name.n || str_starts(name, S("-")))
		name = S("profile");
	buf_add(path, name);
	if (str_word(&suffixes, &suffix))
		buf_add(path, suffix);
	buf_byte(path, '\0');
}

/* Makes a directory that is private. 0, or -1 after a message. */
static int make_directory(struct buf *path)
{
	const char *runtime = getenv("XDG_RUNTIME_DIR"), *temporary = getenv("TMPDIR");

	buf_add(path, str_of(runtime && *runtime       ? runtime
			     : temporary && *temporary ? temporary
						       : "/tmp"));
	buf_add(path, S("/profopen-XXXXXX"));
	buf_byte(path, '\0');
	if (!mkdtemp(path->p))
		return diag_error("%s: cannot make a directory for the output",
				  diag_masked(str_of(path->p)));
	path->p[path->n - 1] = '/';
	return 0;
}

static int open_file(const struct viewer *viewer, const char *path)
{
	printf("%s\n", path);
	fflush(stdout);
	if (!viewer->command)
		return diag_error("nothing is here to open it with; it stays where it is");
	return viewer_start(viewer, path);
}

static int convert_and_open(struct settings *s, const struct profopen_options *o,
			    const struct format *from, char **files, int count)
{
	struct viewer viewer;
	const struct format *to;
	struct buf path = { 0 };
	size_t directory;
	int status;

	if (viewer_find(o->with, &viewer) < 0 ||
	    select_format_output(s, viewer.format, NULL, &to) < 0)
		return STATUS_TROUBLE;
	if (options_refuse_unused(&s->options, from, to) < 0 || make_directory(&path) < 0) {
		buf_free(&path);
		return STATUS_TROUBLE;
	}
	directory = path.n;
	add_name(&path, files, count, to);
	s->output = path.p;
	status = convert_files(s, from, to, format_registry, files, count);
	if (status == STATUS_DONE) {
		status = open_file(&viewer, path.p) < 0 ? STATUS_TROUBLE : STATUS_DONE;
	} else {
		path.p[directory - 1] = '\0';
		rmdir(path.p);
	}
	buf_free(&path);
	return status;
}

static int parsed(struct settings *s, struct profopen_options *o, int argc, char **argv)
{
	const struct format *from;
	int first = settings_parse(s, argc, argv);

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(s, "[options] [FILE...]",
					"show a profile in the browser, in KCachegrind or in "
					"speedscope",
					format_registry))
		return STATUS_DONE;
	if (s->output || s->sandbox) {
		diag_error("%s: not for a file that another program is to open; see profconv",
			   s->output ? "-o" : "--sandbox");
		return STATUS_TROUBLE;
	}
	if (select_format_input(o->from, &from) < 0)
		return STATUS_TROUBLE;
	return convert_and_open(s, o, from, argv + first, argc - first);
}

int profopen_main(int argc, char **argv)
{
	struct profopen_options o = { 0 };
	struct settings s;
	int status;

	settings_init(&s);
	s.all_formats = format_registry;
	settings_add_group(&s, "what opens it", own_rows, &o);
	options_for_conversion(&s, format_registry, format_registry);
	status = parsed(&s, &o, argc, argv);
	settings_free(&s);
	return status;
}
