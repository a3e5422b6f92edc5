/*
 * otlp/write_labels - what labels and threads become
 *
 *	service.name and other keys of resources   attributes of the resource
 *	otel.scope.name, otel.scope.version        the scope
 *	trace_id, span_id                          a link
 *	all others                                 attributes of samples
 *	the id of a process                        an attribute of the resource
 *	name and id of a thread                    attributes of samples
 *
 * Reading makes the same labels and threads of them again.
 */
#include "common/base/alloc.h"
#include "converters/otlp/texts.h"
#include "converters/otlp/writing.h"

enum { SCOPE_NAME = 1, SCOPE_VERSION, SCOPE_ATTRIBUTE };
enum { LINK_TRACE = 1, LINK_SPAN };

/* --- keys --- */

/* By OpenTelemetry's semantic conventions; what begins with the word before is an exception. */
static bool is_of_resource(struct str key)
{
	static const char *const begins[] = { "service.", "process.", "host.",      "os.",
					      "k8s.",     "cloud.",   "container.", "deployment.",
					      "faas.",    "device.",  "telemetry." };

	if (str_starts(key, S("process.context."))) /* of a sample, by the eBPF profiler */
		return false;
	for (size_t i = 0; i < sizeof begins / sizeof *begins; i++)
		if (str_starts(key, str_of(begins[i])))
			return true;
	return false;
}

static bool is_of_thread(struct str key)
{
	return str_eq(key, S(OTLP_THREAD_NAME)) || str_eq(key, S(OTLP_THREAD_ID)) ||
	       str_eq(key, S(OTLP_PROCESS_ID)) || str_eq(key, S(OTLP_PART));
}

/* Whether the label would be read as something else, or not at all. */
static bool needs_own_key(const struct otlp_writer *w, struct str key)
{
	return !key.n || str_starts(key, S(OTLP_LABEL)) || (w->own_keys && is_of_thread(key));
}

/* --- links --- */

/* Bytes of as many digits, not all zero; they come back as the same digits. */
static bool decode_id(struct str digits, size_t bytes, struct buf *to)
{
	bool any = false;

	to->n = 0;
	if (digits.n != 2 * bytes)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		if (otlp_hex_digit(digits.p[i]) < 0)
			return false;
		any |= digits.p[i] != '0';
	}
	return any && otlp_decode_hex(to, digits);
}

/* Adds the label to the link if it is one of its two ids. */
static bool takes_id(struct otlp_writer *w, struct str key, const struct label *l, struct buf *link)
{
	enum { TRACE_BYTES = 16, SPAN_BYTES = 8 };
	bool trace = str_eq(key, S(OTLP_TRACE_ID));

	if (l->is_number || (!trace && !str_eq(key, S(OTLP_SPAN_ID))) ||
	    !decode_id(profile_text(w->p, l->text), trace ? TRACE_BYTES : SPAN_BYTES, &w->inner))
		return false;
	protobuf_put_bytes(link, trace ? LINK_TRACE : LINK_SPAN, buf_str(&w->inner));
	return true;
}

/* --- sets --- */

struct set_builder {
	struct otlp_writer *w;
	struct buf resource, name, version, link, span;
};

static void add_attribute(struct otlp_writer *w, struct str key, const label_id *labels,
			  size_t count)
{
	struct buf own = { 0 };

	if (needs_own_key(w, key)) {
		buf_add(&own, S(OTLP_LABEL));
		buf_add(&own, key);
		key = buf_str(&own);
	}
	ARRAY_ROOM(w->set_attributes, w->set_attribute_count, w->set_attribute_cap);
	w->set_attributes[w->set_attribute_count++] = otlp_number_labels(w, key, labels, count);
	buf_free(&own);
}

/* A label that is the only one of its key. */
static bool takes_place(struct set_builder *b, struct str key, const struct label *l)
{
	struct otlp_writer *w = b->w;
	struct str text = profile_text(w->p, l->text);

	if (needs_own_key(w, key))
		return false;
	if (!l->is_number && text.n && str_eq(key, S(OTLP_SCOPE_NAME))) {
		buf_add(&b->name, text);
		return true;
	}
	if (!l->is_number && text.n && str_eq(key, S(OTLP_SCOPE_VERSION))) {
		buf_add(&b->version, text);
		return true;
	}
	if (is_of_resource(key) && !l->unit && l->is_number) {
		otlp_put_integer(w, &b->resource, OTLP_RESOURCE_ATTRIBUTE, key,
				 (uint64_t)l->number);
		return true;
	}
	if (is_of_resource(key) && !l->is_number) {
		otlp_put_text(w, &b->resource, OTLP_RESOURCE_ATTRIBUTE, key, text);
		return true;
	}
	/* in the order of the fields, whatever that of the labels */
	return takes_id(w, key, l, str_eq(key, S(OTLP_TRACE_ID)) ? &b->link : &b->span);
}

