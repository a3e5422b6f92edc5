/*
 * cpuprofile/reading - reads V8's profiles
 *
 * 	read.c          the file: its keys, and the thread that its name tells
 * 	read_nodes.c    nodes, in a list or as a tree
 * 	read_arrays.c   the arrays of samples and times
 * 	make_stacks.c   the nodes' ids become stacks
 * 	make_samples.c  durations of samples, hits and sizes become rows
 *
 * Keys come in any order: samples are kept as ids of nodes, and nodes name their children before
 * these are there. So all rows are made when the file has ended.
 */
#ifndef CPUPROFILE_READING_H
#define CPUPROFILE_READING_H

#include "common/base/index.h"
#include "common/profile/details_json.h"
#include "converters/cpuprofile/internal.h"

struct cpuprofile_node {
	uint64_t byte; /* where it begins */
	uint64_t hits;
	int64_t size;
	uint32_t id;
	uint32_t parent; /* its row, NO_ID: none */
	frame_id frame;
	stack_id stack;
	bool is_root, is_gc;
};

/* A child that a node names by its id, or a parent that it names. */
struct cpuprofile_link {
	uint64_t byte;
	uint32_t row, id;
	bool to_parent;
};

/* A node whose end has not been read. */
struct cpuprofile_open_node {
	uint32_t row;
	bool identified, named, in_children;
	bool line_is_executed; /* lineNumber is where it was executed, as our own files say */
	struct function function;
	struct frame frame;
};

/* A number that may be missing. */
struct cpuprofile_time {
	struct decimal number;
	uint64_t byte;
	bool known;
};

struct cpuprofile_reader {
	struct json j;
	struct input *in;
	struct profile *p;
	struct cpuprofile_read_options options;

	/* what the file has */
	bool has_nodes, has_samples, has_deltas, has_timestamps;
	bool has_sizes; /* a node has one: the profile is of memory */
	bool is_tree;   /* `head` instead of `nodes`, whose start and end are in seconds */
	bool own;       /* written by us */
	/* nodes, samples and times have been read to their end */
	bool nodes_whole, samples_whole, times_whole;

	struct cpuprofile_node *nodes;
	size_t node_count, node_cap;
	struct cpuprofile_link *links;
	size_t link_count, link_cap;
	struct cpuprofile_open_node *open;
	size_t open_count, open_cap;
	uint64_t ticks; /* samples of which a line is known, which a stack has no place for */

	/* rows by id: direct where ids are dense */
	uint32_t *rows;
	size_t row_count;
	struct index row_index;

	uint32_t *samples; /* ids, then rows of nodes */
	size_t sample_count, sample_cap;
	uint64_t samples_byte;
	int64_t *times; /* deltas first, in the scale of the value type */
	size_t time_count, time_cap;
	uint64_t times_byte;
	struct cpuprofile_time start, end;

	/* of our own files */
	struct value_type type; /* no name: time */
	bool typed, has_idle, timed;
	value_id value;
	struct thread thread;
	uint32_t idle; /* id of the node that stands for no stack */
	struct numbered mappings;
};

/* --- read_nodes.c --- */

/* Read the value of "nodes", and that of "head". */
void cpuprofile_read_list(struct cpuprofile_reader *r);
void cpuprofile_read_tree(struct cpuprofile_reader *r);

/* --- read_arrays.c --- */

void cpuprofile_read_samples(struct cpuprofile_reader *r);
/* Reads timeDeltas, or timestamps. */
void cpuprofile_read_times(struct cpuprofile_reader *r, bool deltas);
/* A time in the scale of the value type, which is 10^-power in the file. */
int64_t cpuprofile_scaled(struct cpuprofile_reader *r, struct decimal number, int power,
			  uint64_t byte);

/* --- make_stacks.c --- */

void cpuprofile_make_stacks(struct cpuprofile_reader *r);
/* The row of the node with that id, or NO_ID. */
uint32_t cpuprofile_find_node(const struct cpuprofile_reader *r, uint32_t id);

/* --- make_samples.c --- */

void cpuprofile_make_samples(struct cpuprofile_reader *r);

#endif
