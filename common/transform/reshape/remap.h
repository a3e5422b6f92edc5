/*
 * remap - the rows of one profile into another, under new ids
 *
 * What all transforms share that make a profile of a profile. Who calls says what the
 * old functions, frames, stacks, threads and value types are in the new profile; then
 * the rows are carried over, and those that meet there are added up:
 *
 *	remap_open(&w, from, to);
 *	... w.threads[old] = new, and so on; NO_ID: its rows are left out
 *	remap_samples(&w);
 *	remap_graph(&w);
 *	remap_close(&w);
 */
#ifndef RESHAPE_REMAP_H
#define RESHAPE_REMAP_H

#include "common/profile/features.h"

struct remap {
	const struct profile *from;
	struct profile *to;
	/* by old id; to be filled */
	value_id *values;         /* several old ones may be one */
	int *shifts;              /* by old value type: times 10^this */
	function_id *functions;
	frame_id *frames;
	stack_id *stacks;         /* stack 0 is EMPTY_STACK unless told otherwise */
	thread_id *threads;
	mapping_id *mappings;     /* new id + 1; 0: not there yet. Filled as they are met */
	label_set_id *label_sets; /* the same */
	const bool *labels_kept;  /* by old label: it stays; NULL: all do */
	/* how rows are seen more coarsely */
	bool base_names;          /* files of inlined code without directories */
	unsigned drop;            /* FEATURE_* bits of what is left out: ADDRESSES, MAPPINGS,
				     FRAME_KINDS, INLINED_FRAMES, SYSTEM_NAMES, LABELS,
				     SAMPLE_TIMES, RECORDING */
	bool lines_to_places;     /* no line: that of the function */
	bool end_parts;           /* what was running when a part began is a call like others */
	bool fold_arcs;           /* arcs that differ in what is known of their values are one */
	bool outermost;           /* arcs of both rules are one */
	bool no_merge;            /* no two costs and no two arcs become equal: none is looked up */

	bool same_types;          /* value types are the same in both, in one order */
	string_id *strings;       /* new id + 1; 0: not there yet */
	int64_t *row, *second;    /* a row of the new width */
	label_id *set, *labels;   /* of the set that is being rewritten */
	size_t set_cap, label_cap;
};

/* All maps are zeros. */
void remap_open(struct remap *w, const struct profile *from, struct profile *to);
void remap_close(struct remap *w);

string_id remap_string(struct remap *w, string_id id);
/* With its texts in the new profile; ids in it are new ones. */
struct function remap_function(struct remap *w, function_id f);

/* The frame with its mapping and function in the new profile. */
struct frame remap_frame(struct remap *w, frame_id f);
mapping_id remap_mapping(struct remap *w, mapping_id id);
label_id remap_label(struct remap *w, label_id id);
label_set_id remap_label_set(struct remap *w, label_set_id set);
/* The old row's sample with new ids; its thread or stack may be NO_ID. */
struct sample remap_sample_at(struct remap *w, size_t row);

/* Value types as they are, in their order. */
void remap_value_types(struct remap *w);
/*
 * What is said of the whole profile: where it comes from, what it lacks, how it was
 * recorded; its mappings.
 */
void remap_facts(struct remap *w);
/* Fills `frames` by `functions`, none of which is left out. */
void remap_frames(struct remap *w);
/* Fills `stacks` by `frames`. */
void remap_stacks(struct remap *w);

/* The old row's values in the new order, until the next call; NULL if it has none. */
const int64_t *remap_values(struct remap *w, const struct values *t, size_t row);

void remap_sample(struct remap *w, size_t row);
void remap_cost(struct remap *w, size_t row);
void remap_arc(struct remap *w, size_t row);
void remap_jump(struct remap *w, size_t row);
void remap_total(struct remap *w, function_id f);
/* All rows of a half in their order. */
void remap_samples(struct remap *w);
void remap_graph(struct remap *w);
/* Call events and time ranges. */
void remap_times(struct remap *w);

#endif
