/*
 * cpuprofile/writing - writes V8's profiles
 *
 * 	write.c        a .cpuprofile: nodes, samples, times
 * 	write_heap.c   a .heapprofile: a tree with sizes
 */
#ifndef CPUPROFILE_WRITING_H
#define CPUPROFILE_WRITING_H

#include "common/base/csr.h"
#include "common/profile/details_json.h"
#include "converters/cpuprofile/internal.h"

struct cpuprofile_writer {
	struct output *out;
	const struct profile *p;
	const struct cpuprofile_write_options *options;
	bool bytes;    /* a .heapprofile */
	bool timed;    /* samples have the times that their values add up to */
	uint32_t *ids; /* by stack: the id of its node; 0: it has none */
	uint64_t *hits;
	uint32_t *scripts; /* by file: its number from 1 on, as nodes name them; 0: none yet */
	uint32_t script_count;
	uint32_t idle;       /* id of the node for samples without a stack; 0: there are none */
	struct csr children; /* stacks that have nodes, by their parent */
};

/* Writes a node's callFrame, and what of the frame it has no place for. */
void cpuprofile_put_call_frame(struct cpuprofile_writer *w, frame_id f);
void cpuprofile_put_frame_extra(struct cpuprofile_writer *w, frame_id f);
/* The same of a node that V8 makes. */
void cpuprofile_put_pseudo_frame(struct cpuprofile_writer *w, struct str name);

/* Writes the whole tree, and the end of the file. */
void cpuprofile_put_tree(struct cpuprofile_writer *w);

#endif
