/*
 * unfold_cycle - contexts of functions that call each other in a circle
 *
 * A file records of a function, and of an arc, the outermost activations alone (pstat), or
 * each (callgrind). So an arc uses up what is left of it at its first occurrence on a path,
 * and in pstat its repeats are free. Largest first, two kinds of work come from one queue:
 *
 *   - a context is opened: arcs of the cycle that are not on its path yet get what is left of
 *     them, as far as the context has room (if their mode allows it there); what remains is
 *     its room;
 *   - an arc that has something left is placed whole, into the least room that it fits in,
 *     of a context of its caller, or of one that comes to its caller once more by repeating
 *     an earlier stretch of its own path.
 *
 * A big callee holds the small ones, never the reverse: that is why the largest come first.
 * When the queue is empty, what found no place goes in part into the largest room. At the
 * end the room is filled with what leaves the cycle and with self values.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/transform/estimate/rooms.h"
#include "common/transform/estimate/unfold_inside.h"

/* An arc fits where so much of it does; rooms that are looked at for one arc; for the rest. */
static const double fits = 0.98;
/* Of the total: what is lighter is in no place that anybody could tell. */
#define MIN_SHARE 1e-6
enum { LOOKED_AT = 100, LOOKED_AT_LAST = 400 };

struct work {
	double weight;
	uint32_t id;
	bool place;         /* an arc is to be placed; else a context opened */
};

struct work_heap {
	struct work *items;
	size_t count, cap;
};

/* What is known of a context within the cycle. */
struct inside {
	uint64_t nodes, arcs; /* a bit for each function and arc on its path; several share one */
	uint64_t stretch;     /* the same of functions from here up to `same` */
	uint32_t same;        /* the next context above of the same function; NO_ID: none, or below */
	bool same_known;
	bool opened;
	bool dead_end;        /* nothing repeats from there */
};

struct cycle_work {
	struct unfolder *u;
	uint32_t component;
	struct work_heap queue;   /* largest first */
	struct work_heap waiting; /* arcs that fit nowhere now, smallest first */
	bool *is_waiting;         /* by arc */
	struct rooms rooms;
	uint32_t *nowhere[2];     /* by arc: at which version of the rooms, in part and whole */
	uint32_t version;
	struct index children;    /* contexts by parent and arc */
	struct inside *inside;    /* by context */
	size_t inside_cap;
	uint32_t *arc_seen, *node_seen; /* by arc and node: stamp of the path last walked */
	uint32_t stamp;
	uint32_t *inner;          /* arcs of the component with both ends in it */
	size_t inner_count, inner_cap;
	uint32_t *chain, *stretch; /* arcs: a stretch that is repeated, and scratch */
	size_t chain_count, chain_cap, stretch_count, stretch_cap;
	struct work *list;        /* scratch: arcs or members that are sorted */
	size_t list_count, list_cap;
	double *coming;           /* by node: what its contexts that are not opened yet have for callees */
	double *entering;         /* by node: inclusive, of arcs from elsewhere */
	double *need, *space, *given; /* by node, for what fills the rooms in the end */
	double *arc_room, *self_filled; /* by arc, for the same */
	double min_opened;        /* lighter contexts are not opened, lighter arcs not placed */
	uint64_t steps;
};

/* --- heaps --- */

static bool before(const struct work *a, const struct work *b, bool smallest)
{
	if (a->weight != b->weight)
		return smallest ? a->weight < b->weight : a->weight > b->weight;
	if (a->place != b->place)
		return b->place;
	return a->id < b->id;
}

static void heap_push(struct work_heap *h, struct work item, bool smallest)
{
	size_t i = h->count;

	ARRAY_ROOM(h->items, h->count, h->cap);
	h->count++;
	for (; i && before(&item, &h->items[(i - 1) / 2], smallest); i = (i - 1) / 2)
		h->items[i] = h->items[(i - 1) / 2];
	h->items[i] = item;
}

static struct work heap_pop(struct work_heap *h, bool smallest)
{
	struct work top = h->items[0], last = h->items[--h->count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < h->count) {
		if (child + 1 < h->count && before(&h->items[child + 1], &h->items[child], smallest))
			child++;
		if (!before(&h->items[child], &last, smallest))
			break;
		h->items[i] = h->items[child];
		i = child;
	}
	if (h->count)
		h->items[i] = last;
	return top;
}

