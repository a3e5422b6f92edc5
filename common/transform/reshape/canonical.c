#include "common/transform/reshape/canonical.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/transform/reshape/radix_sort.h"
#include "common/transform/reshape/remap.h"
#include "common/profile/referenced.h"

/* A row and its sort key. */
enum { PARTS = 6 };
struct key {
	uint64_t part[PARTS];
	uint32_t row;
};

struct canonical_sorter {
	struct remap w;
	uint32_t *rank; /* by string: its position in bytewise order */
	struct referenced used;
	struct key *keys;
	struct radix_item *items, *scratch;
};

/* Sorts the items, which are numbers of keys, by the parts of their keys from `part` on. */
static void sort_parts(struct canonical_sorter *s, struct radix_item *items, size_t count, int part)
{
	size_t same;

	for (size_t i = 0; i < count; i++)
		items[i].key = s->keys[items[i].id].part[part];
	radix_sort(items, s->scratch, count);
	for (size_t i = 0; part + 1 < PARTS && i < count; i += same) {
		same = 1;
		while (i + same < count && items[i + same].key == items[i].key)
			same++;
		if (same > 1)
			sort_parts(s, items + i, same, part + 1);
	}
}

/* Sorts rows; afterwards items[i].id is the i-th one. */
static void sort_keys(struct canonical_sorter *s, size_t count)
{
	for (uint32_t i = 0; i < count; i++)
		s->items[i].id = i;
	sort_parts(s, s->items, count, 0);
	for (size_t i = 0; i < count; i++)
		s->items[i].id = s->keys[s->items[i].id].row;
}

static uint64_t pair(uint32_t high, uint32_t low)
{
	return (uint64_t)high << 32 | low;
}

/* --- value types --- */

/*
 * The order in which profilers write value types: the first one goes to targets that hold one.
 */
static const char *const usual[] = {
	"time", "Time_(10ns)", "samples", "base", "new",  "idle",     "memory",  "Ir",
	"Dr",   "Dw",          "I1mr",    "D1mr", "D1mw", "ILmr",     "DLmr",    "DLmw",
	"Bc",   "Bcm",         "Bi",      "Bim",  "Ge",   "sysCount", "sysTime", "sysCpuTime",
};
enum { USUAL = sizeof usual / sizeof *usual };

static uint32_t usual_place(struct str name)
{
	uint32_t i = 0;

	while (i < USUAL && !str_eq(name, str_of(usual[i])))
		i++;
	return i;
}

/* The number of zeros that end every value: 1 for 1500 and 20. */
static int common_zeros(struct profile *p, value_id v)
{
	int zeros = -p->value_types[v].exponent;

	for (int t = 0; t < PROFILE_VALUE_TABLES; t++) {
		const struct values *table = profile_values(p, t);

		for (size_t row = 0; zeros && row < table->rows; row++) {
			int64_t value = values_row(table, row)[v];
			int own = 0;

			while (own < zeros && value % 10 == 0) {
				value /= 10;
				own++;
			}
			zeros = own;
		}
	}
	return zeros;
}

static void add_value_types(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;

	for (value_id v = 0; v < p->value_count; v++) {
		const struct value_type *type = &p->value_types[v];

		s->keys[v] = (struct key){ { usual_place(profile_text(p, type->name)),
					     s->rank[type->name],
					     pair(type->unit, s->rank[type->unit_name]) },
					   v };
	}
	sort_keys(s, p->value_count);
	for (size_t i = 0; i < p->value_count; i++) {
		value_id v = s->items[i].id;
		struct value_type type = remap_type(&s->w, v);
		int zeros = common_zeros((struct profile *)(uintptr_t)p, v);

		type.exponent += zeros;
		s->w.shifts[v] = -zeros;
		s->w.values[v] = profile_value_type(s->w.to, type);
	}
}

/* --- mappings, functions, frames, threads, metadata --- */

/* Keeps all mappings: a profiler lists what was in memory, whether or not it was sampled. */
static void add_mappings(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	size_t count = 0;

	for (mapping_id m = 1; m < p->mapping_count; m++) {
		const struct mapping *mapping = &p->mappings[m];

		s->keys[count++] = (struct key){
			{ pair(s->rank[mapping->object], s->rank[mapping->build_id]),
			  mapping->start, mapping->limit, mapping->offset },
			m
		};
	}
	sort_keys(s, count);
	for (size_t i = 0; i < count; i++)
		remap_mapping(&s->w, s->items[i].id);
}

