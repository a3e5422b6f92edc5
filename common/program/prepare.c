#include "common/program/prepare.h"

#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/value_text.h"
#include "common/transform/callgraph/arc_values.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/estimate/estimate_text.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/idle.h"
#include "common/transform/reshape/thread_roots.h"

/* The state of a preparation. */
struct preparation {
	struct profile **p;
	const struct format *to;
	const struct prepare_policy *policy;
	struct losses *losses;
};

/* --- the list --- */

static struct loss *add_loss(struct losses *l, enum loss_kind kind, uint64_t count)
{
	ARRAY_ROOM(l->list, l->count, l->cap);
	l->list[l->count] = (struct loss){ .kind = kind, .count = count };
	return &l->list[l->count++];
}

static void add_counted(struct losses *l, enum loss_kind kind, uint64_t count, const char *what)
{
	if (count)
		buf_print(&add_loss(l, kind, count)->text, "%" PRIu64 " %s", count, what);
}

static bool is_loss(const struct loss *loss)
{
	return loss->kind != LOSS_NONE;
}

static bool stops(const struct preparation *x)
{
	bool lost = false;

	for (size_t i = 0; i < x->losses->count; i++)
		lost |= is_loss(&x->losses->list[i]);
	return lost && x->policy->strict;
}

void losses_drop(struct losses *l, enum loss_kind kind)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++)
		if (l->list[i].kind == kind)
			buf_free(&l->list[i].text);
		else
			l->list[kept++] = l->list[i];
	l->count = kept;
}

void losses_free(struct losses *l)
{
	for (size_t i = 0; i < l->count; i++)
		buf_free(&l->list[i].text);
	alloc_free(l->list);
	*l = (struct losses){ 0 };
}

/* --- what the target does not keep --- */

static unsigned features_kept(const struct preparation *x)
{
	const struct format *to = x->to;

	return to->features | (to->features_of ? to->features_of(*x->p, x->policy->options) : 0);
}

/* Frames of derived stacks have no lines or addresses, whatever the format keeps. */
static unsigned features_lost(const struct preparation *x)
{
	unsigned kept = features_kept(x);

	if (x->to->representation == REPR_SAMPLES && !profile_has_stacks(*x->p))
		kept &= ~(unsigned)(FEATURE_LINES | FEATURE_ADDRESSES);
	if (x->policy->threads_as_roots)
		kept |= FEATURE_THREADS;
	return profile_features(*x->p) & ~kept;
}

static void list_features(const struct preparation *x)
{
	unsigned lost = features_lost(x);

	for (int bit = 0; bit < FEATURE_COUNT; bit++)
		if (lost & 1u << bit) {
			struct loss *loss = add_loss(x->losses, LOSS_FEATURE, 0);

			loss->bit = bit;
			buf_print(&loss->text, "%s does not keep %s", x->to->name,
				  feature_sentence(bit));
		}
}

/* The number of functions whose name or file comes out changed. */
static size_t changed_names(const struct preparation *x)
{
	const struct profile *p = *x->p;
	size_t changed = 0;
	string_id file = NO_ID;
	bool spelled = true;

	for (size_t i = 0; x->to->can_spell && i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];

		/* functions of one file are usually adjacent */
		if (f->file != file) {
			file = f->file;
			spelled = x->to->can_spell(profile_text(p, file));
		}
		changed += !spelled || !x->to->can_spell(profile_text(p, f->name));
	}
	return changed;
}

static void list_losses(const struct preparation *x)
{
	const struct profile *p = *x->p;
	struct losses *l = x->losses;

	if (x->policy->list_all) {
		list_features(x);
		add_counted(l, LOSS_NAMES, changed_names(x),
			    "functions have names that the target cannot spell");
		add_counted(l, LOSS_ROUNDED, p->rounded,
			    "values were rounded to a nanosecond or to 9 decimals");
		add_counted(l, LOSS_BAD_LINES, p->bad_lines, "malformed lines were skipped");
	}
	add_counted(l, LOSS_VANISHED, p->vanished,
		    "values are too small for a nanosecond or 9 decimals and became 0");
	if (p->missing)
		buf_add(&add_loss(l, LOSS_MISSING, 0)->text, profile_text(p, p->missing));
	add_counted(l, LOSS_NONE, p->comments, "comment lines were skipped");
}

