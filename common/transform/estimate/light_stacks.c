#include "common/transform/estimate/light_stacks.h"

#include <math.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/index.h"
#include "common/io/limits.h"
#include "common/transform/estimate/weighted.h"

/*
 * How many times the bytes of a file may be written, and what a function and an arc have in a
 * file beside their names, about, in the shorter of the formats: callgrind.
 */
enum { TIMES = 28, FUNCTION_BYTES = 30, ARC_BYTES = 31 };
/* The bytes of a line beside the names: ";[unplaced]", ";[unattributed]", " (file:123)". */
enum { VALUE_BYTES = 10, UNPLACED_BYTES = 11, LOOSE_BYTES = 15, PLACE_BYTES = 8 };
/* The part of the bytes that contexts may use; merged stacks need some too. */
static const double for_contexts = 0.8;

/* Merged values by function, on their way up. */
struct pile {
	struct index index; /* by node */
	struct light_stack *list;
	size_t count, cap;
	uint32_t *ready; /* positions of those that weigh enough */
	size_t ready_count, ready_cap;
};

struct merger {
	const struct call_flow *w;
	const struct unfolding *u;
	const struct shares *shares;
	struct light_stacks *out;
	uint32_t *name_bytes; /* by node */
	uint64_t *path_bytes; /* by context: of its frames, with a separator each */
	double limit;         /* of bytes */
	struct pile **piles;  /* by context; the last is that of the root */
};

static uint32_t node_of(const struct merger *m, size_t context)
{
	return m->w->arcs[m->u->contexts[context].arc].callee;
}

/* --- bytes --- */

/* The bytes of a file with this graph, whatever its format. */
static double file_bytes(const struct profile *p, const struct call_flow *w)
{
	bool *seen = alloc_zero(p->strings.count, sizeof *seen);
	double bytes = (double)w->called_count * ARC_BYTES;

	for (size_t n = 0; n < w->node_count; n++) {
		const struct function_row *f = &p->functions[w->nodes[n].function];

		bytes += FUNCTION_BYTES + (double)profile_text(p, f->name).n;
		if (!seen[f->file])
			bytes += (double)profile_text(p, f->file).n;
		seen[f->file] = true;
	}
	alloc_free(seen);
	return bytes;
}

static void measure_paths(struct merger *m, const struct profile *p)
{
	m->name_bytes = alloc_zero(m->w->node_count, sizeof *m->name_bytes);
	m->path_bytes = alloc_zero(m->u->count, sizeof *m->path_bytes);
	for (size_t n = 0; n < m->w->node_count; n++) {
		const struct function_row *f = &p->functions[m->w->nodes[n].function];
		size_t file = profile_text(p, f->file).n;

		m->name_bytes[n] = (uint32_t)(profile_text(p, f->name).n + 1 +
					      (file ? file + PLACE_BYTES : 0));
	}
	for (size_t c = 0; c < m->u->count; c++) {
		uint32_t parent = m->u->contexts[c].parent;

		m->path_bytes[c] = (parent == NO_ID ? 0 : m->path_bytes[parent]) +
				   m->name_bytes[node_of(m, c)];
	}
}

static double line_bytes(uint64_t path, struct share value)
{
	return (value.self ? (double)(path + VALUE_BYTES) : 0) +
	       (value.loose ? (double)(path + VALUE_BYTES + LOOSE_BYTES) : 0);
}

static double context_bytes(const struct merger *m, size_t context)
{
	return line_bytes(m->path_bytes[context], m->shares->of_context[context]);
}

static double kept_bytes(const struct merger *m)
{
	double bytes = 0;

	for (size_t c = 0; c < m->u->count; c++)
		if (!light_stacks_merge(m->out, (uint32_t)c))
			bytes += context_bytes(m, c);
	return bytes;
}

static double merged_bytes(const struct merger *m)
{
	double bytes = 0;

	for (size_t i = 0; i < m->out->count; i++) {
		const struct light_stack *s = &m->out->list[i];

		bytes += line_bytes((s->context == NO_ID ? 0 : m->path_bytes[s->context]) +
					    UNPLACED_BYTES + m->name_bytes[s->node],
				    s->value);
	}
	return bytes;
}

/* --- merging upwards --- */

static void pile_free(struct pile *pile)
{
	if (!pile)
		return;
	index_free(&pile->index);
	alloc_free(pile->list);
	alloc_free(pile->ready);
	alloc_free(pile);
}

static size_t pile_find(struct pile *pile, uint32_t node)
{
	uint64_t hash = hash_mix(node, 0);

	for (struct probe at = index_probe(&pile->index, hash); index_next(&pile->index, &at);)
		if (pile->list[at.row].node == node)
			return at.row;
	ARRAY_ROOM(pile->list, pile->count, pile->cap);
	pile->list[pile->count] = (struct light_stack){ .node = node };
	index_add(&pile->index, hash, (uint32_t)pile->count);
	return pile->count++;
}

static void pile_add(struct pile *pile, uint32_t node, struct share value, double min_weight)
{
	size_t at = pile_find(pile, node);
	struct share *sum = &pile->list[at].value;
	bool was_ready = share_size(*sum) >= min_weight;

	sum->self += value.self;
	sum->loose += value.loose;
	if (was_ready || share_size(*sum) < min_weight)
		return;
	ARRAY_ROOM(pile->ready, pile->ready_count, pile->ready_cap);
	pile->ready[pile->ready_count++] = (uint32_t)at;
}

/* Adds the smaller of two piles to the larger one, so no value is moved often. */
static struct pile *piles_join(struct pile *a, struct pile *b, double min_weight)
{
	struct pile *large = !a || (b && b->count > a->count) ? b : a;
	struct pile *small = large == a ? b : a;