/* --- small questions --- */

static const struct flow_arc *arc_at(const struct cycle_work *k, uint32_t c)
{
	return &k->u->w->arcs[k->u->u->contexts[c].arc];
}

static bool in_component(const struct cycle_work *k, uint32_t c)
{
	return c != NO_ID && k->u->w->cycles.component[arc_at(k, c)->callee] == k->component;
}

static bool again(const struct cycle_work *k, uint32_t node)
{
	return k->u->w->nodes[node].recursive;
}

static double *room_of(struct cycle_work *k, uint32_t c)
{
	return &k->u->u->contexts[c].room;
}

static void set_room(struct cycle_work *k, uint32_t c, double room)
{
	*room_of(k, c) = room;
	rooms_set(&k->rooms, c, room > k->min_opened ? room : 0);
	k->version++;
}

static void queue_arc(struct cycle_work *k, uint32_t a)
{
	double left = k->u->left[a];

	if (left > k->min_opened)
		heap_push(&k->queue, (struct work){ left * k->u->urgency[a], a, true }, false);
}

static void queue_context(struct cycle_work *k, uint32_t c, double weight)
{
	weight *= k->u->urgency[k->u->u->contexts[c].arc];
	heap_push(&k->queue, (struct work){ weight, c, false }, false);
}

static void wait_for_room(struct cycle_work *k, uint32_t arc)
{
	k->is_waiting[arc] = true;
	heap_push(&k->waiting, (struct work){ k->u->left[arc], arc, true }, true);
}

/* What was placed of an arc is gone; where it waits, less room will do now. */
static void use_up(struct cycle_work *k, uint32_t arc, double weight)
{
	double *left = &k->u->left[arc];

	*left = *left > weight ? *left - weight : 0;
	if (k->is_waiting[arc] && *left > k->min_opened)
		heap_push(&k->waiting, (struct work){ *left, arc, true }, true);
}

/* --- contexts --- */

/* A context has so much room now: arcs that waited for it are looked at again. */
static void give_room(struct cycle_work *k, uint32_t c, double room)
{
	set_room(k, c, room);
	while (k->waiting.count && k->waiting.items[0].weight * fits <= room + 1) {
		uint32_t arc = heap_pop(&k->waiting, true).id;

		if (!k->is_waiting[arc])
			continue;
		k->is_waiting[arc] = false;
		queue_arc(k, arc);
	}
}

static uint64_t bit_of(uint32_t id)
{
	return UINT64_C(1) << (id * UINT32_C(0x9e3779b1) >> 26);
}

/* A context that is new to the cycle. */
static void note_context(struct cycle_work *k, uint32_t c)
{
	const struct context *x = &k->u->u->contexts[c];
	struct inside *i;

	if (c >= k->inside_cap)
		k->inside = alloc_grow(k->inside, &k->inside_cap, (size_t)c + 1, sizeof *k->inside);
	i = &k->inside[c];
	*i = (struct inside){ .nodes = bit_of(arc_at(k, c)->callee), .arcs = bit_of(x->arc) };
	if (in_component(k, x->parent)) {
		i->nodes |= k->inside[x->parent].nodes;
		i->arcs |= k->inside[x->parent].arcs;
	}
}

/*
 * More weight for the context below `parent` by way of an arc, which is made if it is not
 * there; NO_ID if it cannot be. What repeats an arc that is on the path already is not
 * `fresh`: it is passed on at once, and nothing is opened for it.
 */
static uint32_t add_weight(struct cycle_work *k, uint32_t parent, uint32_t arc, double weight,
			   bool fresh)
{
	struct unfolder *u = k->u;
	const struct flow_arc *a = &u->w->arcs[arc];
	uint64_t hash = hash_mix((uint64_t)parent << 32 | arc, 0);
	uint32_t c = NO_ID;

	for (struct probe at = index_probe(&k->children, hash);
	     c == NO_ID && index_next(&k->children, &at);)
		if (u->u->contexts[at.row].parent == parent && u->u->contexts[at.row].arc == arc)
			c = at.row;
	if (c != NO_ID) {
		u->u->contexts[c].weight += weight;
		if (fresh && k->inside[c].opened && again(k, a->callee)) {
			give_room(k, c, *room_of(k, c) + weight);
		} else if (fresh && k->inside[c].opened) {
			*room_of(k, c) = weight;
			queue_context(k, c, weight);
		}
	} else {
		c = unfold_context(u, parent, arc, weight);
		if (c == NO_ID)
			return NO_ID;
		index_add(&k->children, hash, c);
		note_context(k, c);
		if (fresh && a->inner)
			queue_context(k, c, weight);
	}
	if (fresh || a->every)
		use_up(k, arc, weight);
	return c;
}