/* --- reducing --- */

/*
 * Details that distinguish samples, frames or functions which are equal for the target. The
 * side tables show at once whether there are any.
 */
static unsigned unkept_details(const struct preparation *x)
{
	const struct profile *p = *x->p;
	unsigned has = (p->sample_label_count ? FEATURE_LABELS : 0) |
		       (p->sample_time_count ? FEATURE_SAMPLE_TIMES : 0) |
		       (p->mapping_count ? FEATURE_MAPPINGS : 0) | profile_frame_features(p) |
		       (p->system_names ? FEATURE_SYSTEM_NAMES : 0);

	return has & ~features_kept(x);
}

value_id prepare_default_value(const struct profile *p)
{
	value_id asked = profile_default_value(p), shown = profile_shown_value(p);

	if (shown != asked)
		diag_warning("value type %s, the file's default, is all zero: %s is shown "
			     "(--value chooses)",
			     diag_quote(profile_text(p, p->value_types[asked].name)),
			     diag_quote(profile_text(p, p->value_types[shown].name)));
	return shown;
}

static void reduce(const struct preparation *x)
{
	struct coarsen_options options = COARSEN_NONE;
	struct profile **p = x->p;
	unsigned features;
	bool needed;

	if (x->to->representation == REPR_SAMPLES && profile_has_call_values(*p))
		profile_drop_call_values(*p);
	features = features_kept(x); /* which may follow from what has been dropped */
	if (!(features & FEATURE_VALUE_TYPES) && (*p)->value_count > 1)
		profile_keep_value(*p, prepare_default_value(*p));
	options.drop = unkept_details(x);
	needed = options.drop != 0;
	if (!(features & FEATURE_OBJECTS) && profile_features(*p) & FEATURE_OBJECTS)
		needed = options.fold_objects = true;
	if (!(features & FEATURE_FILES) && profile_features(*p) & FEATURE_FILES)
		needed = options.fold_files = true;
	/* functions that stand for lines become lines again where the target has lines */
	if ((*p)->line_functions && features & FEATURE_LINES)
		needed = options.lines_to_places = true;
	/* a copy without an order that nobody asked for has a row for each stack, not each sample */
	if (!(features & FEATURE_ORDER))
		options.drop |= FEATURE_ORDER;
	if (needed)
		profile_replace(p, profile_coarsen(*p, &options));
	if (!(features & FEATURE_IDLE) && idle_has_samples(*p))
		idle_name_rows(*p);
}

static void fold_threads(const struct preparation *x)
{
	struct coarsen_options options = COARSEN_NONE;
	const unsigned features = x->to->features;
	bool roots = x->policy->threads_as_roots;
	struct profile **p = x->p;

	if (features & FEATURE_THREADS && !(roots && x->to->threads_as_roots)) {
		options.fold_parts = !(features & FEATURE_PARTS) &&
				     profile_features(*p) & FEATURE_PARTS;
		if (!options.fold_parts)
			return;
	} else {
		if ((*p)->thread_count < 2 && !roots)
			return;
		options.thread_frames = roots;
		if (roots)
			options.idle = COARSEN_IDLE_NAMED;
		options.fold_threads = true;
		if (roots && x->to->representation == REPR_GRAPH && profile_has_graph(*p))
			thread_roots(*p);
	}
	profile_replace(p, profile_coarsen(*p, &options));
}

/* --- deriving --- */

static void list_unattributed(const struct profile *p, int64_t value, struct losses *losses)
{
	char number[NUM_TEXT];
	size_t n = decimal_text(number, profile_decimal(p, 0, value, 9));

	buf_print(&add_loss(losses, LOSS_NONE, 0)->text,
		  "%.*s%s that no function's self value holds are under [unattributed]", (int)n,
		  number, p->value_types[0].unit == UNIT_TIME ? " s" : "");
}

