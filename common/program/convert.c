#include "common/program/convert.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/deferred.h"
#include "common/program/foreign.h"
#include "common/program/prepare.h"
#include "common/transform/reshape/canonical.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/redact.h"

/* --- reading --- */

enum { SNIFFED = 1 << 16, MIN_BID = 10 };

const struct format *format_find(format_list list, struct str name)
{
	for (; list && *list; list++)
		if (str_eq(str_of((*list)->name), name))
			return *list;
	return NULL;
}

static bool has_suffix(const struct format *f, struct str name)
{
	struct str suffixes = str_of(f->suffixes), suffix;

	while (str_word(&suffixes, &suffix))
		if (suffix.n == name.n + 1 && suffix.p[0] == '.' && str_ends(suffix, name))
			return true;
	return false;
}

static bool goes(const struct format *f, bool writes)
{
	return writes ? f->write != NULL : f->read != NULL;
}

/* Keeps `word` in *near if `name` is nearer to it than to what was tried before. */
static void try_word(struct buf *near, size_t *distance, struct str name, struct str word)
{
	size_t here = str_distance(name, word);

	if (here >= *distance || here >= name.n)
		return;
	*distance = here;
	near->n = 0;
	buf_print(near, "; did you mean %.*s?", (int)word.n, word.p);
}

static void report_no_format(format_list list, struct str name, bool known, bool writes)
{
	enum { NEAR = 2 };
	struct buf names = { 0 }, near = { 0 };
	size_t distance = NEAR + 1;

	for (format_list f = list; *f; f++) {
		struct str suffixes = str_of((*f)->suffixes), suffix;

		if (!goes(*f, writes))
			continue;
		buf_print(&names, "%s%s", names.n ? ", " : "", (*f)->name);
		try_word(&near, &distance, name, str_of((*f)->name));
		while (str_word(&suffixes, &suffix))
			if (suffix.p[0] == '.')
				try_word(&near, &distance, name, str_from(suffix, 1));
	}
	diag_error("%s %s; there are: %s%.*s",
		   !known   ? "no format"
		   : writes ? "cannot write"
			    : "cannot read",
		   diag_quote(name), names.p, (int)near.n, near.n ? near.p : "");
	buf_free(&names);
	buf_free(&near);
}

const struct format *format_named(format_list list, struct str name, bool writes)
{
	const struct format *exact = format_find(list, name);

	if (exact && goes(exact, writes))
		return exact;
	for (format_list f = list; *f && !exact; f++)
		if (goes(*f, writes) && has_suffix(*f, name))
			return *f;
	report_no_format(list, name, exact != NULL, writes);
	return NULL;
}

/* The format whose suffix fits best: "x.speedscope.json.gz" is more than ".json". */
const struct format *format_of_file(format_list list, struct str name)
{
	const struct format *best = NULL;
	struct str suffixes, suffix;
	size_t longest = 0;

	if (str_ends(name, S(".gz")))
		name.n -= 3;
	for (format_list f = list; *f; f++)
		for (suffixes = str_of((*f)->suffixes); str_word(&suffixes, &suffix);)
			if ((str_ends(name, suffix) || str_starts(str_base(name), suffix)) &&
			    suffix.n > longest && (*f)->write) {
				longest = suffix.n;
				best = *f;
			}
	return best;
}

static const struct format *sniff(struct input *in, format_list list)
{
	const struct format *best = NULL;
	int best_bid = MIN_BID - 1;
	struct str head;

	input_want(in, SNIFFED);
	head = (struct str){ in->p, (size_t)(in->end - in->p) };
	for (; *list && best_bid < MAX_BID; list++) {
		int bid = (*list)->read ? (*list)->bid(head, head.n < SNIFFED) : 0;

		if (bid > best_bid) {
			best_bid = bid;
			best = *list;
		}
	}
	return best;
}

static void refuse_unknown(struct input *in)
{
	struct str head = { in->p, (size_t)(in->end - in->p) };
	const char *kind = foreign_kind(head);

	if (kind)
		input_error_at(in, 0, "expected a profile, got %s", kind);
	else
		input_error_at(in, 0, "expected a profile, got an unknown format beginning with %s",
			       diag_quote(str_head(head, 24)));
}

/*
 * Input that is certainly not in the format which was named, but in another one that is
 * known: after a message, which for a pair names the program that reads it.
 */