/* The function's own of what flows into a context. */
static double take_self(struct cycle_work *k, uint32_t c, double weight)
{
	struct context *x = &k->u->u->contexts[c];
	const struct flow_arc *a = arc_at(k, c);
	double self = a->inclusive > 0 ? a->self * (weight / a->inclusive) : 0;

	self = fmin(self, fmin(weight, k->u->self_left[x->arc]));
	x->self += self;
	k->u->self_left[x->arc] -= self;
	return self;
}

/* --- members that are never inside themselves --- */

/* What has come in since it was opened last is passed on. */
static void open_member(struct cycle_work *k, uint32_t c)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t n = arc_at(k, c)->callee;
	double weight = k->inside[c].opened ? *room_of(k, c) : u->u->contexts[c].weight;
	double left = weight - take_self(k, c, weight), have = fmax(left, k->coming[n]), rest = left;

	k->inside[c].opened = true;
	k->coming[n] -= left;
	for (uint32_t a = w->first[n]; have > 0 && a < w->first[n + 1]; a++) {
		double part = fmin(u->left[a], u->left[a] * (left / have));

		if (part >= u->min_weight && part > 0 && add_weight(k, c, a, part, true) != NO_ID)
			rest -= part;
	}
	*room_of(k, c) = fmax(0, rest);
}

/* --- members that may be --- */

/* Stamps what is on the path above a context, within the cycle; true: its own function is. */
static bool stamp_path(struct cycle_work *k, uint32_t c)
{
	uint32_t own = arc_at(k, c)->callee;

	k->stamp++;
	for (uint32_t q = c; in_component(k, q); q = k->u->u->contexts[q].parent) {
		k->arc_seen[k->u->u->contexts[q].arc] = k->stamp;
		if (q != c)
			k->node_seen[arc_at(k, q)->callee] = k->stamp;
		k->steps++;
	}
	return k->node_seen[own] == k->stamp;
}

static bool may_be_fresh(const struct cycle_work *k, uint32_t arc, uint32_t own)
{
	const struct flow_arc *a = &k->u->w->arcs[arc];

	if (!a->inner || k->u->left[arc] <= k->min_opened)
		return false;
	if (k->arc_seen[arc] == k->stamp && !(a->every && a->repeats))
		return false;
	return (k->node_seen[a->callee] != k->stamp && a->callee != own) || again(k, a->callee);
}

static int largest_first(const void *a, const void *b)
{
	const struct work *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return (x->id > y->id) - (x->id < y->id);
}

/* A list of arcs or members with what they are sorted by. */
static void list_clear(struct cycle_work *k)
{
	k->list_count = 0;
}

static void list_add(struct cycle_work *k, double weight, uint32_t id)
{
	ARRAY_ROOM(k->list, k->list_count, k->list_cap);
	k->list[k->list_count++] = (struct work){ weight, id, false };
}

static void list_sort(struct cycle_work *k)
{
	qsort(k->list, k->list_count, sizeof *k->list, largest_first);
}

/* Called once: it is in one place, whole. */
static bool is_whole(const struct cycle_work *k, uint32_t arc)
{
	return k->u->whole_calls && k->u->w->arcs[arc].calls == 1;
}

/* What fits of the arcs called once, if other arcs will share the room that they leave. */
static double open_whole(struct cycle_work *k, uint32_t c, double room)
{
	bool shared = false;

	for (size_t i = 0; i < k->list_count; i++)
		shared |= !is_whole(k, k->list[i].id);
	for (size_t i = 0; shared && i < k->list_count; i++) {
		double weight = k->u->left[k->list[i].id];

		if (is_whole(k, k->list[i].id) && weight <= room &&
		    add_weight(k, c, k->list[i].id, weight, true) != NO_ID)
			room -= weight;
	}
	return room;
}