void prepare_stacks(struct profile *p, const struct prepare_policy *policy, struct losses *losses)
{
	struct estimate *estimate = policy->estimate;

	stacks_from_graph(p, estimate);
	p->estimated |= estimate->uncertain > 0;
	if (estimate_needs_report(estimate)) {
		struct loss *loss = add_loss(losses, LOSS_STACKS_ESTIMATED, estimate->uncertain);

		buf_add_estimate(&loss->text, p, estimate);
		p->estimate = profile_string(p, buf_str(&loss->text));
	} else if (estimate->unplaced > 0) {
		buf_print(&add_loss(losses, LOSS_NONE, 0)->text,
			  "%.2g%% of the total is under [unplaced]: no context was expanded for it",
			  estimate->unplaced / estimate->total * 100);
	}
	if (estimate->unattributed_value)
		list_unattributed(p, estimate->unattributed_value, losses);
}

static void derive_arc_values(const struct preparation *x)
{
	size_t several = arc_values_estimate(*x->p);

	if (several)
		buf_print(&add_loss(x->losses, LOSS_ARCS_ESTIMATED, several)->text,
			  "(%zu function%s several callers)", several,
			  several == 1 ? " has" : "s have");
}

static void list_losses_of_format(const struct preparation *x)
{
	struct buf text = { 0 };

	x->to->report_loss(*x->p, x->policy->options, &text);
	if (text.n)
		add_loss(x->losses, LOSS_OF_FORMAT, 0)->text = text;
	else
		buf_free(&text);
}

struct losses prepare(struct profile **p, const struct format *to,
		      const struct prepare_policy *policy)
{
	struct losses losses = { 0 };
	const struct preparation x = { p, to, policy, &losses };

	list_losses(&x);
	if (stops(&x))
		return losses;
	/* a call graph of nothing counts something all the same, in a thread */
	if (to->representation == REPR_GRAPH && !(*p)->value_count)
		profile_value_type(*p,
				   (struct value_type){ .name = profile_string(*p, S("samples")) });
	if (to->representation == REPR_GRAPH && !(*p)->thread_count)
		profile_thread(*p, (struct thread){ 0 });
	reduce(&x);
	if (to->representation == REPR_SAMPLES && profile_has_graph(*p))
		prepare_stacks(*p, policy, &losses);
	if (stops(&x))
		return losses;
	fold_threads(&x);
	if (to->representation == REPR_GRAPH && profile_has_stacks(*p))
		(to->totals_only ? totals_from_stacks : graph_from_stacks)(*p);
	if (to->needs_arc_values)
		derive_arc_values(&x);
	if (!stops(&x) && to->report_loss && policy->list_all)
		list_losses_of_format(&x);
	return losses;
}

/* --- reporting --- */

static void report_estimate(const struct loss *loss, bool strict, struct buf *all)
{
	const char *what = loss->kind == LOSS_STACKS_ESTIMATED ? "stacks"
							       : "inclusive values of arcs";
	const char *from = loss->kind == LOSS_STACKS_ESTIMATED ? "a call graph:" : "calls";

	if (strict)
		buf_print(all, "%s%s would be estimated from %s %.*s", all->n ? "; " : "", what,
			  from, (int)loss->text.n, loss->text.p);
	else
		diag_warning("%s estimated from %s %.*s", what, from, (int)loss->text.n,
			     loss->text.p);
}

static void report_one(const struct loss *loss, bool strict, struct buf *all)
{
	if (loss->kind == LOSS_STACKS_ESTIMATED || loss->kind == LOSS_ARCS_ESTIMATED) {
		report_estimate(loss, strict, all);
		return;
	}
	/* what the source lacks, or has too small, changes totals, so it is reported without -v too */
	if (loss->kind != LOSS_MISSING && loss->kind != LOSS_VANISHED)
		diag_verbose("%.*s", (int)loss->text.n, loss->text.p);
	else if (!strict)
		diag_warning("%.*s", (int)loss->text.n, loss->text.p);
	if (is_loss(loss))
		buf_print(all, "%s%.*s", all->n ? "; " : "", (int)loss->text.n, loss->text.p);
}

int losses_report(const struct losses *l, bool strict)
{
	struct buf all = { 0 };
	int status = 0;

	for (size_t i = 0; i < l->count; i++)
		report_one(&l->list[i], strict, &all);
	if (all.n && strict)
		status = diag_error("--strict: %s", all.p);
	buf_free(&all);
	return status;
}
