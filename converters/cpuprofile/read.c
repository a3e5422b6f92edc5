/* cpuprofile/read - the file: its keys, and the thread that its name tells; see format.c */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/cpuprofile/reading.h"

#define AT(field) offsetof(struct cpuprofile_read_options, field)

const struct option_row cpuprofile_read_rows[] = {
	OPT_FLAG(0, "gc-on-top", "put the garbage collector on top of what it interrupted",
		 AT(gc_on_top)),
	OPT_FLAG(0, "lenient", "of a file that is cut, read the samples with times before the cut",
		 AT(lenient)),
	OPT_END
};

/* --- the thread --- */

/* Takes the last part of *name before a point, which must be a number. */
static bool cut_number(struct str *name, uint64_t *number)
{
	struct str text;

	return str_cut_last(*name, '.', name, &text) && str_to_u64(text, number);
}

/*
 * Node calls its files CPU.DATE.TIME.PID.TID.SEQ.cpuprofile, with TID 0 for the main thread, and
 * Deno CPU.MILLISECONDS.PID.cpuprofile. Nothing in them tells the threads apart.
 */
static void take_thread(struct cpuprofile_reader *r)
{
	struct str name = str_base(str_of(r->in->name)), end;
	uint64_t seq, tid, pid, skipped;

	if (str_ends(name, S(".gz")))
		name = str_head(name, name.n - 3);
	if ((!str_starts(name, S("CPU.")) && !str_starts(name, S("Heap."))) ||
	    !str_cut_last(name, '.', &name, &end) || !cut_number(&name, &seq))
		return;
	if (!str_has(name, '.') || !cut_number(&name, &tid))
		return;
	if (!str_has(name, '.')) { /* SEQ is the process, TID a time */
		r->thread.pid = seq;
		return;
	}
	if (!cut_number(&name, &pid) || !cut_number(&name, &skipped) ||
	    !cut_number(&name, &skipped))
		return;
	r->thread.pid = pid;
	r->thread.tid = tid;
	if (!tid)
		r->thread.name = profile_string(r->p, S("main"));
}

/* --- keys --- */

/* Another file of the run may have counted the same in other fractions. */
static void take_value_type(struct cpuprofile_reader *r)
{
	struct value_type type = json_named_value_type(&r->j, r->p);

	r->value = profile_value_type(r->p, type);
	if (r->p->value_types[r->value].exponent > type.exponent)
		profile_rescale(r->p, r->value, type.exponent);
	r->type = r->p->value_types[r->value];
	r->typed = true;
}

/* What our own files say beside what V8 has a place for. It comes first. */
static void read_extra(struct cpuprofile_reader *r)
{
	struct str key;
	bool estimated;

	if (r->has_nodes || r->has_samples || r->has_deltas || r->start.known || r->end.known) {
		json_expected(&r->j, "'profpipe' before the other keys");
		return;
	}
	r->own = true;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("value"))) {
			take_value_type(r);
		} else if (str_eq(key, S("thread"))) {
			r->thread = json_thread(&r->j, r->p);
		} else if (str_eq(key, S("idle"))) {
			r->has_idle = json_index(&r->j, UINT32_MAX, "the id of a node", &r->idle);
		} else if (str_eq(key, S("timed"))) {
			json_bool(&r->j, &r->timed);
		} else if (str_eq(key, S("mappings"))) {
			json_mappings(&r->j, r->p, &r->mappings);
		} else if (str_eq(key, S("recording"))) {
			json_recording(&r->j, r->p);
		} else if (str_eq(key, S("metadata"))) {
			json_metadata(&r->j, r->p);
		} else if (str_eq(key, S("estimated"))) {
			json_bool(&r->j, &estimated);
			r->p->estimated |= estimated;
		} else {
			json_skip(&r->j);
		}
	}
}

static void take_time(struct cpuprofile_reader *r, struct cpuprofile_time *t)
{
	enum exactness exactness;

	json_peek(&r->j);
	t->byte = input_offset(r->in);
	if (json_null(&r->j))
		return;
	t->known = json_number(&r->j, &t->number, &exactness);
	profile_count_rounding(r->p, t->known && exactness == ROUNDED, t->number.mantissa);
}