static double open_shared(struct cycle_work *k, uint32_t c, double room)
{
	for (size_t i = 0; i < k->list_count && room > 0; i++) {
		double weight = fmin(k->u->left[k->list[i].id], room);

		if (!is_whole(k, k->list[i].id) &&
		    add_weight(k, c, k->list[i].id, weight, true) != NO_ID)
			room -= weight;
	}
	return room;
}

static void open_recursive(struct cycle_work *k, uint32_t c)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	const struct flow_arc *in = arc_at(k, c);
	uint32_t n = in->callee;
	double room = u->u->contexts[c].weight;
	bool inside = stamp_path(k, c), dead_end = true;

	k->inside[c].opened = true;
	if (!(in->repeats && in->inner) || in->every)
		room -= take_self(k, c, room);
	list_clear(k);
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
		if (w->arcs[a].inner && w->arcs[a].repeats && k->arc_seen[a] == k->stamp)
			dead_end = false;
		if (u->modes[a] <= (inside ? UNFOLD_ALL : UNFOLD_OUTER) && may_be_fresh(k, a, n))
			list_add(k, u->left[a] * u->urgency[a], a);
	}
	k->steps += w->first[n + 1] - w->first[n];
	k->inside[c].dead_end = dead_end;
	list_sort(k);
	if (!inside)
		room = open_whole(k, c, room);
	give_room(k, c, open_shared(k, c, room));
}

/*
 * Whether context c can come to function f by repeating a stretch of its own path, and then
 * take the arc (NO_ID: none is taken); the stretch is k->chain. The path: ... x, stretch to f,
 * ..., x, where x is c's function.
 */
static uint32_t same_above(struct cycle_work *k, uint32_t c)
{
	const struct context *contexts = k->u->u->contexts;
	struct inside *i = &k->inside[c];
	uint32_t own = arc_at(k, c)->callee;

	if (i->same_known)
		return i->same;
	i->same_known = true;
	i->same = NO_ID;
	i->stretch = bit_of(own);
	if (!in_component(k, contexts[c].parent) ||
	    !(k->inside[contexts[c].parent].nodes & bit_of(own)))
		return NO_ID;
	for (uint32_t q = contexts[c].parent; in_component(k, q); q = contexts[q].parent) {
		k->steps++;
		if (arc_at(k, q)->callee == own) {
			i->same = q;
			break;
		}
		i->stretch |= bit_of(arc_at(k, q)->callee);
	}
	return i->same;
}

/*
 * From a context above of c's function down to f, by arcs that repeat: the nearest such stretch,
 * into k->chain. It ends before the next context of c's function, or that one would do.
 */
static bool find_stretch(struct cycle_work *k, uint32_t c, uint32_t f)
{
	const struct call_flow *w = k->u->w;
	const struct context *contexts = k->u->u->contexts;
	uint32_t end;

	k->chain_count = 0;
	if (arc_at(k, c)->callee == f)
		return true;
	if (!(k->inside[c].nodes & bit_of(f)))
		return false;
	for (; (end = same_above(k, c)) != NO_ID; c = end) {
		if (!(k->inside[c].stretch & bit_of(f)))
			continue;
		k->stretch_count = 0;
		for (uint32_t q = c; q != end; q = contexts[q].parent) {
			ARRAY_ROOM(k->stretch, k->stretch_count, k->stretch_cap);
			k->stretch[k->stretch_count++] = contexts[q].arc;
		}
		k->steps += k->stretch_count;
		for (size_t i = k->stretch_count; i-- > 0 && w->arcs[k->stretch[i]].repeats;) {
			ARRAY_ROOM(k->chain, k->chain_count, k->chain_cap);
			k->chain[k->chain_count++] = k->stretch[i];
			if (w->arcs[k->stretch[i]].callee == f)
				return true;
		}
		k->chain_count = 0;
	}
	return false;
}

