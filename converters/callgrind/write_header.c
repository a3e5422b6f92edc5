/*
 * callgrind/write_header - lines: KEY ": " VALUE, before the file and before each section
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind/writing.h"

/* --- events --- */

static bool event_has_unit(struct str name, const struct value_type *type)
{
	struct value_type by_name = { 0 };

	callgrind_unit_of_event(name, &by_name);
	return by_name.unit == type->unit && by_name.source_scale == type->source_scale;
}

/* Whether all values are multiples of 10^power. */
static bool all_whole(const struct profile *p, value_id v, int power)
{
	int64_t unit = 1;

	i64_shift(1, power, &unit);
	return values_all_whole(&p->cost_values, v, unit) &&
	       values_all_whole(&p->arc_values, v, unit) &&
	       values_all_whole(&p->total_values, v, unit);
}

/*
 * A time whose name implies a coarser unit was read in that unit; finer values need another
 * one.
 */
static int cost_power(const struct profile *p, value_id v)
{
	const struct value_type *type = &p->value_types[v];
	struct str name = profile_text(p, type->name);

	return type->unit == UNIT_TIME && type->source_scale && !str_eq(name, S("time")) &&
			       event_has_unit(name, type) && all_whole(p, v, type->source_scale)
		       ? type->source_scale
		       : 0;
}

void callgrind_find_divisors(struct callgrind_writer *w)
{
	w->divisors = alloc_zero(w->p->value_count, sizeof *w->divisors);
	for (value_id v = 0; v < w->p->value_count; v++)
		i64_shift(1, cost_power(w->p, v), &w->divisors[v]);
}

/* Appends the unit to the name of an event. */
static void put_event(struct callgrind_writer *w, value_id v)
{
	const struct value_type *type = &w->p->value_types[v];
	struct str name = profile_text(w->p, type->name);
	struct output *out = w->out;

	if (type->unit == UNIT_TIME && str_eq(name, S("time"))) {
		output_text(out, "ns");
		return;
	}
	/* an event needs a name */
	if (!name.n)
		output_text(out, "value");
	for (size_t i = 0; i < name.n; i++)
		output_byte(out, (unsigned char)name.p[i] <= ' ' ? '_' : name.p[i]);
	if (type->unit == UNIT_TIME && event_has_unit(name, type) &&
	    (!type->source_scale || w->divisors[v] != 1))
		return;
	if (type->unit == UNIT_TIME)
		output_text(out, "_(ns)");
	else if (type->unit == UNIT_BYTES && !event_has_unit(name, type))
		output_text(out, "_(bytes)");
	else if (type->exponent) {
		output_text(out, "_(1e-");
		output_u64(out, (uint64_t)-type->exponent);
		output_byte(out, ')');
	}
}

/* --- lines --- */

static void put_metadata(struct callgrind_writer *w, thread_id thread, const char *key)
{
	for (size_t i = 0; i < w->p->metadata_count; i++) {
		const struct metadata *l = &w->p->metadata[i];

		if (l->thread != thread || !str_eq(profile_text(w->p, l->key), str_of(key)))
			continue;
		output_text(w->out, key);
		output_text(w->out, ": ");
		callgrind_put_text(w, profile_text(w->p, l->value));
		output_byte(w->out, '\n');
	}
}

static void put_number(struct output *out, const char *key, uint64_t n)
{
	if (!n)
		return;
	output_text(out, key);
	output_text(out, ": ");
	output_u64(out, n);
	output_byte(out, '\n');
}

struct str callgrind_metadata(const struct profile *p, thread_id thread, const char *key)
{
	struct str value = S("");

	for (size_t i = 0; i < p->metadata_count; i++)
		if (p->metadata[i].thread == thread &&
		    str_eq(profile_text(p, p->metadata[i].key), str_of(key))) {
			if (value.n)
				return S(""); /* several, after a merge: none of them is true any
					         more */
			value = profile_text(p, p->metadata[i].value);
		}
	return value;
}

