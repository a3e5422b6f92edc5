#include "common/program/convert.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/program/sandbox.h"
#include "common/transform/estimate/estimate_text.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/reshape/hide.h"
#include "common/transform/reshape/project.h"
#include "common/transform/reshape/thread_roots.h"
#include "common/transform/callgraph/value_arcs.h"

/* --- reading --- */

enum { SNIFFED = 1 << 16, LEAST_BID = 10 };

const struct format *format_find(format_list list, struct str name)
{
	for (; list && *list; list++)
		if (str_eq(str_of((*list)->name), name))
			return *list;
	return NULL;
}

static const struct format *sniff(struct input *in, format_list list)
{
	const struct format *best = NULL;
	int most = LEAST_BID - 1;
	struct str head;

	input_want(in, SNIFFED);
	head = (struct str){ in->p, (size_t)(in->end - in->p) };
	for (; *list && most < CERTAIN_BID; list++) {
		int bid = (*list)->read ? (*list)->bid(head, head.n < SNIFFED) : 0;

		if (bid > most) {
			most = bid;
			best = *list;
		}
	}
	return best;
}

int read_file(struct profile *p, const struct format *from, format_list list,
	      const char *file, const struct format **found)
{
	struct input *in = input_open(file);
	int status = -1;

	if (!in)
		return -1;
	if (!input_more(in)) {
		status = in->failed ? -1 : 1;
	} else if (!from && !(from = sniff(in, list))) {
		input_error_at(in, 0, "expected a profile, got an unknown format "
			       "beginning with %s",
			       quote(str_head((struct str){ in->p, (size_t)(in->end - in->p) }, 24)));
	} else {
		*found = from;
		p->source = !p->source || p->source == from->name ? from->name : "several formats";
		status = from->read(in, p);
	}
	if (status == 0)
		status = profile_status(p, in->name);
	if (status == 0 && diag.verbose)
		verbose("%s: read as %s", masked(str_of(in->name)), from->name);
	input_close(in);
	return status;
}

static const char *shown_name(const char *file)
{
	return file && strcmp(file, "-") != 0 ? masked(str_of(file)) : "standard input";
}

/* valgrind leaves an empty file beside those of its threads: one among several is no loss. */
void tell_estimated(size_t estimated, size_t files)
{
	if (estimated && files > 1)
		warning("the stacks of %zu of %zu files were estimated, each for itself: merge the call "
			"graphs that they were made of, and estimate once", estimated, files);
}

static int read_files(struct profile *p, const struct format *from, format_list list,
		      char **files, int count, const struct format **first)
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
		status = read_file(p, from, list, file, &found);
		estimated += p->estimated;
		p->estimated |= was_estimated;

		if (status < 0)
			return -1;
		if (status == 1 && (count < 2 || (i == count - 1 && !read)))
			return error("%s: byte 0: expected a profile, got an empty file",
				     shown_name(file));
		if (status == 1) {
			warning("%s: empty, passed over", shown_name(file));
			continue;
		}
		if (read && before && p->value_count > before)
			verbose("%s: has value types that the files before it have not",
				shown_name(file));
		if (!read++ && first)
			*first = found;
	}
	tell_estimated(estimated, (size_t)read);
	return 0;
}

struct profile *read_profile(const struct format *from, format_list list, char **files,
			     int count, struct wanted wanted, const struct format **first)
{
	struct profile *p = profile_new();

	/* time lines of several files have nothing to do with each other, but
	 * each thread keeps its own */
	p->want_order = wanted.order;
	p->without_lines = wanted.no_lines;
	if (read_files(p, from, list, files, count, first) < 0) {
		profile_free(p);
		return NULL;
	}
	return p;
}

/* --- selecting --- */

value_id find_value(const struct profile *p, const char *wanted)
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