static bool can_repeat(struct cycle_work *k, uint32_t c, uint32_t f, uint32_t arc)
{
	const struct call_flow *w = k->u->w;
	const struct context *contexts = k->u->u->contexts;
	const struct flow_arc *a;
	bool not_again, once;

	k->steps++;
	if (!find_stretch(k, c, f))
		return false;
	if (arc == NO_ID)
		return true;
	a = &w->arcs[arc];
	/* neither the arc may be on the path, nor its callee if that is never inside itself */
	once = !(a->every && a->repeats) && k->inside[c].arcs & bit_of(arc);
	not_again = !again(k, a->callee) && k->inside[c].nodes & bit_of(a->callee);
	for (uint32_t q = c; (once || not_again) && in_component(k, q); q = contexts[q].parent) {
		k->steps++;
		if ((once && contexts[q].arc == arc) ||
		    (not_again && arc_at(k, q)->callee == a->callee))
			return false;
	}
	return true;
}

/* The room for an arc: the least that holds it whole, or the largest. NO_ID if there is none. */
static uint32_t find_room(struct cycle_work *k, uint32_t arc, bool whole)
{
	double left = k->u->left[arc], wanted = whole ? left * fits - 1 : 0;
	uint32_t f = k->u->w->arcs[arc].caller, got = NO_ID, first = NO_ID;

	if (k->nowhere[whole][arc] == k->version || k->steps > k->u->max_steps)
		return NO_ID;
	for (size_t i = 0; i < LOOKED_AT; i++) {
		const struct room *r = rooms_at(&k->rooms, i);

		if (!r || r->size < wanted)
			break;
		if (!can_repeat(k, r->context, f, arc))
			continue;
		got = r->context;
		if (first == NO_ID && !k->chain_count && k->inside[got].dead_end)
			first = got;
		if (!whole)
			break;
	}
	/* where nothing would repeat, the room is for what is fresh */
	if (whole && first != NO_ID && *room_of(k, got) > 1.2 * left)
		got = first;
	if (got == NO_ID)
		k->nowhere[whole][arc] = k->version;
	else
		can_repeat(k, got, f, arc);
	return got;
}

/* Moves weight from a context's room along k->chain, and on through the arc unless it is NO_ID. */
static uint32_t settle(struct cycle_work *k, uint32_t c, uint32_t arc, double weight)
{
	set_room(k, c, *room_of(k, c) - weight);
	for (size_t i = 0; i < k->chain_count && c != NO_ID; i++)
		c = add_weight(k, c, k->chain[i], weight, false);
	if (arc != NO_ID && c != NO_ID)
		c = add_weight(k, c, arc, weight, true);
	return c;
}

static void place(struct cycle_work *k, uint32_t arc, uint32_t c)
{
	double left = k->u->left[arc], room = *room_of(k, c);

	if (settle(k, c, arc, left < room ? left : room) == NO_ID)
		k->u->left[arc] = 0; /* no more contexts: what is left stays out */
}

/* --- the queue --- */

static void fill_queue(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;

	for (uint32_t i = w->cycles.first[k->component]; i < w->cycles.first[k->component + 1]; i++) {
		uint32_t n = w->cycles.members[i];

		for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next) {
			note_context(k, c - 1);
			queue_context(k, c - 1, u->u->contexts[c - 1].weight);
		}
		for (uint32_t a = w->first[n]; again(k, n) && a < w->first[n + 1]; a++)
			if (is_whole(k, a) || (w->arcs[a].inner && u->modes[a] != UNFOLD_ALL))
				queue_arc(k, a);
	}
}

static void work_off(struct cycle_work *k, struct work item)
{
	struct unfolder *u = k->u;
	uint32_t room;

	if (!item.place) {
		if ((k->inside[item.id].opened ? *room_of(k, item.id)
					       : u->u->contexts[item.id].weight) < k->min_opened)
			return;
		if (again(k, arc_at(k, item.id)->callee))
			open_recursive(k, item.id);
		else
			open_member(k, item.id);
		return;
	}
	if (u->left[item.id] <= k->min_opened)
		return;
	room = find_room(k, item.id, true);
	if (room != NO_ID) {
		place(k, item.id, room);
		if (is_whole(k, item.id))
			u->left[item.id] = 0;
	}
	if (u->left[item.id] > k->min_opened)
		wait_for_room(k, item.id);
}

