/*
 * otlp/write_samples - resources, their scopes, in these a profile for each value type
 *
 * A message is behind its length, so a resource is built before it is written; the next one takes
 * its place in memory.
 */
#include "common/base/alloc.h"
#include "common/base/csr.h"
#include "converters/otlp/writing.h"

enum { PROFILE_SAMPLE = 2 };
enum { SAMPLE_STACK = 1, SAMPLE_ATTRIBUTES, SAMPLE_LINK, SAMPLE_VALUES };

/* What the samples of one scope have in common. */
struct scope_key {
	string_id resource, scope;
	uint64_t pid;
};

/* A scope with its profiles, while its resource is written. */
struct scope_group {
	struct scope_key key;
	struct buf *samples; /* by value type */
	size_t next;         /* of the same resource; NO_GROUP: none */
	bool first;          /* of its resource */
};
#define NO_GROUP SIZE_MAX

struct grouping {
	struct otlp_writer *w;
	struct strings keys; /* the bytes of keys, from 1 */
	struct scope_group *groups;
	size_t count, cap;
	struct csr samples;
	uint64_t *numbers; /* of one sample */
	size_t number_cap;
};

/* --- groups --- */

static struct scope_key key_of(const struct otlp_writer *w, thread_id thread, label_set_id set)
{
	return (struct scope_key){ w->sets[set].resource, w->sets[set].scope,
				   w->p->threads[thread].pid };
}

/* Links the groups of each resource. */
static void link_groups(struct grouping *g)
{
	struct strings resources;
	size_t *last = alloc_zero(g->count + 1, sizeof *last); /* by resource */

	strings_init(&resources);
	for (size_t i = 0; i < g->count; i++) {
		struct scope_key key = g->groups[i].key;
		size_t before = resources.count;
		string_id resource;

		key.scope = 0;
		resource = strings_add(&resources, (struct str){ (const char *)&key, sizeof key });
		g->groups[i].next = NO_GROUP;
		g->groups[i].first = resource == before;
		if (!g->groups[i].first)
			g->groups[last[resource]].next = i;
		last[resource] = i;
	}
	alloc_free(last);
	strings_free(&resources);
}

static uint32_t add_group(struct grouping *g, struct scope_key key)
{
	string_id number = strings_add(&g->keys, (struct str){ (const char *)&key, sizeof key });

	if (number > g->count) {
		ARRAY_ROOM(g->groups, g->count, g->cap);
		g->groups[g->count++] = (struct scope_group){ .key = key };
	}
	return number - 1;
}

static void find_groups(struct grouping *g)
{
	const struct profile *p = g->w->p;
	uint32_t *group = alloc_zero(p->sample_count, sizeof *group);

	if (!p->sample_count)
		add_group(g, (struct scope_key){ 0, g->w->sets[NO_LABELS].scope, 0 });
	for (size_t i = 0; i < p->sample_count; i++) {
		thread_id thread = p->samples[i].thread;
		label_set_id set = profile_sample_labels(p, i);

		if (i && thread == p->samples[i - 1].thread &&
		    set == profile_sample_labels(p, i - 1))
			group[i] = group[i - 1];
		else
			group[i] = add_group(g, key_of(g->w, thread, set));
	}
	csr_open(&g->samples, g->count, p->sample_count);
	for (size_t i = 0; i < p->sample_count; i++)
		csr_count(&g->samples, group[i]);
	csr_sum(&g->samples);
	for (size_t i = 0; i < p->sample_count; i++)
		csr_put(&g->samples, group[i], (uint32_t)i);
	alloc_free(group);
	link_groups(g);
}

/* --- samples --- */

static void add_numbers(struct grouping *g, size_t *count, const uint64_t *numbers, size_t more)
{
	for (size_t i = 0; i < more; i++) {
		ARRAY_ROOM(g->numbers, *count, g->number_cap);
		g->numbers[(*count)++] = numbers[i];
	}
}

/* All of it but the value, in w->message. */
static void build_sample(struct grouping *g, size_t row)
{
	struct otlp_writer *w = g->w;
	const struct sample_row *s = &w->p->samples[row];
	const struct otlp_set *set = &w->sets[profile_sample_labels(w->p, row)];
	const struct otlp_thread *thread = &w->threads[s->thread];
	size_t count = 0;

	add_numbers(g, &count, thread->attributes, thread->count);
	if (set->count)
		add_numbers(g, &count, &w->set_attributes[set->first], set->count);
	w->message.n = 0;
	protobuf_put_number(&w->message, SAMPLE_STACK, otlp_number_stack(w, s->stack));
	protobuf_put_packed(&w->message, SAMPLE_ATTRIBUTES, g->numbers, count);
	protobuf_put_number(&w->message, SAMPLE_LINK, set->link);
}