static bool is_of_another(const struct settings *s, struct input *in, const struct format *from)
{
	enum { ENOUGH = 1024 }; /* nearly all input is in the format that was named */
	struct str head, reader, writer;
	const struct format *other;

	if (!s->all_formats)
		return false;
	input_want(in, ENOUGH);
	head = str_head((struct str){ in->p, (size_t)(in->end - in->p) }, ENOUGH);
	if (from->bid(head, false))
		return false;
	other = sniff(in, s->all_formats);
	head = (struct str){ in->p, (size_t)(in->end - in->p) };
	if (!other || other == from || from->bid(head, head.n < SNIFFED))
		return false;
	if (str_cut(str_of(task_current->program), '2', &reader, &writer) &&
	    str_eq(reader, str_of(from->name)))
		input_error_at(in, 0, "expected %s, got %s: %s2%.*s reads it", from->name,
			       other->name, other->name, (int)writer.n, writer.p);
	else
		input_error_at(in, 0, "expected %s, got %s", from->name, other->name);
	return true;
}

static const void *read_values(const struct settings *s, const struct format *from)
{
	const void *values = options_values(&s->options, END_INPUT, from);

	return values ? values : from->read_options.usual;
}

static const void *write_values(const struct settings *s, const struct format *to)
{
	const void *values = options_values(&s->options, END_OUTPUT, to);

	return values ? values : to->write_options.usual;
}

int convert_read_file(struct settings *s, struct profile *p, const struct format *from,
		      format_list list, const char *file, const struct format **found)
{
	return convert_read_input(s, p, from, list, input_open(file), found);
}

/* The name without its folders; empty for input that is no file. */
static struct str title_of(struct str file)
{
	size_t start = file.n;

	while (start && file.p[start - 1] != '/')
		start--;
	return str_eq(file, S("-")) || str_eq(file, S("standard input")) ||
			       str_eq(file, S("memory"))
		       ? S("")
		       : str_from(file, start);
}

void convert_add_title(struct buf *b, char **files, size_t count)
{
	buf_add(b, title_of(str_of(count ? files[0] : "-")));
	if (count > 1)
		buf_print(b, "%s%zu %s", b->n ? " and " : "", b->n ? count - 1 : count,
			  b->n ? "more" : "files");
}

/* A file that was made of another one has that one's title. */
static void give_title(struct profile *p, string_id before, const struct input *in)
{
	if (before)
		p->title = before;
	else if (!p->title)
		p->title = profile_string(p, title_of(str_of(in->name)));
}

int convert_read_input(struct settings *s, struct profile *p, const struct format *from,
		       format_list list, struct input *in, const struct format **found)
{
	bool named = from != NULL, empty;
	bool counted = p->counts_calls || !profile_has_stacks(p);
	string_id title = p->title;
	int status = -1;

	if (!in)
		return -1;
	p->title = 0;
	empty = !input_more(in);
	if (empty && (in->failed || !named || !from->reads_empty)) {
		status = in->failed ? -1 : 1;
	} else if (!from && !(from = sniff(in, list))) {
		refuse_unknown(in);
	} else if (named && is_of_another(s, in, from)) {
		status = -1; /* it has been said */
	} else if (options_settle(&s->options, END_INPUT, from) == 0) {
		*found = from;
		in->options = read_values(s, from);
		p->source = !p->source || p->source == from->name ? from->name : "several formats";
		p->counts_calls = false;
		status = from->read(in, p);
		p->counts_calls &= counted; /* by all that was read into it, or by none */
		if (status == 0 && empty)
			status = 1;
	}
	give_title(p, title, in);
	if (status == 0)
		status = profile_status(p, in->name);
	if (status == 0 && task_current->verbose)
		diag_verbose("%s: read as %s", diag_masked(str_of(in->name)), from->name);
	input_close(in);
	return status;
}

static const char *display_name(const char *file)
{
	return file && strcmp(file, "-") != 0 ? diag_masked(str_of(file)) : "standard input";
}

void convert_report_estimated(size_t estimated, size_t files)
{
	if (estimated && files > 1)
		diag_warning(
			"the stacks of %zu of %zu files were estimated, each for itself: merge the call "
			"graphs that they were made of, and estimate once",
			estimated, files);
}

static void title_several(struct profile *p, char **files, int count)
{
	struct buf title = { 0 };

	convert_add_title(&title, files, (size_t)count);
	p->title = profile_string(p, buf_str(&title));
	buf_free(&title);
}

int convert_finish_reading(struct profile *p, const char *file)
{
	profile_finish(p);
	return profile_status(p, file ? file : "the profile");
}

/*
 * valgrind leaves an empty file beside those of its threads: an empty one among several is
 * skipped.
 */