/* Largest first, those called once last, in part: true if something found a place. */
static bool place_in_part(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	double top = 0;
	size_t shared;

	k->steps += k->inner_count * 8;
	list_clear(k);
	for (int whole = 0; whole < 2; whole++) {
		shared = k->list_count;
		for (size_t i = 0; i < k->inner_count; i++) {
			uint32_t a = k->inner[i];
			bool open = k->is_waiting[a] || (u->modes[a] == UNFOLD_ALL && !whole);

			if (open && is_whole(k, a) == whole && u->left[a] > k->min_opened &&
			    again(k, u->w->arcs[a].caller))
				list_add(k, u->left[a], a);
		}
		qsort(k->list + shared, k->list_count - shared, sizeof *k->list, largest_first);
	}
	for (size_t i = 0; i < k->list_count; i++) {
		uint32_t arc = k->list[i].id, room;

		if (top > 0 && (i >= shared ||
				u->left[arc] < top * (u->modes[arc] == UNFOLD_ALL ? 0.5 : 0.9)))
			break;
		room = find_room(k, arc, false);
		if (room == NO_ID)
			continue;
		if (!(top > 0))
			top = u->left[arc];
		place(k, arc, room);
		if (u->left[arc] <= k->min_opened)
			k->is_waiting[arc] = false;
	}
	return top > 0;
}

/* --- what leaves the cycle, and self values --- */

static void sum_needs(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;

	k->space[n] = 0;
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		if (!w->arcs[a].inner)
			k->need[n] += u->left[a];
	for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
		k->space[n] += u->u->contexts[c - 1].room;
}

/* The rooms that could come to n once more, with what their functions have beyond their needs. */
static void find_givers(struct cycle_work *k, uint32_t n)
{
	list_clear(k);
	for (size_t i = 0; i < LOOKED_AT_LAST && k->steps <= k->u->max_steps; i++) {
		const struct room *r = rooms_at(&k->rooms, i);
		uint32_t x;

		if (!r)
			break;
		x = arc_at(k, r->context)->callee;
		if (x == n || k->space[x] - k->need[x] <= k->min_opened ||
		    !can_repeat(k, r->context, n, NO_ID))
			continue;
		list_add(k, r->size, r->context);
		k->given[x] += r->size;
	}
}

/* A function that has less room than it needs gets some of all that have more, in proportion. */
static void move_room(struct cycle_work *k, uint32_t n)
{
	double lack = k->need[n] - k->space[n], all = 0, share;

	if (lack <= k->min_opened)
		return;
	find_givers(k, n);
	/* of each function's rooms so much as it can do without */
	for (size_t i = 0; i < k->list_count; i++) {
		uint32_t x = arc_at(k, k->list[i].id)->callee;

		k->list[i].weight *= fmin(1, (k->space[x] - k->need[x]) / k->given[x]);
		all += k->list[i].weight;
	}
	for (size_t i = 0; i < k->list_count; i++)
		k->given[arc_at(k, k->list[i].id)->callee] = 0;
	share = all > 0 ? fmin(1, lack / all) : 0;
	for (size_t i = 0; i < k->list_count; i++) {
		uint32_t from = k->list[i].id, x = arc_at(k, from)->callee, c;
		double weight = k->list[i].weight * share;

		if (weight <= k->min_opened / 10 || !can_repeat(k, from, n, NO_ID))
			continue;
		c = settle(k, from, NO_ID, weight);
		if (c == NO_ID)
			break;
		set_room(k, c, *room_of(k, c) + weight);
		k->space[n] += weight;
		k->space[x] -= weight;
	}
}

/* The self value of an arc that is left goes to its contexts by their room. */
static void fill_self(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	struct context *contexts = u->u->contexts;

	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_room[contexts[c - 1].arc] = 0;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_room[contexts[c - 1].arc] += contexts[c - 1].room;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];
		double have = u->self_left[x->arc], room = k->arc_room[x->arc], self;

		if (have <= 0 || room <= 0)
			continue;
		self = x->room * fmin(1, have / room);
		x->self += self;
		x->room -= self;
		k->self_filled[x->arc] += self;
	}
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		uint32_t arc = contexts[c - 1].arc;

		u->self_left[arc] = fmax(0, u->self_left[arc] - k->self_filled[arc]);
		k->self_filled[arc] = 0;
	}
}

