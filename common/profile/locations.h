/*
 * locations - stacks in the tables of pprof and OTLP
 *
 * A location is a frame and those that are inlined into it; a stack is a row of locations. They
 * refer to functions and mappings, which are numbered too. All numbers are from 1: 0 is none.
 *
 *	locations_init(&l, p, false);
 *	locations_list(&l, lists, count);
 *	for (size_t i = 0; i < l.count; i++)
 *		for (stack_id path = l.order[i]; path != EMPTY_STACK; path = l.paths.parent[path])
 *			... profile_frame_at(p, l.paths.frame[path]) ...
 *	locations_free(&l);
 */
#ifndef PROFILE_LOCATIONS_H
#define PROFILE_LOCATIONS_H

#include "common/profile/profile.h"

/* By stack: the location that its last frame is in, and the stack that called it. */
struct location_node {
	uint32_t location; /* its number, or 0 if no sample ends or calls from here */
	stack_id caller;
};

struct locations {
	const struct profile *p;
	bool by_kind; /* a location has one kind: frames of two kinds are two locations */
	struct location_node *nodes;
	struct stacks paths; /* a location as a path: its outermost frame first */
	stack_id *order;     /* paths by number - 1 */
	size_t count, cap;

	struct index function_index;
	function_id *functions; /* by number - 1 */
	size_t function_count, function_cap;

	string_id *objects; /* mappings that are only an object, behind those of the profile */
	size_t object_count, object_cap;
	uint32_t *object_numbers; /* by string: its place in objects + 1 */
};

/*
 * Whether a frame of some sample is inlined, but not where the one that called it is: it is a
 * location of its own then, and not marked.
 */
#define LOCATIONS_LOSS \
	"frames inlined elsewhere than where their caller is are not marked as inlined"
bool locations_lose_inlined(const struct profile *p, bool by_kind);

/* Numbers the locations of all samples. */
void locations_init(struct locations *l, const struct profile *p, bool by_kind);
void locations_free(struct locations *l);

/*
 * The locations of stacks, leaf first: the caller sets `next` of each list to its stack. Stacks
 * come in no order, and each step from one to its caller may wait for memory, so those of several
 * lists are followed side by side. The caller frees the numbers.
 */
struct location_list {
	stack_id next;
	uint64_t *numbers;
	size_t count, cap;
};
enum { LOCATIONS_TOGETHER = 8 };
void locations_list(const struct locations *l, struct location_list *lists, size_t count);
/* The frame that the others of location number i + 1 are inlined into. */
struct frame locations_outermost(const struct locations *l, size_t i);

/* The number of a function; those that differ in their object only have one. */
uint64_t locations_function(struct locations *l, function_id f);
/* The number of the mapping of a location with this frame; 0: it has none. */
uint64_t locations_mapping(struct locations *l, const struct frame *f);
/* How many mappings have been numbered; and what number i + 1 is. */
size_t locations_mapping_count(const struct locations *l);
struct mapping locations_mapping_at(const struct locations *l, size_t i);

#endif
