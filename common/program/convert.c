#include "common/program/convert.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/estimate/estimate_text.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/reshape/redact.h"
#include "common/transform/reshape/canonical.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/thread_roots.h"
#include "common/transform/callgraph/arc_values.h"

/* --- reading --- */

enum { SNIFFED = 1 << 16, MIN_BID = 10 };

const struct format *format_find(format_list list, struct str name)
{
	for (; list && *list; list++)
		if (str_eq(str_of((*list)->name), name))
			return *list;
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

int convert_read_input(struct settings *s, struct profile *p, const struct format *from,
	       format_list list, struct input *in, const struct format **found)
{
	int status = -1;

	if (!in)
		return -1;
	if (!input_more(in)) {
		status = in->failed ? -1 : 1;
	} else if (!from && !(from = sniff(in, list))) {
		input_error_at(in, 0, "expected a profile, got an unknown format "
			       "beginning with %s",
			       diag_quote(str_head((struct str){ in->p, (size_t)(in->end - in->p) }, 24)));
	} else if (options_settle(&s->options, END_INPUT, from) == 0) {
		*found = from;
		in->options = read_values(s, from);
		p->source = !p->source || p->source == from->name ? from->name : "several formats";
		status = from->read(in, p);
	}
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

/* valgrind leaves an empty file beside those of its threads: one among several is no loss. */
void convert_report_estimated(size_t estimated, size_t files)
{
	if (estimated && files > 1)
		diag_warning("the stacks of %zu of %zu files were estimated, each for itself: merge the call "
			     "graphs that they were made of, and estimate once", estimated, files);
}

static int read_files(struct settings *s, struct profile *p, const struct format *from,
		      format_list list, char **files, int count, const struct format **first)
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
	return 0;
}

struct profile *convert_read(struct settings *s, const struct format *from, format_list list,
			     char **files, int count, struct read_hints wanted,
			     const struct format **first)
{
	struct profile *p = profile_new();

	/* time lines of several files have nothing to do with each other, but
	 * each thread keeps its own */
	p->keep_order = wanted.order;
	p->without_lines = wanted.no_lines;
	if (read_files(s, p, from, list, files, count, first) < 0) {
		profile_free(p);
		return NULL;
	}
	return p;
}

/* --- selecting --- */

value_id profile_find_value_type(const struct profile *p, const char *wanted)
{
	struct str text = str_of(wanted);
	uint64_t number;

	for (size_t i = 0; i < p->value_count; i++)
		if (str_eq(profile_text(p, p->value_types[i].name), text))
			return (value_id)i;
	if (str_to_u64(text, &number) && number >= 1 && number <= p->value_count)
		return (value_id)(number - 1);
	return NO_ID;
}

void profile_value_type_names(const struct profile *p, struct buf *out)
{
	for (size_t i = 0; i < p->value_count; i++) {
		buf_add(out, i ? S(", ") : S(""));
		buf_add(out, str_of(diag_masked(profile_text(p, p->value_types[i].name))));
	}
}

/* A thread is wanted by its title, its name, its number in the system or here. */
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
					       str_eq(profile_text(p, p->threads[i].name), text)
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

	if (s->value) {
		struct buf names = { 0 };
		value_id value = profile_find_value_type(*p, s->value);

		profile_value_type_names(*p, &names);
		if (value == NO_ID)
			diag_error("no value type %s; there are: %s",
				   diag_quote(str_of(s->value)), names.p ? names.p : "none");
		buf_free(&names);
		if (value == NO_ID)
			return -1;
		profile_keep_value(*p, value);
	}
	if (s->thread) {
		threads = find_threads(*p, s->thread);
		if (!threads)
			return diag_error("no thread %s among %zu",
					  diag_quote(str_of(s->thread)), (*p)->thread_count);
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

/* --- telling --- */

/* Names that come out changed: a loss that no bit knows. */
static size_t changed_names(const struct profile *p, const struct format *to)
{
	size_t changed = 0;
	string_id file = NO_ID;
	bool spelled = true;

	for (size_t i = 0; to->can_spell && i < p->function_count; i++) {
		const struct function *f = &p->functions[i];

		/* functions of a file mostly stand together */
		if (f->file != file) {
			file = f->file;
			spelled = to->can_spell(profile_text(p, file));
		}
		changed += !spelled || !to->can_spell(profile_text(p, f->name));
	}
	return changed;
}

static unsigned features_kept(const struct settings *s, const struct format *f, const struct profile *p)
{
	return f->features | (f->features_of ? f->features_of(p, write_values(s, f)) : 0);
}

/* Each loss is a line of -v; --strict has all of them in its one. */
static void report_one(struct buf *all, const char *loss)
{
	diag_verbose("%s", loss);
	buf_print(all, "%s%s", all->n ? "; " : "", loss);
}

static void report_counted(struct buf *all, uint64_t count, const char *what)
{
	struct buf text = { 0 };

	if (!count)
		return;
	buf_print(&text, "%" PRIu64 " %s", count, what);
	report_one(all, text.p);
	buf_free(&text);
}

static void report_features(struct buf *all, const struct format *to, unsigned gone)
{
	for (int bit = 0; bit < FEATURE_COUNT; bit++) {
		struct buf text = { 0 };

		if (!(gone & 1u << bit))
			continue;
		buf_print(&text, "%s does not keep %s", to->name, feature_sentence(bit));
		report_one(all, text.p);
		buf_free(&text);
	}
}

/* What changes self totals is more than a loss: said without -v too. */
static void report_missing(const struct settings *s, struct buf *all, struct str missing)
{
	if (!missing.n)
		return;
	if (!s->strict)
		diag_warning("%.*s", (int)missing.n, missing.p);
	buf_print(all, "%s%.*s", all->n ? "; " : "", (int)missing.n, missing.p);
}

/* Frames of stacks that are made from a graph have no places, whatever the format keeps. */
static unsigned features_lost(const struct settings *s, const struct profile *p, const struct format *to)
{
	unsigned kept = features_kept(s, to, p);

	if (to->representation == REPR_SAMPLES && !profile_has_stacks(p))
		kept &= ~(unsigned)(FEATURE_LINES | FEATURE_ADDRESSES);
	return profile_features(p) & ~kept;
}

static void report_kinds(const struct settings *s, struct buf *all, const struct profile *p,
			 const struct format *to)
{
	unsigned gone = features_lost(s, p, to);

	if (s->threads)
		gone &= ~(unsigned)FEATURE_THREADS;
	report_features(all, to, gone);
	report_counted(all, changed_names(p, to),
		       "functions have names that the target cannot spell");
	report_counted(all, p->rounded, "values were rounded to a nanosecond or to 9 decimals");
	report_counted(all, p->bad_lines, "malformed lines were skipped");
}

static int report_losses(const struct settings *s, const struct profile *p,
			 const struct format *to)
{
	struct buf all = { 0 };
	int status = 0;

	/* each row is looked at: not where nobody asked */
	if (task_current->verbose || s->strict)
		report_kinds(s, &all, p, to);
	report_missing(s, &all, profile_text(p, p->missing));
	if (p->comments)
		diag_verbose("%" PRIu64 " comment lines were skipped", p->comments);
	if (all.n && s->strict)
		status = diag_error("--strict: %s", all.p);
	buf_free(&all);
	return status;
}

/* --- deriving --- */

int convert_derive_stacks(struct settings *s, struct profile *p)
{
	struct estimate *estimate = &s->estimate;
	struct buf text = { 0 };
	int status = 0;

	estimate->unattributed = !s->no_unattributed;
	stacks_from_graph(p, estimate);
	p->estimated |= estimate->uncertain > 0;
	if (estimate_needs_report(estimate)) {
		buf_add_estimate(&text, p, estimate);
		p->estimate = profile_string(p, buf_str(&text));
		if (s->strict)
			status = diag_error("--strict: stacks would be estimated from a call graph: %s", text.p);
		else
			diag_warning("stacks estimated from a call graph: %s", text.p);
	} else if (estimate->unplaced > 0) {
		diag_verbose("%.2g%% of the total is under [unplaced]: no context was expanded for it",
			     estimate->unplaced / estimate->total * 100);
	}
	if (estimate->unattributed_value) {
		char number[NUM_TEXT];
		size_t n = decimal_text(number, profile_decimal(p, 0, estimate->unattributed_value, 9));

		diag_verbose("%.*s%s that no function's self value holds are under [unattributed]",
			     (int)n, number, p->value_types[0].unit == UNIT_TIME ? " s" : "");
	}
	buf_free(&text);
	return status < 0 ? status : profile_status(p, "the profile");
}

static int derive_arc_values(const struct settings *s, struct profile *p)
{
	size_t several = arc_values_estimate(p);

	if (several && s->strict)
		return diag_error("--strict: inclusive values of arcs would be estimated from calls "
				  "(%zu functions have several callers)", several);
	if (several)
		diag_warning("inclusive values of arcs estimated from calls (%zu function%s several "
			     "callers)", several, several == 1 ? " has" : "s have");
	return 0;
}

/*
 * What tells samples, frames or functions apart that are one for the target. The side tables
 * say at once whether there is any of it.
 */
static unsigned unkept_details(const struct settings *s, const struct profile *p,
			       const struct format *to)
{
	const unsigned of_frames = FEATURE_ADDRESSES | FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES;
	unsigned has = (p->sample_label_count ? FEATURE_LABELS : 0) |
		       (p->sample_time_count ? FEATURE_SAMPLE_TIMES : 0) |
		       (p->mapping_count ? FEATURE_MAPPINGS : 0) |
		       (p->frame_detail_count ? of_frames : 0) |
		       (p->system_names ? FEATURE_SYSTEM_NAMES : 0);

	return has & ~features_kept(s, to, p);
}

static void reduce(const struct settings *s, struct profile **p, const struct format *to)
{
	struct coarsen_options options = COARSEN_NONE;
	bool needed;

	if (!(features_kept(s, to, *p) & FEATURE_VALUE_TYPES) && (*p)->value_count > 1)
		profile_keep_value(*p, profile_default_value(*p));
	options.drop = unkept_details(s, *p, to);
	needed = options.drop != 0;
	if (!(to->features & FEATURE_OBJECTS) && profile_features(*p) & FEATURE_OBJECTS)
		needed = options.fold_objects = true;
	if (!(to->features & FEATURE_FILES) && profile_features(*p) & FEATURE_FILES)
		needed = options.fold_files = true;
	/* a graph's line functions are its real ones' lines for whoever knows lines */
	if ((*p)->line_functions && to->features & FEATURE_LINES)
		needed = options.lines_to_places = true;
	if (needed)
		profile_replace(p, profile_coarsen(*p, &options));
}

static void fold_threads(const struct settings *s, struct profile **p, const struct format *to)
{
	struct coarsen_options options = COARSEN_NONE;

	if (to->features & FEATURE_THREADS && !(s->threads && to->threads_as_roots)) {
		options.fold_parts = !(to->features & FEATURE_PARTS) && profile_features(*p) & FEATURE_PARTS;
		if (!options.fold_parts)
			return;
	} else {
		if ((*p)->thread_count < 2 && !s->threads)
			return;
		options.thread_frames = s->threads;
		options.fold_threads = true;
		if (s->threads && to->representation == REPR_GRAPH && profile_has_graph(*p))
			thread_roots(*p);
	}
	profile_replace(p, profile_coarsen(*p, &options));
}

static int report_late_loss(const struct settings *s, const struct profile *p,
			    const struct format *to)
{
	struct buf loss = { 0 };
	int status = 0;

	if (to->report_loss)
		to->report_loss(p, write_values(s, to), &loss);
	if (loss.n)
		diag_verbose("%s", loss.p);
	if (loss.n && s->strict)
		status = diag_error("--strict: %s", loss.p);
	buf_free(&loss);
	return status;
}

int convert_prepare(struct settings *s, struct profile **p, const struct format *to)
{
	if (report_losses(s, *p, to) < 0)
		return -1;
	reduce(s, p, to);
	if (to->representation == REPR_SAMPLES && profile_has_graph(*p) && convert_derive_stacks(s, *p) < 0)
		return -1;
	fold_threads(s, p, to);
	if (to->representation == REPR_GRAPH && profile_has_stacks(*p))
		graph_from_stacks(*p);
	if (to->needs_arc_values && derive_arc_values(s, *p) < 0)
		return -1;
	if (profile_status(*p, "the profile") < 0)
		return -1;
	if (to->check && to->check(*p, write_values(s, to)) < 0)
		return -1;
	return report_late_loss(s, *p, to);
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
		.outermost = !has_creator(*p), .fold_arcs = !(to->features & FEATURE_TOTALS),
	};
	size_t samples = (*p)->sample_count;

	if (convert_select_and_redact(s, p) < 0 || convert_prepare(s, p, to) < 0)
		return -1;
	if (!is_untouched(*p, samples))
		profile_replace(p, profile_canonical(*p, &options));
	return 0;
}

int convert_write(struct settings *s, struct profile **p, const struct format *to)
{
	struct output *out;

	if (convert_prepare(s, p, to) < 0 || !(out = output_open(s->output)))
		return STATUS_TROUBLE;
	convert_write_as(s, out, *p, to);
	return output_close(out, true) < 0 ? STATUS_TROUBLE : STATUS_DONE;
}
