/*
 * labels - labels of samples and sets of them, each once
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/sort.h"
#include "common/io/limits.h"
#include "common/profile/profile.h"

label_id profile_label(struct profile *p, struct label l)
{
	uint64_t value = l.is_number ? (uint64_t)l.number : l.text;
	uint64_t hash = hash_mix((uint64_t)l.key << 32 | l.unit, value + l.is_number);

	for (struct probe at = index_probe(&p->label_index, hash);
	     index_next(&p->label_index, &at);) {
		const struct label *have = &p->labels[at.row];

		if (have->key == l.key && have->text == l.text && have->unit == l.unit &&
		    have->is_number == l.is_number && have->number == l.number)
			return at.row;
	}
	limit_check(LIMIT_LABELS, p->label_count + 1);
	ARRAY_ROOM(p->labels, p->label_count, p->label_cap);
	p->labels[p->label_count] = l;
	index_add(&p->label_index, hash, (uint32_t)p->label_count);
	return (label_id)p->label_count++;
}

/* --- sets --- */

static label_set_id append_set(struct label_sets *s, label_set_id rest, label_id label)
{
	size_t cap = s->cap;

	/* the first is the empty one */
	limit_check(LIMIT_LABEL_SETS, s->count);
	ARRAY_ROOM(s->label, s->count, cap);
	ARRAY_ROOM(s->rest, s->count, s->cap);
	s->label[s->count] = label;
	s->rest[s->count] = rest;
	return (label_set_id)s->count++;
}

static uint64_t set_hash(label_set_id rest, label_id label)
{
	return hash_mix((uint64_t)rest << 32 | label, 0);
}

static label_set_id push_label(struct label_sets *s, label_set_id rest, label_id label)
{
	uint64_t hash = set_hash(rest, label);

	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);)
		if (s->rest[at.row] == rest && s->label[at.row] == label)
			return at.row;
	index_add(&s->index, hash, (uint32_t)s->count);
	return append_set(s, rest, label);
}

static int compare_labels(const void *a, const void *b)
{
	label_id left = *(const label_id *)a, right = *(const label_id *)b;

	return (left > right) - (left < right);
}

label_set_id profile_label_set(struct profile *p, label_id *labels, size_t count)
{
	struct label_sets *s = &p->label_sets;
	label_set_id set = NO_LABELS;

	if (count > 1)
		qsort(labels, count, sizeof *labels, compare_labels);
	if (count && !s->count)
		append_set(s, NO_LABELS, 0);
	for (size_t i = 0; i < count; i++)
		if (i == 0 || labels[i] != labels[i - 1])
			set = push_label(s, set, labels[i]);
	return set;
}

static int compare_content(uint32_t a, uint32_t b, const void *context)
{
	const struct profile *p = context;
	const struct label *x = &p->labels[a], *y = &p->labels[b];
	int order = str_compare(profile_text(p, x->key), profile_text(p, y->key));

	if (!order)
		order = x->is_number - y->is_number;
	if (!order)
		order = str_compare(profile_text(p, x->text), profile_text(p, y->text));
	if (!order)
		order = (x->number > y->number) - (x->number < y->number);
	return order ? order : str_compare(profile_text(p, x->unit), profile_text(p, y->unit));
}

uint32_t *profile_label_ranks(const struct profile *p)
{
	uint32_t *sorted = alloc_zero(p->label_count, sizeof *sorted);
	uint32_t *ranks = alloc_zero(p->label_count, sizeof *ranks);

	for (uint32_t l = 0; l < p->label_count; l++)
		sorted[l] = l;
	sort_ids(sorted, p->label_count, compare_content, p);
	for (uint32_t i = 0; i < p->label_count; i++)
		ranks[sorted[i]] = i;
	alloc_free(sorted);
	return ranks;
}

static int compare_ranks(uint32_t a, uint32_t b, const void *context)
{
	const uint32_t *ranks = context;

	return (ranks[a] > ranks[b]) - (ranks[a] < ranks[b]);
}