static int read_files(struct settings *s, struct profile *p, const struct format *from,
		      format_list list, char **files, int count, bool deferred,
		      const struct format **first)
{
	size_t estimated = 0;
	int read = 0;

	for (int i = 0; i < count || (i == 0 && count == 0); i++) {
		const char *file = count ? files[i] : NULL;
		const struct format *found = NULL;
		size_t before = p->value_count;
		bool was_estimated = p->estimated;
		int status;

		p->estimated = false;
		status = convert_read_file(s, p, from, list, file, &found);
		estimated += p->estimated;
		p->estimated |= was_estimated;

		if (status < 0)
			return -1;
		if (status == 1 && from && from->reads_empty && count < 2) {
			if (first)
				*first = from;
			return 0;
		}
		if (status == 1 && (count < 2 || (i == count - 1 && !read)))
			return diag_error("%s: byte 0: expected a profile, got an empty file",
					  display_name(file));
		if (status == 1) {
			diag_warning("%s: empty, passed over", display_name(file));
			continue;
		}
		if (read && before && p->value_count > before)
			diag_verbose("%s: has value types that the files before it have not",
				     display_name(file));
		if (!read++ && first)
			*first = found;
	}
	convert_report_estimated(estimated, (size_t)read);
	if (read > 1)
		title_several(p, files, count);
	return deferred ? 0 : convert_finish_reading(p, read == 1 && count ? files[0] : NULL);
}

struct profile *convert_read(struct settings *s, const struct format *from, format_list list,
			     char **files, int count, struct read_hints wanted,
			     const struct format **first)
{
	struct profile *p = profile_new();

	/* the time lines of several files are unrelated, but each thread keeps its own */
	p->keep_order = wanted.order;
	p->without_lines = wanted.no_lines;
	p->keep_spans = wanted.deferred;
	if (read_files(s, p, from, list, files, count, wanted.deferred, first) < 0) {
		profile_free(p);
		return NULL;
	}
	return p;
}

/* --- selecting --- */

value_id profile_find_value_type(const struct profile *p, const char *wanted)
{
	value_id v = profile_value_named(p, str_of(wanted));
	uint64_t number;

	if (v == NO_ID && str_to_u64(str_of(wanted), &number) && number >= 1 &&
	    number <= p->value_count)
		v = (value_id)(number - 1);
	return v;
}

void profile_value_type_names(const struct profile *p, struct buf *out)
{
	for (size_t i = 0; i < p->value_count; i++) {
		buf_add(out, i ? S(", ") : S(""));
		buf_add(out, str_of(diag_masked(profile_text(p, p->value_types[i].name))));
	}
}

int convert_find_value(const struct profile *p, const char *file, const char *wanted,
		       value_id *value)
{
	struct buf names = { 0 };

	*value = profile_find_value_type(p, wanted);
	if (*value != NO_ID)
		return 0;
	profile_value_type_names(p, &names);
	diag_error("%s%sno value type %s; there are: %s", file ? file : "", file ? ": " : "",
		   diag_quote(str_of(wanted)), names.p ? names.p : "none");
	buf_free(&names);
	return -1;
}

/* A thread can be chosen by its title, its name, its system number or its position. */
static bool *find_threads(const struct profile *p, const char *wanted)
{
	bool *keep = alloc_zero(p->thread_count, sizeof *keep), any = false;
	struct str text = str_of(wanted);
	struct buf title = { 0 };
	uint64_t number = 0;

	str_to_u64(text, &number);
	for (int round = 0; round < 3 && !any; round++)
		for (size_t i = 0; i < p->thread_count; i++) {
			title.n = 0;
			thread_title(p, (thread_id)i, &title);
			keep[i] = round == 0 ? str_eq(buf_str(&title), text) ||
						       str_eq(profile_text(p, p->threads[i].name),
							      text)
				  : round == 1 ? number && p->threads[i].tid == number
					       : number == i + 1;
			any |= keep[i];
		}
	buf_free(&title);
	if (any)
		return keep;
	alloc_free(keep);
	return NULL;
}

int convert_select(const struct settings *s, struct profile **p)
{
	struct coarsen_options options = COARSEN_NONE;
	bool *threads = NULL;
	value_id value;

	if (s->value) {
		if (convert_find_value(*p, NULL, s->value, &value) < 0)
			return -1;
		profile_keep_value(*p, value);
	}
	if (s->thread) {
		threads = find_threads(*p, s->thread);
		if (!threads)
			return diag_error("no thread %s among %zu", diag_quote(str_of(s->thread)),
					  (*p)->thread_count);
		options.threads = threads;
	}
	if (s->thread)
		profile_replace(p, profile_coarsen(*p, &options));
	alloc_free(threads);
	return 0;
}

/* --- hiding --- */

void convert_strip_dirs(const struct settings *s, struct profile **p)
{
	if (s->strip_dirs)
		profile_replace(p, profile_strip_dirs(*p));
}