/* An unknown file becomes Python's "~" in a pstat file, so both are sorted alike. */
static uint32_t file_rank(const struct canonical_sorter *s, string_id file)
{
	return str_eq(profile_text(s->w.from, file), S("~")) ? 0 : s->rank[file];
}

static void add_functions(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	size_t count = 0;

	for (function_id f = 0; f < p->function_count; f++) {
		const struct function_row *fn = &p->functions[f];

		if (s->used.functions[f])
			s->keys[count++] = (struct key){
				{ pair(s->rank[fn->name], file_rank(s, fn->file)),
				  pair(s->rank[fn->object], fn->line),
				  pair(s->rank[fn->file], s->rank[profile_system_name(p, f)]) },
				f
			};
	}
	sort_keys(s, count);
	for (size_t i = 0; i < count; i++)
		s->w.functions[s->items[i].id] = profile_function(s->w.to,
								  remap_function(&s->w,
										 s->items[i].id));
}

static void add_frames(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	size_t count = 0;

	for (frame_id f = 0; f < p->frame_count; f++) {
		struct frame frame;
		uint32_t kind;

		if (!s->used.frames[f])
			continue;
		frame = remap_frame(&s->w, f);
		kind = (uint32_t)frame.kind << 2 | (uint32_t)frame.inlined << 1 |
		       frame.unsymbolised;
		s->keys[count++] = (struct key){ { pair(frame.function, frame.line), frame.column,
						   frame.address, pair(frame.mapping, kind) },
						 f };
	}
	sort_keys(s, count);
	for (size_t i = 0; i < count; i++) {
		frame_id f = s->items[i].id;

		s->w.frames[f] = profile_frame(s->w.to, remap_frame(&s->w, f));
	}
}

static void add_threads(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;

	for (thread_id t = 0; t < p->thread_count; t++)
		s->keys[t] = (struct key){ { p->threads[t].pid, p->threads[t].tid,
					     pair(p->threads[t].part,
						  s->rank[p->threads[t].name]) },
					   t };
	sort_keys(s, p->thread_count);
	for (size_t i = 0; i < p->thread_count; i++)
		remap_thread(&s->w, s->items[i].id);
}

static void add_metadata(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;

	for (uint32_t i = 0; i < p->metadata_count; i++) {
		const struct metadata *l = &p->metadata[i];
		uint32_t thread = l->thread == NO_ID ? 0 : s->w.threads[l->thread] + 1;

		s->keys[i] = (struct key){ { thread, pair(s->rank[l->key], s->rank[l->value]) },
					   i };
	}
	sort_keys(s, p->metadata_count);
	for (size_t i = 0; i < p->metadata_count; i++)
		remap_metadata_row(&s->w, s->items[i].id);
}

/* --- stacks --- */

/*
 * Rows by a small number each: stacks and samples are many more than all else, and keys
 * of six parts for them would be most of the memory. Rows of equal numbers keep their
 * order. Takes the old rows (NULL: all in order), which it frees.
 */
static uint32_t *sort_by(const uint32_t *number, size_t numbers, uint32_t *rows, size_t count)
{
	size_t *first = alloc_zero(numbers + 1, sizeof *first);
	uint32_t *sorted = alloc_zero(count, sizeof *sorted);

	for (size_t i = 0; i < count; i++)
		first[number[i] + 1]++;
	for (size_t n = 0; n < numbers; n++)
		first[n + 1] += first[n];
	for (uint32_t i = 0; i < count; i++) {
		uint32_t row = rows ? rows[i] : i;

		sorted[first[number[row]]++] = row;
	}
	alloc_free(first);
	alloc_free(rows);
	return sorted;
}

/* Lists children in the order of their frames. */
static void link_children(const struct canonical_sorter *s, stack_id *child, stack_id *sibling)
{
	const struct profile *p = s->w.from;
	size_t count = p->stacks.count;
	uint32_t *frame = alloc_zero(count, sizeof *frame), *sorted;

	for (stack_id i = 1; i < count; i++)
		frame[i] = s->w.frames[p->stacks.frame[i]];
	sorted = sort_by(frame, s->w.to->frame_count + 1, NULL, count);
	while (count--) {
		stack_id node = sorted[count], parent = p->stacks.parent[node];

		if (node == EMPTY_STACK || !s->used.stacks[node])
			continue;
		sibling[node] = child[parent];
		child[parent] = node;
	}
	alloc_free(frame);
	alloc_free(sorted);
}