	if (!small)
		return large;
	for (size_t i = 0; i < small->count; i++)
		if (share_size(small->list[i].value) > 0)
			pile_add(large, small->list[i].node, small->list[i].value, min_weight);
	pile_free(small);
	return large;
}

static void leave(struct merger *m, uint32_t context, const struct light_stack *s)
{
	struct light_stacks *out = m->out;

	if (!s->value.self && !s->value.loose)
		return;
	ARRAY_ROOM(out->list, out->count, out->cap);
	out->list[out->count++] = (struct light_stack){ context, s->node, s->value };
}

/* What weighs enough stays below the context. */
static void leave_ready(struct merger *m, uint32_t context, struct pile *pile)
{
	if (pile->ready_count)
		m->out->first[context] = (uint32_t)m->out->count + 1;
	for (size_t i = 0; i < pile->ready_count; i++) {
		struct light_stack *s = &pile->list[pile->ready[i]];

		leave(m, context, s);
		s->value = (struct share){ 0 };
	}
	pile->ready_count = 0;
}

/* The pile that values at a context come to. */
static struct pile **pile_of(const struct merger *m, const uint32_t *anchor, uint32_t context)
{
	return &m->piles[context == NO_ID ? m->u->count : anchor[context]];
}

/* By context: the heavy one that it is, or is below; the number of contexts is the root. */
static uint32_t *find_anchors(const struct merger *m)
{
	uint32_t *anchor = alloc_zero(m->u->count, sizeof *anchor);

	for (uint32_t c = 0; c < m->u->count; c++) {
		uint32_t parent = m->u->contexts[c].parent;

		if (!light_stacks_merge(m->out, c))
			anchor[c] = c;
		else
			anchor[c] = parent == NO_ID ? (uint32_t)m->u->count : anchor[parent];
	}
	return anchor;
}

static void merge_one(struct merger *m, const uint32_t *anchor, uint32_t context)
{
	struct pile **pile = pile_of(m, anchor, context);
	struct share value = m->shares->of_context[context];

	if (!value.self && !value.loose)
		return;
	if (!*pile)
		*pile = alloc_zero(1, sizeof **pile);
	pile_add(*pile, node_of(m, context), value, m->out->min_weight);
	m->out->value += share_size(value);
}

static void merge(struct merger *m)
{
	struct light_stacks *out = m->out;
	uint32_t *anchor = find_anchors(m), root = (uint32_t)m->u->count;

	m->piles = alloc_zero((size_t)root + 1, sizeof(struct pile *));
	out->count = 0;
	out->value = 0;
	for (uint32_t c = root; c-- > 0;) {
		struct pile **above = pile_of(m, anchor, m->u->contexts[c].parent);

		out->first[c] = 0;
		if (light_stacks_merge(out, c)) {
			merge_one(m, anchor, c);
		} else if (m->piles[c]) {
			leave_ready(m, c, m->piles[c]);
			*above = piles_join(*above, m->piles[c], out->min_weight);
		}
	}
	for (size_t i = 0; m->piles[root] && i < m->piles[root]->count; i++)
		leave(m, NO_ID, &m->piles[root]->list[i]);
	pile_free(m->piles[root]);
	alloc_free(m->piles);
	alloc_free(anchor);
}

/* --- the limit --- */

static void weigh(struct merger *m)
{
	double *weight = m->out->weight;

	for (size_t c = m->u->count; c-- > 0;) {
		uint32_t parent = m->u->contexts[c].parent;

		weight[c] += share_size(m->shares->of_context[c]);
		if (parent != NO_ID)
			weight[parent] += weight[c];
	}
}

/* More than what the heaviest context has that does not fit any more. */
static double first_limit(const struct merger *m)
{
	struct weighted_id *list = alloc_zero(m->u->count, sizeof *list);
	double bytes = 0, weight = 0;

	for (uint32_t c = 0; c < m->u->count; c++)
		list[c] = (struct weighted_id){ m->out->weight[c], c };
	weighted_sort(list, m->u->count);
	for (size_t i = 0; i < m->u->count && !(weight > 0); i++) {
		bytes += context_bytes(m, list[i].id);
		if (bytes > m->limit * for_contexts)
			weight = nextafter(list[i].weight, INFINITY);
	}
	alloc_free(list);
	return weight;
}

void light_stacks_find(const struct profile *p, const struct call_flow *w,
		       const struct unfolding *u, const struct shares *shares,
		       struct light_stacks *out)
{
	static const double coarser = 1.5;
	struct merger m = { .w = w, .u = u, .shares = shares, .out = out };

	*out = (struct light_stacks){ 0 };
	m.limit = TIMES * file_bytes(p, w);
	measure_paths(&m, p);
	if (kept_bytes(&m) > m.limit) {
		out->weight = alloc_zero(u->count, sizeof *out->weight);
		out->first = alloc_zero(u->count, sizeof *out->first);
		weigh(&m);
		out->min_weight = first_limit(&m);
		merge(&m);
		while (kept_bytes(&m) + merged_bytes(&m) > m.limit &&
		       out->min_weight <= shares->total) {
			out->min_weight *= coarser;
			merge(&m);
			limit_clock();
		}
	}
	alloc_free(m.name_bytes);
	alloc_free(m.path_bytes);
}

void light_stacks_free(struct light_stacks *l)
{
	alloc_free(l->weight);
	alloc_free(l->list);
	alloc_free(l->first);
	*l = (struct light_stacks){ 0 };
}