static void fill_leaving(struct cycle_work *k, uint32_t n)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	double space = 0, leaving = 0, share;

	for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
		space += u->u->contexts[c - 1].room;
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		if (!w->arcs[a].inner)
			leaving += u->left[a];
	if (space <= 0 || leaving <= 0)
		return;
	share = fmin(1, leaving / space);
	for (uint32_t c = u->contexts_of[n]; c && !u->full; c = u->u->contexts[c - 1].next) {
		double room = u->u->contexts[c - 1].room;

		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			double weight = w->arcs[a].inner ? 0 : room * share * (u->left[a] / leaving);

			if (weight >= u->min_weight && weight > 0 &&
			    unfold_context(u, c - 1, a, weight) != NO_ID)
				*room_of(k, c - 1) -= weight;
		}
	}
	for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++)
		if (!w->arcs[a].inner)
			u->left[a] *= 1 - fmin(1, space / leaving);
}

static void fill_rooms(struct cycle_work *k)
{
	struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t first = w->cycles.first[k->component], end = w->cycles.first[k->component + 1];
	struct work *members;
	size_t count;

	for (uint32_t i = first; i < end; i++)
		k->need[w->cycles.members[i]] = 0;
	for (size_t i = 0; i < k->inner_count; i++)
		k->need[w->arcs[k->inner[i]].callee] += u->self_left[k->inner[i]];
	list_clear(k);
	for (uint32_t i = first; i < end; i++) {
		uint32_t n = w->cycles.members[i];

		sum_needs(k, n);
		if (again(k, n))
			list_add(k, k->need[n] - k->space[n], n);
	}
	/* what lacks most comes first */
	list_sort(k);
	members = alloc_zero(k->list_count, sizeof *members);
	count = k->list_count;
	memcpy(members, k->list, count * sizeof *members);
	for (size_t i = 0; i < count; i++)
		move_room(k, members[i].id);
	for (size_t i = 0; i < count; i++) {
		fill_self(k, members[i].id);
		fill_leaving(k, members[i].id);
	}
	free(members);
}

/* --- what adds up in the end --- */

/* Which fraction of what enters the cycle has come: the rest was too light for a context. */
static double fraction_come(const struct cycle_work *k)
{
	const struct unfolder *u = k->u;
	const struct call_flow *w = u->w;
	uint32_t first = w->cycles.first[k->component], end = w->cycles.first[k->component + 1];
	double come = 0, expected = 0;

	for (uint32_t i = first; i < end; i++) {
		uint32_t n = w->cycles.members[i];

		expected += k->entering[n];
		for (uint32_t c = u->contexts_of[n]; c; c = u->u->contexts[c - 1].next)
			if (!w->arcs[u->u->contexts[c - 1].arc].inner)
				come += u->u->contexts[c - 1].weight;
	}
	return expected > come ? come / expected : 1;
}

/* Self values are those of the arcs, and in sum those of the function. */
static void scale_self(struct cycle_work *k, uint32_t n, double fraction)
{
	struct unfolder *u = k->u;
	const struct flow_arc *arcs = u->w->arcs;
	struct context *contexts = u->u->contexts;
	double self = fabs((double)u->w->nodes[n].self) * fraction, sum = 0, weight = 0;

	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_room[contexts[c - 1].arc] = 0;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next)
		k->arc_room[contexts[c - 1].arc] += contexts[c - 1].self;
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];

		if (k->arc_room[x->arc] > 0)
			x->self *= arcs[x->arc].self / k->arc_room[x->arc];
		sum += x->self;
		weight += x->weight;
	}
	for (uint32_t c = u->contexts_of[n]; c; c = contexts[c - 1].next) {
		struct context *x = &contexts[c - 1];

		x->self = sum > 0 ? x->self * (self / sum) : weight > 0 ? x->weight * (self / weight) : 0;
	}
}

/* What leaves the cycle leaves it wholly, even where its rooms were too small. */
static void scale_leaving(struct cycle_work *k, uint32_t first_made, double fraction)
{
	struct unfolder *u = k->u;

	for (uint32_t c = first_made; c < u->u->count; c++) {
		struct context *x = &u->u->contexts[c];
		const struct flow_arc *a = &u->w->arcs[x->arc];
		double drawn = a->inclusive - u->left[x->arc];

		if (!a->inner && drawn > 0)
			x->weight *= a->inclusive * fraction / drawn;
	}
}

