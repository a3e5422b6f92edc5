/* pprof/write_samples - a message for each sample, with its labels and its thread */
#include "common/base/alloc.h"
#include "converters/pprof/writing.h"

/* The labels of sets and threads, as they are in the message of a sample. */
struct encoded {
	struct buf bytes;
	size_t *ends; /* by set or thread; those of the one before are where it begins */
};

static struct str encoded_at(const struct encoded *e, size_t i)
{
	size_t begin = i ? e->ends[i - 1] : 0;

	return e->bytes.n ? (struct str){ e->bytes.p + begin, e->ends[i] - begin } : S("");
}

static void free_encoded(struct encoded *e)
{
	buf_free(&e->bytes);
	alloc_free(e->ends);
}

/* --- labels --- */

static void add_label(struct pprof_writer *w, struct buf *to, const struct label *l)
{
	w->inner.n = 0;
	protobuf_put_number(&w->inner, LABEL_KEY, pprof_string(w, l->key));
	protobuf_put_number(&w->inner, LABEL_TEXT, pprof_string(w, l->text));
	protobuf_put_number(&w->inner, LABEL_NUMBER, (uint64_t)l->number);
	protobuf_put_number(&w->inner, LABEL_UNIT, pprof_string(w, l->unit));
	protobuf_put_bytes(to, SAMPLE_LABEL, buf_str(&w->inner));
}

static struct encoded encode_sets(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct encoded e = { .ends = alloc_zero(p->label_sets.count + 1, sizeof *e.ends) };
	uint32_t *ranks = profile_label_ranks(p);
	bool *used = alloc_zero(p->label_sets.count + 1, sizeof *used);
	label_id *labels = NULL;
	size_t cap = 0;

	for (size_t i = 0; i < p->sample_label_count; i++)
		used[p->sample_labels[i]] = true;
	for (label_set_id set = 1; set < p->label_sets.count; set++) {
		size_t count = used[set] ? profile_labels_of(p, set, &labels, &cap) : 0;

		profile_sort_labels(labels, count, ranks);
		for (size_t i = 0; i < count; i++)
			add_label(w, &e.bytes, &p->labels[labels[i]]);
		e.ends[set] = e.bytes.n;
	}
	alloc_free(labels);
	alloc_free(used);
	alloc_free(ranks);
	return e;
}

/* --- threads --- */

bool pprof_has_threads(const struct profile *p)
{
	return p->thread_count > 1 || profile_names_threads(p);
}

static bool is_thread_key(struct str key)
{
	return str_eq(key, S("thread")) || str_eq(key, S("pid")) || str_eq(key, S("tid")) ||
	       str_eq(key, S("part"));
}

static void add_thread_label(struct pprof_writer *w, struct buf *to, const char *key,
			     string_id text, uint64_t number)
{
	struct buf whole = { 0 };

	if (!text && !number)
		return;
	buf_print(&whole, "%s%s", w->own_keys ? PPROF_OWN_KEYS : "", key);
	w->inner.n = 0;
	protobuf_put_number(&w->inner, LABEL_KEY, strings_add(&w->strings, buf_str(&whole)));
	protobuf_put_number(&w->inner, LABEL_TEXT, pprof_string(w, text));
	protobuf_put_number(&w->inner, LABEL_NUMBER, number);
	protobuf_put_bytes(to, SAMPLE_LABEL, buf_str(&w->inner));
	buf_free(&whole);
}

static struct encoded encode_threads(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct encoded e = { .ends = alloc_zero(p->thread_count, sizeof *e.ends) };

	for (size_t l = 0; l < p->label_count; l++)
		w->own_keys |= is_thread_key(profile_text(p, p->labels[l].key));
	for (size_t t = 0; t < p->thread_count; t++) {
		const struct thread *thread = &p->threads[t];

		add_thread_label(w, &e.bytes, "thread", thread->name, 0);
		add_thread_label(w, &e.bytes, "pid", 0, thread->pid);
		add_thread_label(w, &e.bytes, "tid", 0, thread->tid);
		add_thread_label(w, &e.bytes, "part", 0, thread->part);
		e.ends[t] = e.bytes.n;
	}
	return e;
}

/* --- samples --- */

static void list_values(const struct pprof_writer *w, const int64_t *values, uint64_t *to)
{
	for (value_id v = 0; v < w->p->value_count; v++)
		to[v] = (uint64_t)(w->units[v] == 1 ? values[v] : values[v] / w->units[v]);
}

static void put_sample(struct pprof_writer *w, size_t i, const struct location_list *list,
		       const struct encoded *threads, const struct encoded *sets, uint64_t *values)
{
	const struct profile *p = w->p;

	w->message.n = 0;
	protobuf_put_packed(&w->message, SAMPLE_LOCATIONS, list->numbers, list->count);
	list_values(w, values_row(&p->sample_values, i), values);
	protobuf_put_packed(&w->message, SAMPLE_VALUES, values, p->value_count);
	buf_add(&w->message, encoded_at(sets, profile_sample_labels(p, i)));
	buf_add(&w->message, encoded_at(threads, p->samples[i].thread));
	protobuf_write_bytes(w->out, PROFILE_SAMPLE, buf_str(&w->message));
}

void pprof_put_samples(struct pprof_writer *w)
{
	const struct profile *p = w->p;
	struct encoded threads = encode_threads(w), sets = encode_sets(w);
	uint64_t *values = alloc_zero(p->value_count, sizeof *values);
	struct location_list lists[LOCATIONS_TOGETHER] = { 0 };

	for (size_t first = 0; first < p->sample_count; first += LOCATIONS_TOGETHER) {
		size_t end = first + LOCATIONS_TOGETHER < p->sample_count
				     ? first + LOCATIONS_TOGETHER
				     : p->sample_count;

		for (size_t i = first; i < end; i++)
			lists[i - first].next = p->samples[i].stack;
		locations_list(&w->locations, lists, end - first);
		for (size_t i = first; i < end; i++)
			put_sample(w, i, &lists[i - first], &threads, &sets, values);
	}
	alloc_free(values);
	for (size_t i = 0; i < LOCATIONS_TOGETHER; i++)
		alloc_free(lists[i].numbers);
	free_encoded(&threads);
	free_encoded(&sets);
}
