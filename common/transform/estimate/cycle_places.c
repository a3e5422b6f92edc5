/* cycle_places - finds where in a cycle an arc fits */
#include "common/base/alloc.h"
#include "common/transform/estimate/cycle_internal.h"

/* The number of spare values that are looked at for one arc. */
enum { LOOKED_AT = 100 };

/* The next context above c of the same function, or NO_ID; cached. */
static uint32_t same_above(struct cycle_work *k, uint32_t c)
{
	const struct context *contexts = k->u->u->contexts;
	struct cycle_context *i = &k->in_cycle[c];
	uint32_t own = cycle_arc_at(k, c)->callee;

	if (i->same_known)
		return i->same;
	i->same_known = true;
	i->same = NO_ID;
	i->stretch = cycle_bit_of(own);
	if (!cycle_has(k, contexts[c].parent) ||
	    !(k->in_cycle[contexts[c].parent].nodes & cycle_bit_of(own)))
		return NO_ID;
	for (uint32_t q = contexts[c].parent; cycle_has(k, q); q = contexts[q].parent) {
		k->steps++;
		if (cycle_arc_at(k, q)->callee == own) {
			i->same = q;
			break;
		}
		i->stretch |= cycle_bit_of(cycle_arc_at(k, q)->callee);
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
	if (cycle_arc_at(k, c)->callee == f)
		return true;
	if (!(k->in_cycle[c].nodes & cycle_bit_of(f)))
		return false;
	for (; (end = same_above(k, c)) != NO_ID; c = end) {
		if (!(k->in_cycle[c].stretch & cycle_bit_of(f)))
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

bool cycle_can_repeat(struct cycle_work *k, uint32_t c, uint32_t f, uint32_t arc)
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
	once = !(a->every && a->repeats) && k->in_cycle[c].arcs & cycle_bit_of(arc);
	not_again = !cycle_recursive(k, a->callee) &&
		    k->in_cycle[c].nodes & cycle_bit_of(a->callee);
	for (uint32_t q = c; (once || not_again) && cycle_has(k, q); q = contexts[q].parent) {
		k->steps++;
		if ((once && contexts[q].arc == arc) ||
		    (not_again && cycle_arc_at(k, q)->callee == a->callee))
			return false;
	}
	return true;
}

/*
 * The context whose spare value takes the arc: the smallest one that takes it whole, or the
 * largest one. NO_ID if there is none.
 */
uint32_t cycle_find_spare(struct cycle_work *k, uint32_t arc, bool whole)
{
	double left = k->u->left[arc], wanted = whole ? left * CYCLE_FITS - 1 : 0;
	uint32_t f = k->u->w->arcs[arc].caller, got = NO_ID, first = NO_ID;
	size_t count;

	if (k->nowhere[whole][arc] == k->version || k->steps > k->u->max_steps)
		return NO_ID;
	count = spare_queue_order(&k->spare_queue, LOOKED_AT);
	for (size_t i = 0; i < count; i++) {
		const struct spare *r = &k->spare_queue.top[i];

		if (r->size < wanted)
			break;
		if (!(r->tag & cycle_bit_of(f)) || !cycle_can_repeat(k, r->context, f, arc))
			continue;
		got = r->context;
		if (first == NO_ID && !k->chain_count && k->in_cycle[got].dead_end)
			first = got;
		if (!whole)
			break;
	}
	k->steps += count / 8;
	/* if nothing would repeat, the spare value is left for new arcs */
	if (whole && first != NO_ID && *cycle_spare_of(k, got) > 1.2 * left)
		got = first;
	if (got == NO_ID)
		k->nowhere[whole][arc] = k->version;
	else
		cycle_can_repeat(k, got, f, arc);
	return got;
}

/* Moves weight from a context's room along k->chain, and on through the arc unless it is NO_ID. */
uint32_t cycle_settle(struct cycle_work *k, uint32_t c, uint32_t arc, double weight)
{
	cycle_set_spare(k, c, *cycle_spare_of(k, c) - weight);
	for (size_t i = 0; i < k->chain_count && c != NO_ID; i++)
		c = cycle_add_weight(k, c, k->chain[i], weight, false);
	if (arc != NO_ID && c != NO_ID)
		c = cycle_add_weight(k, c, arc, weight, true);
	return c;
}

void cycle_place(struct cycle_work *k, uint32_t arc, uint32_t c)
{
	double left = k->u->left[arc], spare = *cycle_spare_of(k, c);

	if (cycle_settle(k, c, arc, left < spare ? left : spare) == NO_ID)
		k->u->left[arc] = 0; /* no more contexts: the remainder is left out */
}

/* The heaviest context that may have this arc below it, or NO_ID. */
uint32_t cycle_heaviest_for(struct cycle_work *k, uint32_t arc)
{
	const struct flow_arc *a = &k->u->w->arcs[arc];
	const struct context *contexts = k->u->u->contexts;
	uint32_t best = NO_ID;

	for (uint32_t c = k->u->contexts_of[a->caller]; c; c = contexts[c - 1].next) {
		k->steps++;
		if ((cycle_recursive(k, a->callee) ||
		     !(k->in_cycle[c - 1].nodes & cycle_bit_of(a->callee))) &&
		    (best == NO_ID || contexts[c - 1].weight > contexts[best].weight))
			best = c - 1;
	}
	return best;
}