static void add_up(struct cycle_work *k, uint32_t first_made, double fraction)
{
	const struct call_flow *w = k->u->w;

	for (uint32_t i = w->cycles.first[k->component]; i < w->cycles.first[k->component + 1]; i++)
		scale_self(k, w->cycles.members[i], fraction);
	scale_leaving(k, first_made, fraction);
}

/* --- all --- */

static void start_component(struct cycle_work *k, uint32_t component)
{
	const struct call_flow *w = k->u->w;

	k->component = component;
	k->inner_count = 0;
	k->queue.count = k->waiting.count = 0;
	k->version++;
	rooms_clear(&k->rooms);
	index_clear(&k->children);
	for (uint32_t i = w->cycles.first[component]; i < w->cycles.first[component + 1]; i++) {
		uint32_t n = w->cycles.members[i];

		for (uint32_t a = w->first[n]; a < w->first[n + 1]; a++) {
			const struct flow_arc *arc = &w->arcs[a];

			if (!arc->inner)
				continue;
			ARRAY_ROOM(k->inner, k->inner_count, k->inner_cap);
			k->inner[k->inner_count++] = a;
		}
	}
}

static struct cycle_work *cycle_open(struct unfolder *u)
{
	const struct call_flow *w = u->w;
	struct cycle_work *k = alloc_zero(1, sizeof *k);

	k->u = u;
	k->min_opened = fmax(u->min_weight, w->total * MIN_SHARE);
	k->is_waiting = alloc_zero(w->arc_count, sizeof *k->is_waiting);
	k->nowhere[0] = alloc_zero(w->arc_count, sizeof *k->nowhere[0]);
	k->nowhere[1] = alloc_zero(w->arc_count, sizeof *k->nowhere[1]);
	k->arc_seen = alloc_zero(w->arc_count, sizeof *k->arc_seen);
	k->arc_room = alloc_zero(w->arc_count, sizeof *k->arc_room);
	k->self_filled = alloc_zero(w->arc_count, sizeof *k->self_filled);
	k->node_seen = alloc_zero(w->node_count, sizeof *k->node_seen);
	k->need = alloc_zero(w->node_count, sizeof *k->need);
	k->space = alloc_zero(w->node_count, sizeof *k->space);
	k->given = alloc_zero(w->node_count, sizeof *k->given);
	k->coming = alloc_zero(w->node_count, sizeof *k->coming);
	k->entering = alloc_zero(w->node_count, sizeof *k->entering);
	for (size_t a = 0; a < w->arc_count; a++) {
		k->coming[w->arcs[a].callee] += w->arcs[a].inclusive - w->arcs[a].self;
		if (!w->arcs[a].inner)
			k->entering[w->arcs[a].callee] += w->arcs[a].inclusive;
	}
	return k;
}

void unfold_cycle(struct unfolder *u, uint32_t component)
{
	struct cycle_work *k = u->cycle ? u->cycle : (u->cycle = cycle_open(u));
	uint32_t first_made = (uint32_t)u->u->count;
	double fraction;

	start_component(k, component);
	fraction = fraction_come(k);
	fill_queue(k);
	while (!u->full) {
		if (k->queue.count)
			work_off(k, heap_pop(&k->queue, false));
		else if (!place_in_part(k))
			break;
		limit_clock();
	}
	fill_rooms(k);
	add_up(k, first_made, fraction);
}

void unfold_cycle_close(struct unfolder *u)
{
	struct cycle_work *k = u->cycle;

	if (!k)
		return;
	u->u->steps = k->steps;
	free(k->queue.items);
	free(k->waiting.items);
	free(k->is_waiting);
	rooms_close(&k->rooms);
	free(k->nowhere[0]);
	free(k->nowhere[1]);
	index_free(&k->children);
	free(k->inside);
	free(k->arc_seen);
	free(k->arc_room);
	free(k->self_filled);
	free(k->node_seen);
	free(k->inner);
	free(k->chain);
	free(k->stretch);
	free(k->list);
	free(k->need);
	free(k->space);
	free(k->given);
	free(k->coming);
	free(k->entering);
	free(k);
	u->cycle = NULL;
}