/* How many labels from here on can be values of one attribute. */
static size_t run_of(const struct profile *p, const label_id *labels, size_t count)
{
	const struct label *first = &p->labels[labels[0]];
	string_id unit = first->unit;
	size_t n = 1;

	for (; n < count && p->labels[labels[n]].key == first->key; n++) {
		const struct label *next = &p->labels[labels[n]];

		if (next->is_number && !p->labels[labels[n - 1]].is_number)
			unit = next->unit;
		if (next->is_number && next->unit != unit)
			break;
	}
	return n;
}

static bool is_alone(const struct profile *p, const label_id *labels, size_t count, size_t i)
{
	string_id key = p->labels[labels[i]].key;

	return (!i || p->labels[labels[i - 1]].key != key) &&
	       (i + 1 == count || p->labels[labels[i + 1]].key != key);
}

static string_id scope_of(struct otlp_writer *w, const struct buf *name, const struct buf *version)
{
	string_id shown = w->p->recording.default_value;

	w->message.n = 0;
	if (name->n)
		protobuf_put_bytes(&w->message, SCOPE_NAME, otlp_spelled(w, buf_str(name)));
	if (version->n)
		protobuf_put_bytes(&w->message, SCOPE_VERSION, otlp_spelled(w, buf_str(version)));
	if (shown)
		otlp_put_text(w, &w->message, SCOPE_ATTRIBUTE, S(OTLP_PPROF_DEFAULT_TYPE),
			      profile_text(w->p, shown));
	return strings_add(&w->parts, buf_str(&w->message));
}

static void build_set(struct otlp_writer *w, struct otlp_set *set, const label_id *labels,
		      size_t count)
{
	struct set_builder b = { .w = w };
	const struct profile *p = w->p;

	set->first = w->set_attribute_count;
	for (size_t i = 0, n; i < count; i += n) {
		const struct label *l = &p->labels[labels[i]];
		struct str key = profile_text(p, l->key);

		n = run_of(p, labels + i, count - i);
		if (!is_alone(p, labels, count, i) || !takes_place(&b, key, l))
			add_attribute(w, key, labels + i, n);
	}
	set->count = w->set_attribute_count - set->first;
	buf_add(&b.link, buf_str(&b.span));
	set->link = strings_add(&w->links, buf_str(&b.link));
	set->resource = strings_add(&w->parts, buf_str(&b.resource));
	set->scope = scope_of(w, &b.name, &b.version);
	buf_free(&b.resource);
	buf_free(&b.name);
	buf_free(&b.version);
	buf_free(&b.link);
	buf_free(&b.span);
}

static void build_sets(struct otlp_writer *w)
{
	const struct profile *p = w->p;
	uint32_t *ranks = profile_label_ranks(p);
	bool *used = alloc_zero(p->label_sets.count + 1, sizeof *used);
	label_id *labels = NULL;
	size_t cap = 0;

	used[NO_LABELS] = true;
	for (size_t i = 0; i < p->sample_label_count; i++)
		used[p->sample_labels[i]] = true;
	w->sets = alloc_zero(p->label_sets.count + 1, sizeof *w->sets);
	for (label_set_id set = 0; set == NO_LABELS || set < p->label_sets.count; set++) {
		size_t count = 0;

		if (!used[set])
			continue;
		if (set != NO_LABELS)
			count = profile_labels_of(p, set, &labels, &cap);
		profile_sort_labels(labels, count, ranks);
		build_set(w, &w->sets[set], labels, count);
	}
	alloc_free(labels);
	alloc_free(used);
	alloc_free(ranks);
}

/* --- threads --- */

static void build_threads(struct otlp_writer *w)
{
	const struct profile *p = w->p;

	w->threads = alloc_zero(p->thread_count, sizeof *w->threads);
	for (size_t t = 0; t < p->thread_count; t++) {
		const struct thread *thread = &p->threads[t];
		struct otlp_thread *to = &w->threads[t];

		if (thread->name)
			to->attributes[to->count++] =
				otlp_number_attribute(w, S(OTLP_THREAD_NAME),
						      profile_text(p, thread->name));
		if (thread->tid)
			to->attributes[to->count++] = otlp_number_id(w, S(OTLP_THREAD_ID),
								     thread->tid);
		if (thread->part)
			to->attributes[to->count++] = otlp_number_id(w, S(OTLP_PART), thread->part);
	}
}

void otlp_write_labels(struct otlp_writer *w)
{
	/* threads without anything known do not meet labels */
	w->own_keys = profile_names_threads(w->p);
	build_threads(w);
	build_sets(w);
}