static void add_stacks(struct canonical_sorter *s)
{
	const struct stacks *old = &s->w.from->stacks;
	stack_id *child = alloc_zero(old->count, sizeof *child);
	stack_id *sibling = alloc_zero(old->count, sizeof *sibling);
	stack_id node = EMPTY_STACK;

	link_children(s, child, sibling);
	for (;;) {
		if (child[node]) {
			node = child[node];
		} else {
			while (node != EMPTY_STACK && !sibling[node])
				node = old->parent[node];
			if (node == EMPTY_STACK)
				break;
			node = sibling[node];
		}
		s->w.stacks[node] = stacks_push(&s->w.to->stacks, s->w.stacks[old->parent[node]],
						s->w.frames[old->frame[node]]);
	}
	alloc_free(child);
	alloc_free(sibling);
}

/* --- labels --- */

static struct key label_key(const struct canonical_sorter *s, label_id id)
{
	const struct label *l = &s->w.from->labels[id];

	/* numbers follow texts, in ascending order */
	return (struct key){ { pair(s->rank[l->key], l->is_number),
			       pair(s->rank[l->text], s->rank[l->unit]),
			       (uint64_t)l->number ^ (uint64_t)1 << 63 },
			     id };
}

static bool *used_labels(const struct profile *p)
{
	bool *sets = alloc_zero(p->label_sets.count, sizeof *sets);
	bool *labels = alloc_zero(p->label_count, sizeof *labels);

	for (size_t i = 0; i < p->sample_label_count; i++)
		sets[p->sample_labels[i]] = true;
	for (size_t set = p->label_sets.count; set-- > 1;)
		if (sets[set]) {
			sets[p->label_sets.rest[set]] = true;
			labels[p->label_sets.label[set]] = true;
		}
	alloc_free(sets);
	return labels;
}

static void add_labels(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	bool *used;
	size_t count = 0;

	if (!p->sample_label_count)
		return;
	used = used_labels(p);
	for (label_id l = 0; l < p->label_count; l++)
		if (used[l])
			s->keys[count++] = label_key(s, l);
	sort_keys(s, count);
	for (size_t i = 0; i < count; i++)
		remap_label(&s->w, s->items[i].id);
	alloc_free(used);
}

/* --- rows --- */

/* The position of each set: sets are sorted by their labels, shorter ones first. */
static uint32_t *places_of_sets(const struct profile *p)
{
	const struct label_sets *s = &p->label_sets;
	uint32_t *child = alloc_zero(s->count, sizeof *child), place = 0;
	uint32_t *sibling = alloc_zero(s->count, sizeof *sibling);
	uint32_t *places = alloc_zero(s->count, sizeof *places);
	uint32_t *sorted = sort_by(s->label, p->label_count, NULL, s->count);
	label_set_id set = NO_LABELS;

	for (size_t i = s->count; i--;)
		if (sorted[i] != NO_LABELS) {
			sibling[sorted[i]] = child[s->rest[sorted[i]]];
			child[s->rest[sorted[i]]] = sorted[i];
		}
	for (;;) {
		if (child[set]) {
			set = child[set];
		} else {
			while (set != NO_LABELS && !sibling[set])
				set = s->rest[set];
			if (set == NO_LABELS)
				break;
			set = sibling[set];
		}
		places[set] = ++place;
	}
	alloc_free(child);
	alloc_free(sibling);
	alloc_free(sorted);
	return places;
}

/*
 * The sets get their ids in the order of their labels. Rows of one stack and thread in that
 * order; NULL if no sample has labels.
 */
static uint32_t *sort_by_labels(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	uint32_t *set, *places, *rows;

	if (!p->sample_label_count)
		return NULL;
	set = alloc_zero(p->sample_count, sizeof *set);
	for (size_t i = 0; i < p->sample_label_count; i++)
		remap_label_set(&s->w, p->sample_labels[i]);
	places = places_of_sets(s->w.to);
	profile_renumber_label_sets(s->w.to, places);
	for (size_t i = 0; i < p->label_sets.count; i++)
		if (s->w.label_sets[i])
			s->w.label_sets[i] = places[s->w.label_sets[i] - 1] + 1;
	for (size_t i = 0; i < p->sample_count; i++)
		set[i] = remap_label_set(&s->w, profile_sample_labels(p, i));
	rows = sort_by(set, s->w.to->label_sets.count, NULL, p->sample_count);
	alloc_free(places);
	alloc_free(set);
	return rows;
}