void callgrind_put_file_header(struct callgrind_writer *w)
{
	struct output *out = w->out;

	output_text(out, "# callgrind format\nversion: 1\ncreator: ");
	callgrind_put_text(w, callgrind_metadata(w->p, NO_ID, "creator"));
	output_text(out, w->foreign ? "; profpipe\n" : "profpipe\n");
	if (w->known_lines) {
		output_str(out, OUR_LINES);
		output_byte(out, '\n');
	}
	if (!str_eq(buf_str(&w->root), SYNTHETIC_ROOT)) {
		output_str(out, OUR_ROOT);
		output_str(out, buf_str(&w->root));
		output_byte(out, '\n');
	}
	callgrind_put_details(w);
	put_metadata(w, NO_ID, "cmd");
	if (w->p->inclusive_only) {
		output_text(out, "desc: ");
		output_str(out, OUR_INCLUSIVE);
		output_byte(out, '\n');
	}
	if (w->p->calls_sampled) {
		output_text(out, "desc: ");
		output_str(out, OUR_CALLS);
		output_byte(out, '\n');
	}
	if (w->p->arcs_estimated) {
		output_text(out, "desc: ");
		output_str(out, OUR_ESTIMATE);
		output_byte(out, '\n');
	}
	if (w->p->estimated)
		output_text(out, "desc: Estimated: made from stacks that were estimated\n");
	put_metadata(w, NO_ID, "desc");
}

static void put_events(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	struct output *out = w->out;

	put_metadata(w, NO_ID, "event");
	for (value_id v = 0; v < p->value_count; v++)
		if (p->value_types[v].unit == UNIT_TIME &&
		    str_eq(profile_text(p, p->value_types[v].name), S("time")))
			output_text(out, "event: ns : Nanoseconds\n");
	output_text(out, "events:");
	for (value_id v = 0; v < p->value_count; v++) {
		output_byte(out, ' ');
		put_event(w, v);
	}
	output_byte(out, '\n');
}

/*
 * callgrind_annotate takes the last summary for that of the file, and would show 200 % of two
 * threads. Without any it adds up the costs, as KCachegrind does in any case: so of several
 * sections only those have one where the file that was read had another than the sum.
 */
static void put_summary(struct callgrind_writer *w)
{
	const struct profile *p = w->p;
	struct str recorded = callgrind_metadata(p, w->thread, "summary");
	int64_t *sums;

	if (p->thread_count > 1 && !recorded.n)
		return;
	output_text(w->out, "summary:");
	if (recorded.n) {
		output_byte(w->out, ' ');
		callgrind_put_text(w, recorded);
		output_byte(w->out, '\n');
		return;
	}
	sums = alloc_zero(p->value_count, sizeof *sums);
	for (size_t i = w->costs.at; i < w->costs.end; i++)
		add_run(sums, &p->cost_values, w->costs.run[i]);
	put_values(w, output_room(w->out), sums, p->value_count);
	alloc_free(sums);
}

void callgrind_put_section_header(struct callgrind_writer *w)
{
	const struct thread *t = &w->p->threads[w->thread];
	struct output *out = w->out;
	bool numbered = !t->tid && w->number_threads;

	put_number(out, "pid", t->pid);
	put_number(out, "part", t->part);
	put_number(out, "thread", numbered ? w->thread + 1 : t->tid);
	if (t->name || numbered) {
		output_text(out, "desc: ");
		output_str(out, numbered ? OUR_NUMBERED : OUR_THREAD);
		callgrind_put_text(w, profile_text(w->p, t->name));
		output_byte(out, '\n');
	}
	put_metadata(w, w->thread, "desc");
	output_text(out, "\npositions:");
	output_text(out, w->addresses ? " instr" : "");
	output_text(out, w->lines || !w->addresses ? " line\n" : "\n");
	put_events(w);
	put_summary(w);
}