static void add_value(struct otlp_writer *w, struct scope_group *to, value_id v, int64_t value)
{
	size_t length = w->message.n;
	uint64_t number = (uint64_t)(w->units[v] == 1 ? value : value / w->units[v]);

	protobuf_put_packed(&w->message, SAMPLE_VALUES, &number, 1);
	protobuf_put_bytes(&to->samples[v], PROFILE_SAMPLE, buf_str(&w->message));
	w->message.n = length;
}

/* A value of 0 goes without saying, but a sample all of whose values are 0 stays a sample. */
static void add_sample(struct grouping *g, struct scope_group *to, size_t row)
{
	const struct profile *p = g->w->p;
	const int64_t *values = values_row(&p->sample_values, row);
	bool any = false;

	build_sample(g, row);
	for (value_id v = 0; v < p->value_count; v++)
		if (values[v]) {
			add_value(g->w, to, v, values[v]);
			any = true;
		}
	if (!any && p->value_count)
		add_value(g->w, to, 0, 0);
}

static void build_samples(struct grouping *g, size_t i)
{
	struct scope_group *group = &g->groups[i];

	group->samples = alloc_zero(g->w->p->value_count, sizeof *group->samples);
	for (uint32_t k = g->samples.first[i]; k < g->samples.first[i + 1]; k++)
		add_sample(g, group, g->samples.item[k]);
}

static void free_samples(struct grouping *g, size_t i)
{
	for (value_id v = 0; v < g->w->p->value_count; v++)
		buf_free(&g->groups[i].samples[v]);
	alloc_free(g->groups[i].samples);
}

/* --- messages --- */

/* The first group has a profile of each value type, so that all types are there, in order. */
static bool has_profile(const struct grouping *g, size_t i, value_id v)
{
	return i == 0 || g->groups[i].samples[v].n;
}

static size_t profile_length(const struct grouping *g, size_t i, value_id v)
{
	return g->w->heads[v].n + g->groups[i].samples[v].n + g->w->tails[v].n;
}

static size_t scope_length(const struct grouping *g, size_t i)
{
	const struct otlp_writer *w = g->w;
	size_t length = protobuf_size(OTLP_OUTER,
				      strings_text(&w->parts, g->groups[i].key.scope).n);

	for (value_id v = 0; v < w->p->value_count; v++)
		if (has_profile(g, i, v))
			length += protobuf_size(OTLP_INNER, profile_length(g, i, v));
	return length;
}

static void write_scope(const struct grouping *g, size_t i)
{
	const struct otlp_writer *w = g->w;

	protobuf_write_head(w->out, OTLP_INNER, scope_length(g, i));
	protobuf_write_bytes(w->out, OTLP_OUTER, strings_text(&w->parts, g->groups[i].key.scope));
	for (value_id v = 0; v < w->p->value_count; v++) {
		if (!has_profile(g, i, v))
			continue;
		protobuf_write_head(w->out, OTLP_INNER, profile_length(g, i, v));
		output_str(w->out, buf_str(&w->heads[v]));
		output_str(w->out, buf_str(&g->groups[i].samples[v]));
		output_str(w->out, buf_str(&w->tails[v]));
	}
}

static void write_resource(struct grouping *g, size_t first)
{
	struct otlp_writer *w = g->w;
	const struct scope_key *key = &g->groups[first].key;
	struct buf resource = { 0 };
	size_t length;

	buf_add(&resource, strings_text(&w->parts, key->resource));
	if (key->pid)
		otlp_put_id(w, &resource, OTLP_RESOURCE_ATTRIBUTE, S(OTLP_PROCESS_ID), key->pid);
	length = protobuf_size(OTLP_OUTER, resource.n);
	for (size_t i = first; i != NO_GROUP; i = g->groups[i].next) {
		build_samples(g, i);
		length += protobuf_size(OTLP_INNER, scope_length(g, i));
	}
	protobuf_write_head(w->out, OTLP_RESOURCES, length);
	protobuf_write_bytes(w->out, OTLP_OUTER, buf_str(&resource));
	for (size_t i = first; i != NO_GROUP; i = g->groups[i].next) {
		write_scope(g, i);
		free_samples(g, i);
	}
	buf_free(&resource);
}

void otlp_write_resources(struct otlp_writer *w)
{
	struct grouping g = { .w = w };

	strings_init(&g.keys);
	find_groups(&g);
	for (size_t i = 0; i < g.count; i++)
		if (g.groups[i].first)
			write_resource(&g, i);
	strings_free(&g.keys);
	csr_free(&g.samples);
	alloc_free(g.groups);
	alloc_free(g.numbers);
}