static void add_samples(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;
	uint32_t *stack = alloc_zero(p->sample_count, sizeof *stack);
	uint32_t *thread = alloc_zero(p->sample_count, sizeof *thread), *rows;

	for (size_t i = 0; i < p->sample_count; i++) {
		stack[i] = s->w.stacks[p->samples[i].stack];
		thread[i] = s->w.threads[p->samples[i].thread];
	}
	rows = sort_by(stack, s->w.to->stacks.count, sort_by_labels(s), p->sample_count);
	rows = sort_by(thread, s->w.to->thread_count, rows, p->sample_count);
	for (size_t i = 0; i < p->sample_count; i++)
		remap_sample(&s->w, rows[i]);
	alloc_free(stack);
	alloc_free(thread);
	alloc_free(rows);
}

static struct key cost_key(const struct canonical_sorter *s, uint32_t row)
{
	struct cost c = profile_cost_row(s->w.from, row);

	return (struct key){ { pair(s->w.threads[c.thread], s->w.functions[c.function]),
			       pair(s->rank[c.at.file], c.at.line), c.at.address },
			     row };
}

static struct key arc_key(const struct canonical_sorter *s, uint32_t row)
{
	const struct arc *a = &s->w.from->arcs[row];
	uint32_t kind = (uint32_t)a->rule << 3 | (uint32_t)a->values_known << 2 |
			(uint32_t)a->self_known << 1 | a->running;

	return (struct key){ { pair(s->w.threads[a->thread], s->w.functions[a->caller]),
			       pair(s->w.functions[a->callee], s->rank[a->site.file]),
			       pair(a->site.line, a->target.line), a->site.address,
			       a->target.address, pair(kind, s->rank[a->target.file]) },
			     row };
}

static struct key jump_key(const struct canonical_sorter *s, uint32_t row)
{
	const struct jump *j = &s->w.from->jumps[row];

	return (struct key){ { pair(s->w.threads[j->thread], s->w.functions[j->from]),
			       pair(s->w.functions[j->to], s->rank[j->at.file]),
			       pair(j->at.line, j->target.line), j->at.address, j->target.address,
			       pair(j->conditional, s->rank[j->target.file]) },
			     row };
}

static void add_rows(struct canonical_sorter *s, size_t count,
		     struct key (*key)(const struct canonical_sorter *, uint32_t),
		     void (*rewrite)(struct remap *, size_t))
{
	for (uint32_t i = 0; i < count; i++)
		s->keys[i] = key(s, i);
	sort_keys(s, count);
	for (size_t i = 0; i < count; i++)
		rewrite(&s->w, s->items[i].id);
}

static void add_all_rows(struct canonical_sorter *s)
{
	const struct profile *p = s->w.from;

	add_samples(s);
	add_rows(s, p->cost_count, cost_key, remap_cost);
	add_rows(s, p->arc_count, arc_key, remap_arc);
	add_rows(s, p->jump_count, jump_key, remap_jump);
	for (function_id f = 0; f < p->total_count; f++)
		remap_total(&s->w, f);
}

/* --- all of it --- */

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static size_t longest_table(const struct profile *p)
{
	size_t n = larger(p->value_count, p->function_count);

	n = larger(larger(n, p->frame_count), larger(p->thread_count, p->metadata_count));
	n = larger(n, larger(p->mapping_count, p->label_count));
	return larger(larger(n, p->cost_count), larger(p->arc_count, p->jump_count));
}

struct profile *profile_canonical(const struct profile *p, const struct canonical_options *options)
{
	struct profile *to = profile_new();
	size_t longest = longest_table(p);
	struct canonical_sorter s = {
		.rank = alloc_zero(p->strings.count, sizeof *s.rank),
		.keys = alloc_zero(longest, sizeof *s.keys),
		.items = alloc_zero(longest, sizeof *s.items),
		.scratch = alloc_zero(longest, sizeof *s.scratch),
	};

	remap_open(&s.w, p, to);
	s.w.fold_arcs = options->fold_arcs;
	s.w.outermost = options->outermost;
	radix_sort_strings(&p->strings, s.rank);
	add_mappings(&s);
	remap_facts(&s.w);
	to->keep_order = to->ordered = false;
	to->sorted = true;
	referenced_find(&s.used, p);
	add_value_types(&s);
	add_functions(&s);
	add_frames(&s);
	add_threads(&s);
	add_metadata(&s);
	add_stacks(&s);
	add_labels(&s);
	add_all_rows(&s);
	remap_close(&s.w);
	alloc_free(s.rank);
	referenced_free(&s.used);
	alloc_free(s.keys);
	alloc_free(s.items);
	alloc_free(s.scratch);
	return to;
}