static void read_key(struct cpuprofile_reader *r, struct str key)
{
	if (str_eq(key, S("nodes")))
		cpuprofile_read_list(r);
	else if (str_eq(key, S("head")))
		cpuprofile_read_tree(r);
	else if (str_eq(key, S("samples")))
		cpuprofile_read_samples(r);
	else if (str_eq(key, S("timeDeltas")))
		cpuprofile_read_times(r, true);
	else if (str_eq(key, S("timestamps")))
		cpuprofile_read_times(r, false);
	else if (str_eq(key, S("startTime")))
		take_time(r, &r->start);
	else if (str_eq(key, S("endTime")))
		take_time(r, &r->end);
	else if (str_eq(key, S("profpipe")))
		read_extra(r);
	else
		json_skip(&r->j);
}

/* --- a file that is cut --- */

/*
 * Of samples [2, 3, 2] and timeDeltas [10, 5 the first is kept: "5" may be the beginning of "57".
 * How long the last one took is in a time behind the cut, and endTime, which V8 writes before the
 * samples, is not the end of that one.
 */
static void drop_samples(struct cpuprofile_reader *r, size_t kept)
{
	r->sample_count = r->time_count = kept;
	r->end.known = false;
	/* of our own files: for how many samples the rows stand, those behind the cut too */
	for (size_t i = 0; i < r->node_count; i++)
		r->nodes[i].hits = 0;
	profile_report_missing(
		r->p, str_of(r->in->name),
		"the file is cut: samples with a time before that: %zu, the last without a length",
		kept);
}

/* Sizes are those of nodes; without samples and times nothing says how long nodes ran. */
static void keep_before_cut(struct cpuprofile_reader *r)
{
	size_t samples = r->sample_count, times = r->time_count;

	if (!r->nodes_whole || (!r->has_sizes && (!samples || !times))) {
		json_refuse_cut(&r->j);
		return;
	}
	json_keep_cut(&r->j);
	/* of arrays that have ended, other numbers are an error: see make_samples.c */
	if (!r->has_sizes && !r->times_whole && times < samples)
		drop_samples(r, times);
	else if (!r->has_sizes && !r->samples_whole && samples < times)
		drop_samples(r, samples);
	else
		profile_report_missing(r->p, str_of(r->in->name),
				       "the file is cut behind the last of its %s",
				       r->has_sizes ? "nodes" : "samples");
}

/*
 * The protocol answers {"profile": {...}} to Profiler.stop, inside {"id": 7, "result": ...}, and
 * people save either.
 */
static void read_file(struct cpuprofile_reader *r)
{
	unsigned depth = 1;
	struct str key;

	json_object(&r->j);
	while (depth && !r->in->failed) {
		if (!json_key(&r->j, &key))
			depth--;
		else if ((str_eq(key, S("profile")) || str_eq(key, S("result"))) &&
			 json_peek(&r->j) == JSON_OBJECT && depth < 3)
			depth += json_object(&r->j);
		else
			read_key(r, key);
	}
	json_end(&r->j);
	if (r->in->cut)
		keep_before_cut(r);
	if (!r->has_nodes)
		input_error_at(r->in, 0, "expected a profile of V8 with 'nodes' or 'head'");
}

static void free_reader(struct cpuprofile_reader *r)
{
	json_free(&r->j);
	alloc_free(r->nodes);
	alloc_free(r->links);
	alloc_free(r->open);
	alloc_free(r->rows);
	index_free(&r->row_index);
	alloc_free(r->samples);
	alloc_free(r->times);
	numbered_free(&r->mappings);
}

int cpuprofile_read(struct input *in, struct profile *p)
{
	const struct cpuprofile_read_options *options = in->options;
	struct cpuprofile_reader r = { .in = in, .p = p, .options = *options };

	json_start(&r.j, in);
	if (options->lenient)
		json_allow_cut(&r.j);
	take_thread(&r);
	read_file(&r);
	if (!in->failed)
		cpuprofile_make_stacks(&r);
	if (!in->failed)
		cpuprofile_make_samples(&r);
	free_reader(&r);
	return in->failed ? -1 : profile_status(p, in->name);
}