void convert_anonymize(const struct settings *s, struct profile **p)
{
	const char *key = getenv("PROFPIPE_KEY");

	if (s->anonymize)
		profile_replace(p, profile_anonymize(*p, str_of(key ? key : "")));
}

int convert_select_and_redact(const struct settings *s, struct profile **p)
{
	if (convert_select(s, p) < 0)
		return -1;
	convert_strip_dirs(s, p);
	convert_anonymize(s, p);
	return 0;
}

/* --- preparing --- */

struct prepare_policy convert_policy(struct settings *s, const struct format *to)
{
	s->estimate.unattributed = !s->no_unattributed;
	return (struct prepare_policy){
		.strict = s->strict,
		.list_all = task_current->verbose || s->strict,
		.threads_as_roots = s->threads,
		.options = to ? write_values(s, to) : NULL,
		.estimate = &s->estimate,
	};
}

static int report(struct losses *losses, const struct settings *s)
{
	int status = losses_report(losses, s->strict);

	losses_free(losses);
	return status;
}

int convert_derive_stacks(struct settings *s, struct profile *p)
{
	struct prepare_policy policy = convert_policy(s, NULL);
	struct losses losses = { 0 };

	prepare_stacks(p, &policy, &losses);
	return report(&losses, s) < 0 ? -1 : profile_status(p, "the profile");
}

bool convert_holds_difference(struct settings *s, const struct format *to, const struct profile *p)
{
	return to->features & FEATURE_VALUE_TYPES ||
	       (to->features_of &&
		to->features_of(p, convert_policy(s, to).options) & FEATURE_VALUE_TYPES);
}

int convert_prepare(struct settings *s, struct profile **p, const struct format *to)
{
	struct prepare_policy policy = convert_policy(s, to);
	struct losses losses;

	/* estimates and derived graphs add up, too */
	if ((!to->any_total || profile_has_graph(*p)) &&
	    profile_check_totals(*p, "the profile") < 0)
		return -1;
	if (!profile_has_stacks(*p) && !profile_has_graph(*p) && !s->empty_reported)
		diag_warning(
			"the profile is empty: it has no samples, and no functions with values");
	losses = prepare(p, to, &policy);
	if (report(&losses, s) < 0 || profile_status(*p, "the profile") < 0)
		return -1;
	return to->check ? to->check(*p, policy.options) : 0;
}

void convert_write_as(const struct settings *s, struct output *out, const struct profile *p,
		      const struct format *to)
{
	out->options = write_values(s, to);
	to->write(out, p);
}

bool convert_needs_order(const struct settings *s, const struct format *to)
{
	return to->features & FEATURE_ORDER ||
	       (to->needs_order && to->needs_order(write_values(s, to)));
}

static bool has_creator(const struct profile *p)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (str_eq(profile_text(p, p->metadata[i].key), S("creator")))
			return true;
	return false;
}

struct profile *convert_sum(const struct profile *p)
{
	return profile_canonical(p, &(struct canonical_options){ .outermost = !has_creator(p) });
}

/* No other profile was made of it and nothing derived: the rows are in order still. */
static bool is_untouched(const struct profile *p, size_t samples)
{
	return p->sorted && p->sample_count == samples && !profile_has_graph(p);
}

int convert_prepare_sum(struct settings *s, struct profile **p, const struct format *to)
{
	struct canonical_options options = {
		.outermost = !has_creator(*p),
		.fold_arcs = !(to->features & FEATURE_TOTALS),
	};
	size_t samples = (*p)->sample_count;

	if (convert_select_and_redact(s, p) < 0 || convert_prepare(s, p, to) < 0)
		return -1;
	if (!is_untouched(*p, samples))
		profile_replace(p, profile_canonical(*p, &options));
	return 0;
}

struct output *convert_open(const struct settings *s)
{
	struct output *out = output_open(s->output);

	if (out)
		out->target = s->target;
	if (out && s->terminal && !s->output)
		output_show_controls(out);
	return out;
}

int convert_check_terminal(const struct settings *s, const struct format *to)
{
	if (!to->binary || s->output || !s->terminal ||
	    (to->is_text && to->is_text(write_values(s, to), s->target)))
		return 0;
	return diag_error("%s is binary: expected -o FILE or a redirection, got a terminal",
			  to->name);
}

int convert_write(struct settings *s, struct profile **p, const struct format *to)
{
	struct output *out;

	if (convert_check_terminal(s, to) < 0 || convert_prepare(s, p, to) < 0 ||
	    !(out = convert_open(s)))
		return STATUS_TROUBLE;
	convert_write_as(s, out, *p, to);
	return output_close(out, true) < 0 ? STATUS_TROUBLE : STATUS_DONE;
}
