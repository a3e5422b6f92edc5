/*
 * remap - copies rows of one profile into another, under new ids
 *
 * Shared by all transforms that build a profile from a profile. The caller sets what the old
 * functions, frames, stacks, threads and value types are in the new profile; then rows are
 * copied, and rows that become equal are summed:
 *
 * 	remap_open(&w, from, to);
 * 	... w.threads[old] = new, and so on; NO_ID: its rows are left out
 * 	remap_samples(&w);
 * 	remap_graph(&w);
 * 	remap_close(&w);
 */
#ifndef RESHAPE_REMAP_H
#define RESHAPE_REMAP_H

#include "common/profile/features.h"

struct remap {
	const struct profile *from;
	struct profile *to;
	/* by old id, set by the caller */
	value_id *values; /* several old ones may become one */
	int *shifts;      /* by old value type: values are multiplied by 10^this */
	function_id *functions;
	frame_id *frames;
	stack_id *stacks; /* stack 0 is EMPTY_STACK unless changed */
	thread_id *threads;
	mapping_id *mappings;     /* new id + 1; 0: not copied yet. Set on demand */
	label_set_id *label_sets; /* the same */
	const bool *labels_kept;  /* by old label: it stays; NULL: all do */
	/* what is merged or left out */
	bool base_names;      /* strip directories from the files of inlined code */
	unsigned drop;        /* FEATURE_* bits of what is left out: ADDRESSES, MAPPINGS,
				     FRAME_KINDS, INLINED_FRAMES, SYSTEM_NAMES, LABELS,
				     SAMPLE_TIMES, RECORDING */
	bool lines_to_places; /* a missing line becomes that of the function */
	bool end_parts;       /* arcs that were running when a part began become ordinary
				     calls */
	bool fold_arcs;       /* merge arcs that differ in what is known of their values */
	bool outermost;       /* merge arcs of both rules */
	bool no_merge;        /* the caller guarantees that no two costs or arcs become
				     equal, so nothing is looked up */

	bool same_types;        /* value types are the same in both profiles, in the same order */
	string_id *strings;     /* new id + 1; 0: not there yet */
	int64_t *row, *second;  /* buffers for a row of the new width */
	label_id *set, *labels; /* buffers for the label set that is being copied */
	size_t set_cap, label_cap;
};

/* Makes all maps, filled with zeros. */
void remap_open(struct remap *w, const struct profile *from, struct profile *to);
void remap_close(struct remap *w);

string_id remap_string(struct remap *w, string_id id);
/* The function with its texts in the new profile; the ids in it are new ones. */
struct function remap_function(struct remap *w, function_id f);

/* The frame with its function and mapping in the new profile. */
struct frame remap_frame(struct remap *w, frame_id f);
mapping_id remap_mapping(struct remap *w, mapping_id id);
label_id remap_label(struct remap *w, label_id id);
label_set_id remap_label_set(struct remap *w, label_set_id set);
/* The sample of the old row with new ids; its thread or stack may be NO_ID. */
struct sample remap_sample_at(struct remap *w, size_t row);

/* The value type with its texts in the new profile. */
struct value_type remap_type(struct remap *w, value_id v);
/* Copies a value type, but does not set `values`; copies all in their order, and does. */
value_id remap_value_type(struct remap *w, value_id v);
void remap_value_types(struct remap *w);
/*
 * Copies what concerns the whole profile: its source, what it lacks, its recording, its
 * mappings.
 */
void remap_facts(struct remap *w);
/* Copies a thread and sets `threads`; so for all threads, in their order. */
thread_id remap_thread(struct remap *w, thread_id t);
void remap_threads(struct remap *w);
/* Copies a row of metadata, or all but those of key `but` (NULL: all), when `threads` are set. */
void remap_metadata_row(struct remap *w, size_t row);
void remap_metadata(struct remap *w, const char *but);
/* Sets `frames` from `functions`, none of which may be left out. */
void remap_frames(struct remap *w);
/* Sets `stacks` from `frames`. */
void remap_stacks(struct remap *w);

/*
 * The values of the old row in the new order, valid until the next call; NULL if all are left
 * out.
 */
const int64_t *remap_values(struct remap *w, const struct values *t, size_t row);

void remap_sample(struct remap *w, size_t row);
void remap_cost(struct remap *w, size_t row);
void remap_arc(struct remap *w, size_t row);
void remap_jump(struct remap *w, size_t row);
void remap_total(struct remap *w, function_id f);
/* Copy all samples; all rows of the call graph. */
void remap_samples(struct remap *w);
void remap_graph(struct remap *w);
/* Copies call events and time ranges. */
void remap_times(struct remap *w);

#endif