void name_values(const struct profile *p, struct buf *out)
{
	for (size_t i = 0; i < p->value_count; i++) {
		buf_add(out, i ? S(", ") : S(""));
		buf_add(out, str_of(masked(profile_text(p, p->value_types[i].name))));
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

int select_parts(struct profile **p)
{
	struct projection how = PROJECTION_NONE;
	bool *threads = NULL;

	if (settings.value) {
		struct buf names = { 0 };
		value_id value = find_value(*p, settings.value);

		name_values(*p, &names);
		if (value == NO_ID)
			error("no value type %s; there are: %s",
			      quote(str_of(settings.value)), names.p ? names.p : "none");
		buf_free(&names);
		if (value == NO_ID)
			return -1;
		profile_keep_value(*p, value);
	}
	if (settings.thread) {
		threads = find_threads(*p, settings.thread);
		if (!threads)
			return error("no thread %s among %zu",
				     quote(str_of(settings.thread)), (*p)->thread_count);
		how.threads = threads;
	}
	if (settings.thread)
		profile_replace(p, profile_project(*p, &how));
	alloc_free(threads);
	return 0;
}

/* --- hiding --- */

void hide_directories(struct profile **p)
{
	if (settings.strip_dirs)
		profile_replace(p, profile_strip_dirs(*p));
}

void hide_names(struct profile **p)
{
	const char *key = getenv("PROFPIPE_KEY");

	if (settings.anonymize)
		profile_replace(p, profile_anonymize(*p, str_of(key ? key : "")));
}

int select_and_hide(struct profile **p)
{
	if (select_parts(p) < 0)
		return -1;
	hide_directories(p);
	hide_names(p);
	return 0;
}

/* --- telling --- */

/* Names that come out changed: a loss that no bit knows. */
static size_t changed_names(const struct profile *p, const struct format *to)
{
	size_t changed = 0;
	string_id file = NO_ID;
	bool held = true;

	for (size_t i = 0; to->holds && i < p->function_count; i++) {
		const struct function *f = &p->functions[i];

		/* functions of a file mostly stand together */
		if (f->file != file) {
			file = f->file;
			held = to->holds(profile_text(p, file));
		}
		changed += !held || !to->holds(profile_text(p, f->name));
	}
	return changed;
}

static unsigned keeps(const struct format *f, const struct profile *p)
{
	return f->keeps | (f->keeps_also ? f->keeps_also(p) : 0);
}

/* Each loss is a line of -v; --strict has all of them in its one. */
static void tell(struct buf *all, const char *loss)
{
	verbose("%s", loss);
	buf_print(all, "%s%s", all->n ? "; " : "", loss);
}

static void tell_counted(struct buf *all, uint64_t count, const char *what)
{
	struct buf text = { 0 };

	if (!count)
		return;
	buf_print(&text, "%" PRIu64 " %s", count, what);
	tell(all, text.p);
	buf_free(&text);
}

static void tell_bits(struct buf *all, const struct format *to, unsigned gone)
{
	for (int bit = 0; bit < KEEP_BITS; bit++) {
		struct buf text = { 0 };

		if (!(gone & 1u << bit))
			continue;
		buf_print(&text, "%s does not keep %s", to->name, keep_sentence(bit));
		tell(all, text.p);
		buf_free(&text);
	}
}

/* What changes self totals is more than a loss: said without -v too. */
static void tell_missing(struct buf *all, struct str missing)
{
	if (!missing.n)
		return;
	if (!settings.strict)
		warning("%.*s", (int)missing.n, missing.p);
	buf_print(all, "%s%.*s", all->n ? "; " : "", (int)missing.n, missing.p);
}

/* Frames of stacks that are made from a graph have no places, whatever the format keeps. */
static unsigned loses(const struct profile *p, const struct format *to)
{
	unsigned kept = keeps(to, p);

	if (to->half == HALF_STACKS && !profile_has_stacks(p))
		kept &= ~(unsigned)(KEEP_LINES | KEEP_ADDRESSES);
	return profile_has(p) & ~kept;
}

static void tell_kinds(struct buf *all, const struct profile *p, const struct format *to)
{
	unsigned gone = loses(p, to);

	if (settings.threads)
		gone &= ~(unsigned)KEEP_THREADS;
	tell_bits(all, to, gone);
	tell_counted(all, changed_names(p, to),
		     "functions have names that the target cannot spell");
	tell_counted(all, p->rounded, "values were rounded to a nanosecond or to 9 decimals");
	tell_counted(all, p->bad_lines, "malformed lines were skipped");
}

static int tell_losses(const struct profile *p, const struct format *to)
{
	struct buf all = { 0 };
	int status = 0;

	/* each row is looked at: not where nobody asked */
	if (diag.verbose || settings.strict)
		tell_kinds(&all, p, to);
	tell_missing(&all, profile_text(p, p->missing));
	if (p->comments)
		verbose("%" PRIu64 " comment lines were skipped", p->comments);
	if (all.n && settings.strict)
		status = error("--strict: %s", all.p);
	buf_free(&all);
	return status;
}

/* --- deriving --- */

int derive_stacks(struct profile *p)
{
	struct estimate *how = &settings.estimate;
	struct buf text = { 0 };
	int status = 0;

	how->unattributed = !settings.no_unattributed;
	stacks_from_graph(p, how);
	p->estimated |= how->uncertain > 0;
	if (estimate_is_one(how)) {
		add_estimate(&text, p, how);
		p->estimate = profile_string(p, buf_str(&text));
		if (settings.strict)
			status = error("--strict: stacks would be estimated from a call graph: %s", text.p);
		else
			warning("stacks estimated from a call graph: %s", text.p);
	} else if (how->unplaced > 0) {
		verbose("%.2g%% of the total is under [unplaced]: no context was expanded for it",
			how->unplaced / how->total * 100);
	}
	if (how->unattributed_value) {
		char number[NUM_TEXT];
		size_t n = decimal_text(number, profile_decimal(p, 0, how->unattributed_value, 9));

		verbose("%.*s%s that no function's self value holds are under [unattributed]",
			(int)n, number, p->value_types[0].unit == UNIT_TIME ? " s" : "");
	}
	buf_free(&text);
	return status < 0 ? status : profile_status(p, "the profile");
}

static int derive_arc_values(struct profile *p)
{
	size_t several = value_arcs(p);

	if (several && settings.strict)
		return error("--strict: inclusive values of arcs would be estimated from calls "
			     "(%zu functions have several callers)", several);
	if (several)
		warning("inclusive values of arcs estimated from calls (%zu function%s several "
			"callers)", several, several == 1 ? " has" : "s have");
	return 0;
}

/*
 * What tells samples, frames or functions apart that are one for the target. The side tables
 * say at once whether there is any of it.
 */
static unsigned unkept_details(const struct profile *p, const struct format *to)
{
	const unsigned of_frames = KEEP_ADDRESSES | KEEP_FRAME_KINDS | KEEP_INLINED_FRAMES;
	unsigned has = (p->sample_label_count ? KEEP_LABELS : 0) |
		       (p->sample_time_count ? KEEP_SAMPLE_TIMES : 0) |
		       (p->mapping_count ? KEEP_MAPPINGS : 0) |
		       (p->frame_detail_count ? of_frames : 0) |
		       (p->system_names ? KEEP_SYSTEM_NAMES : 0);

	return has & ~keeps(to, p);
}

static void reduce(struct profile **p, const struct format *to)
{
	struct projection how = PROJECTION_NONE;
	bool needed;

	if (!(keeps(to, *p) & KEEP_VALUE_TYPES) && (*p)->value_count > 1)
		profile_keep_value(*p, profile_default_value(*p));
	how.drop = unkept_details(*p, to);
	needed = how.drop != 0;
	if (!(to->keeps & KEEP_OBJECTS) && profile_has(*p) & KEEP_OBJECTS)
		needed = how.fold_objects = true;
	/* a graph's line functions are its real ones' lines for whoever knows lines */
	if ((*p)->line_functions && to->keeps & KEEP_LINES)
		needed = how.lines_to_places = true;
	if (needed)
		profile_replace(p, profile_project(*p, &how));
}

static void fold_threads(struct profile **p, const struct format *to)
{
	struct projection how = PROJECTION_NONE;

	if (to->keeps & KEEP_THREADS && !(settings.threads && to->threads_as_roots)) {
		how.fold_parts = !(to->keeps & KEEP_PARTS) && profile_has(*p) & KEEP_PARTS;
		if (!how.fold_parts)
			return;
	} else {
		if ((*p)->thread_count < 2 && !settings.threads)
			return;
		how.thread_frames = settings.threads;
		how.fold_threads = true;
		if (settings.threads && to->half == HALF_GRAPH && profile_has_graph(*p))
			thread_roots(*p);
	}
	profile_replace(p, profile_project(*p, &how));
}

static int tell_late_loss(const struct profile *p, const struct format *to)
{
	struct buf loss = { 0 };
	int status = 0;

	if (to->loses)
		to->loses(p, &loss);
	if (loss.n)
		verbose("%s", loss.p);
	if (loss.n && settings.strict)
		status = error("--strict: %s", loss.p);
	buf_free(&loss);
	return status;
}

int prepare_for(struct profile **p, const struct format *to)
{
	if (tell_losses(*p, to) < 0)
		return -1;
	reduce(p, to);
	if (to->half == HALF_STACKS && profile_has_graph(*p) && derive_stacks(*p) < 0)
		return -1;
	fold_threads(p, to);
	if (to->half == HALF_GRAPH && profile_has_stacks(*p))
		graph_from_stacks(*p);
	if (to->values_arcs && derive_arc_values(*p) < 0)
		return -1;
	if (profile_status(*p, "the profile") < 0)
		return -1;
	if (to->check && to->check(*p) < 0)
		return -1;
	return tell_late_loss(*p, to);
}

int convert(const struct format *from, const struct format *to, format_list list,
	    char **files, int count)
{
	struct wanted wanted = {
		.order = to->keeps & KEEP_ORDER || (to->wants_order && to->wants_order()),
		.no_lines = to->half == HALF_STACKS || !(to->keeps & KEEP_LINES),
	};
	struct profile *p = NULL;
	struct output *out;
	int status = -1;

	if (sandbox_enter(files, count) == 0)
		p = read_profile(from, list, files, count, wanted, NULL);
	if (p && select_and_hide(&p) == 0 && prepare_for(&p, to) == 0 &&
	    (out = output_open(settings.output))) {
		to->write(out, p);
		status = output_close(out, true);
	}
	profile_free(p);
	return status < 0 ? STATUS_TROUBLE : STATUS_DONE;
}
