/*
 * profdiff/runs - reads the runs of a side, and prepares what is compared of them
 */
#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/program/group_by_label.h"
#include "common/program/prepare.h"
#include "common/transform/reshape/idle.h"
#include "common/transform/reshape/scale.h"
#include "converters/registry.h"
#include "converters/tools/profdiff/work.h"

/* The warnings of the first run stand for all runs; estimated stacks are counted in the end. */
static void drop_repeated(struct losses *losses)
{
	losses_drop(losses, LOSS_STACKS_ESTIMATED);
	losses_drop(losses, LOSS_ARCS_ESTIMATED);
	losses_drop(losses, LOSS_MISSING);
}

/* All that is needed, as if there were a format that keeps everything. */
static int prepare_run(struct diff_work *w, struct profile **p, enum representation representation)
{
	const struct format needed = { .name = "profdiff",
				       .representation = representation,
				       .features = ~0u,
				       .needs_arc_values = representation == REPR_GRAPH };
	struct prepare_policy policy = convert_policy(&w->settings, &needed);
	struct losses losses;
	int status;

	if (profile_check_totals(*p, "the profile") < 0)
		return -1;
	losses = prepare(p, &needed, &policy);
	if (representation == REPR_SAMPLES || w->report.d->sides[DIFF_BASE].run_count)
		drop_repeated(&losses);
	status = losses_report(&losses, policy.strict);
	losses_free(&losses);
	return status < 0 ? -1 : profile_status(*p, "the profile");
}

static value_id choose_value(struct diff_work *w, const struct profile *p, int side)
{
	struct buf *first = &w->first_value;
	value_id v;

	if (side == DIFF_BASE && !w->report.d->sides[DIFF_BASE].run_count)
		buf_replace(first, profile_text(p, p->value_types[prepare_default_value(p)].name));
	v = profile_value_named(p, buf_str(first));
	return v == NO_ID ? prepare_default_value(p) : v;
}

static int refuse_total(const char *file, const struct value_type *type, const struct profile *p)
{
	return diag_error("%s: --normalize: expected a total of %s that is above 0 and fits", file,
			  diag_quote(profile_text(p, type->name)));
}

/* Counts get decimals, where there is room for them, so that scaled ones are not whole numbers. */
static void add_decimals(struct profile *p, value_id v)
{
	enum { DECIMALS = 3, ROOM = 100000 };
	int64_t total;

	if (p->value_types[v].unit != UNIT_TIME && profile_self_total(p, v, &total) &&
	    total < INT64_MAX / ROOM)
		profile_rescale(p, v, p->value_types[v].exponent - DECIMALS);
}

static int normalize(struct diff_work *w, struct profile *p, value_id v, const char *file,
		     struct factor *scaled)
{
	const struct value_type *type = &p->value_types[v];
	int64_t total, before;

	add_decimals(p, v);
	if (!profile_self_total(p, v, &before) || before <= 0)
		return refuse_total(file, type, p);
	if (!w->total) {
		w->exponent = type->exponent;
		w->total = before;
		return 0;
	}
	if (!i64_shift(w->total, w->exponent - type->exponent, &total) ||
	    !profile_scale_to(p, v, total))
		return refuse_total(file, type, p);
	*scaled = (struct factor){ total, before };
	return 0;
}

/* Scaled counts are no longer exact. */
static const enum diff_measurement *kind_of(const struct diff_work *w, const struct profile *p,
					    value_id v)
{
	static const enum diff_measurement kinds[] = { DIFF_COUNTED, DIFF_SAMPLED, DIFF_TIMED };

	if (w->kind_choice)
		return &kinds[w->kind_choice - 1];
	return w->normalize && diff_measurement_of(p, v) == DIFF_COUNTED ? &kinds[DIFF_TIMED]
									 : NULL;
}

static int keep_run(struct diff_work *w, struct profile **p, value_id v, int side)
{
	ARRAY_ROOM(w->runs, w->run_count, w->run_cap);
	w->runs[w->run_count++] = (struct difference_run){ *p, v, side };
	*p = NULL;
	return 0;
}

/* For a target of call graphs the runs' graphs are kept, for others their stacks. */
static int add_profile(struct diff_work *w, struct profile **p, int side, const char *file,
		       const struct format *keep)
{
	struct factor scaled = { 0 };
	value_id v;

	if (!(*p)->value_count)
		return diag_error("expected a profile with values on each side");
	if (convert_select_and_redact(&w->settings, p) < 0)
		return -1;
	if (w->no_idle)
		idle_drop(p);
	else
		idle_name(p);
	if (convert_group_by_label(&w->settings, p, w->by, file) < 0)
		return -1;
	v = choose_value(w, *p, side);
	if ((w->normalize && normalize(w, *p, v, file, &scaled) < 0) ||
	    prepare_run(w, p, REPR_GRAPH) < 0)
		return -1;
	if (difference_add(w->report.d, side, *p, v, kind_of(w, *p, v), scaled) < 0)
		return -1;
	if (!keep || keep->representation == REPR_GRAPH)
		return keep ? keep_run(w, p, v, side) : 0;
	/* reports have the functions' own values, and so no [unattributed] */
	w->settings.no_unattributed = true;
	if (!profile_has_stacks(*p) && prepare_run(w, p, REPR_SAMPLES) < 0)
		return -1;
	w->estimated += (*p)->estimated;
	return keep_run(w, p, v, side);
}

int profdiff_read_side(struct diff_work *w, const struct format *from, int side,
		       const struct format *keep)
{
	for (int i = 0; i < w->file_counts[side]; i++) {
		struct profile *p = convert_read(&w->settings, from, format_registry,
						 &w->files[side][i], 1, (struct read_hints){ 0 },
						 NULL);
		int status = p ? add_profile(w, &p, side, diag_masked(str_of(w->files[side][i])),
					     keep)
			       : -1;

		profile_free(p);
		if (status < 0)
			return -1;
	}
	return 0;
}