void profile_sort_labels(label_id *labels, size_t count, const uint32_t *ranks)
{
	sort_ids(labels, count, compare_ranks, ranks);
}

/* The sets in use, and the ranks of each one's labels, ascending, in one array. */
struct set_order {
	label_set_id *sets;
	size_t *first; /* by set in use, and the end */
	uint32_t *ranks;
};

static int compare_sets(uint32_t a, uint32_t b, const void *context)
{
	const struct set_order *o = context;
	size_t i = o->first[a], k = o->first[b];

	for (; i < o->first[a + 1] && k < o->first[b + 1]; i++, k++)
		if (o->ranks[i] != o->ranks[k])
			return o->ranks[i] < o->ranks[k] ? -1 : 1;
	return (i < o->first[a + 1]) - (k < o->first[b + 1]);
}

/* Lists the sets that are marked in `number`. */
static size_t list_sets(const struct profile *p, const uint32_t *number, struct set_order *o)
{
	const struct label_sets *s = &p->label_sets;
	uint32_t *label_ranks = profile_label_ranks(p), *ids = NULL;
	size_t count = 0, n, used = 0, cap = 0, id_cap = 0;

	o->sets = alloc_zero(s->count, sizeof *o->sets);
	o->first = alloc_zero(s->count + 1, sizeof *o->first);
	for (label_set_id set = 1; set < s->count; set++) {
		if (!number[set])
			continue;
		n = profile_labels_of(p, set, &ids, &id_cap);
		profile_sort_labels(ids, n, label_ranks);
		if (used + n > cap)
			o->ranks = alloc_grow(o->ranks, &cap, used + n, sizeof *o->ranks);
		for (size_t i = 0; i < n; i++)
			o->ranks[used++] = label_ranks[ids[i]];
		o->sets[count++] = set;
		o->first[count] = used;
	}
	alloc_free(ids);
	alloc_free(label_ranks);
	return count;
}

uint32_t *profile_number_label_sets(const struct profile *p, size_t *count)
{
	struct set_order o = { 0 };
	uint32_t *number, *order;

	*count = 0;
	if (!p->sample_label_count)
		return NULL;
	number = alloc_zero(p->label_sets.count, sizeof *number);
	for (size_t i = 0; i < p->sample_label_count; i++)
		number[p->sample_labels[i]] = p->sample_labels[i] != NO_LABELS;
	*count = list_sets(p, number, &o);
	order = alloc_zero(*count, sizeof *order);
	for (uint32_t i = 0; i < *count; i++)
		order[i] = i;
	sort_ids(order, *count, compare_sets, &o);
	for (uint32_t i = 0; i < *count; i++)
		number[o.sets[order[i]]] = i + 1;
	alloc_free(o.sets);
	alloc_free(o.first);
	alloc_free(o.ranks);
	alloc_free(order);
	return number;
}

void profile_renumber_label_sets(struct profile *p, const uint32_t *places)
{
	struct label_sets *s = &p->label_sets, old = *s;

	*s = (struct label_sets){ .count = old.count, .cap = old.count };
	s->label = alloc_zero(old.count, sizeof *s->label);
	s->rest = alloc_zero(old.count, sizeof *s->rest);
	for (size_t i = 1; i < old.count; i++) {
		label_set_id set = places[i];

		s->label[set] = old.label[i];
		s->rest[set] = places[old.rest[i]];
		index_add(&s->index, set_hash(s->rest[set], s->label[set]), set);
	}
	alloc_free(old.label);
	alloc_free(old.rest);
	index_free(&old.index);
}

size_t profile_labels_of(const struct profile *p, label_set_id set, label_id **out, size_t *cap)
{
	const struct label_sets *s = &p->label_sets;
	size_t count = 0;

	for (label_set_id at = set; at != NO_LABELS; at = s->rest[at])
		count++;
	if (count > *cap)
		*out = alloc_grow(*out, cap, count, sizeof **out);
	for (size_t i = count; i--; set = s->rest[set])
		(*out)[i] = s->label[set];
	return count;
}
