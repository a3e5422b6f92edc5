#include "common/transform/traces/spans.h"

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/profile/deferred.h"
#include "common/transform/traces/span_profile.h"

enum { ID_BYTES = 8, TRACE_BYTES = 16 };

/* --- kinds --- */

struct str span_kind_name(enum span_kind kind)
{
	static const char *const names[SPAN_KINDS] = {
		"", "internal", "server", "client", "producer", "consumer",
	};

	return str_of(kind < SPAN_KINDS ? names[kind] : "");
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool eq_any_case(struct str a, struct str b)
{
	size_t same = 0;

	while (a.n == b.n && same < a.n && lower(a.p[same]) == lower(b.p[same]))
		same++;
	return a.n == b.n && same == a.n;
}

enum span_kind span_kind_find(struct str word)
{
	if (str_starts(word, S("SPAN_KIND_")))
		word = str_from(word, S("SPAN_KIND_").n);
	else if (str_starts(word, S("SpanKind.")))
		word = str_from(word, S("SpanKind.").n);
	for (int kind = SPAN_INTERNAL; kind < SPAN_KINDS; kind++)
		if (eq_any_case(word, span_kind_name((enum span_kind)kind)))
			return (enum span_kind)kind;
	return SPAN_UNKNOWN;
}

/* --- ids --- */

static uint64_t number_of_bytes(struct str bytes)
{
	uint64_t number = 0;

	for (size_t i = 0; i < bytes.n; i++)
		number = number << 8 | (unsigned char)bytes.p[i];
	return number;
}

/* Up to 16 digits, without a branch for each: of a span's text, most are those of its ids. */
static bool number_of_digits(struct str digits, uint64_t *number)
{
	static const uint8_t values[256] = {
		['0'] = 16,      ['1'] = 16 | 1,  ['2'] = 16 | 2,  ['3'] = 16 | 3,  ['4'] = 16 | 4,
		['5'] = 16 | 5,  ['6'] = 16 | 6,  ['7'] = 16 | 7,  ['8'] = 16 | 8,  ['9'] = 16 | 9,
		['a'] = 16 | 10, ['b'] = 16 | 11, ['c'] = 16 | 12, ['d'] = 16 | 13, ['e'] = 16 | 14,
		['f'] = 16 | 15, ['A'] = 16 | 10, ['B'] = 16 | 11, ['C'] = 16 | 12, ['D'] = 16 | 13,
		['E'] = 16 | 14, ['F'] = 16 | 15,
	};
	unsigned all = 16;

	*number = 0;
	if (!digits.n || digits.n > (size_t)2 * ID_BYTES)
		return false;
	for (size_t i = 0; i < digits.n; i++) {
		unsigned value = values[(unsigned char)digits.p[i]];

		all &= value;
		*number = *number << 4 | (value & 15);
	}
	return all & 16;
}

/* Base64 of exactly `size` bytes, with its padding. */
static bool decode_base64(struct str text, char *bytes, size_t size)
{
	size_t pad = (3 - size % 3) % 3, digits = (size * 8 + 5) / 6, n = 0;
	uint32_t bits = 0;

	if (text.n != digits + pad)
		return false;
	for (size_t i = 0; i < text.n; i++) {
		int digit = i < digits ? base64_digit(text.p[i]) : text.p[i] == '=' ? 0 : -1;

		if (digit < 0)
			return false;
		bits = bits << 6 | (unsigned)digit;
		if (i % 4 == 3)
			for (int shift = 16; shift >= 0 && n < size; shift -= 8)
				bytes[n++] = (char)(bits >> shift);
	}
	return n == size;
}

static struct str without_0x(struct str text)
{
	return str_starts(text, S("0x")) ? str_from(text, 2) : text;
}

static struct span_id unusual_id(struct spans *s, struct str text)
{
	return (struct span_id){ text.n ? strings_add(&s->texts, text) : 0, text.n > 0 };
}

bool spans_id_digits(struct str text, struct span_id *id)
{
	id->unusual = false;
	return number_of_digits(text, &id->number);
}

struct span_id spans_id_text(struct spans *s, struct str text)
{
	char bytes[ID_BYTES];
	uint64_t number;

	if (number_of_digits(text, &number) || number_of_digits(without_0x(text), &number))
		return (struct span_id){ number, false };
	if (decode_base64(text, bytes, sizeof bytes))
		return (struct span_id){ number_of_bytes((struct str){ bytes, sizeof bytes }),
					 false };
	return unusual_id(s, text);
}

struct span_id spans_id_bytes(struct spans *s, struct str bytes)
{
	return bytes.n == ID_BYTES ? (struct span_id){ number_of_bytes(bytes), false }
				   : unusual_id(s, bytes);
}

/* The first byte tells ids of 16 bytes from other texts. */
static uint32_t add_trace(struct spans *s, char kind, struct str id)
{
	s->scratch.n = 0;
	buf_byte(&s->scratch, kind);
	buf_add(&s->scratch, id);
	return strings_add(&s->traces, buf_str(&s->scratch));
}

uint32_t spans_trace_bytes(struct spans *s, struct str bytes)
{
	return add_trace(s, bytes.n == TRACE_BYTES ? 'b' : 't', bytes);
}

/* Zipkin and Jaeger have ids of 8 bytes too: those of 16 that begin with zeros. */
static uint32_t find_trace_text(struct spans *s, struct str text)
{
	struct str digits = without_0x(text);
	size_t low_digits = digits.n > (size_t)2 * ID_BYTES ? (size_t)2 * ID_BYTES : digits.n;
	struct str low = str_from(digits, digits.n - low_digits);
	struct str high = str_head(digits, digits.n - low_digits);
	uint64_t halves[2] = { 0 };
	char bytes[TRACE_BYTES];

	if (number_of_digits(low, &halves[1]) && (!high.n || number_of_digits(high, &halves[0]))) {
		for (size_t i = 0; i < sizeof bytes; i++)
			bytes[i] = (char)(halves[i / 8] >> (56 - 8 * (i % 8)));
		return add_trace(s, 'b', (struct str){ bytes, sizeof bytes });
	}
	if (decode_base64(text, bytes, sizeof bytes))
		return add_trace(s, 'b', (struct str){ bytes, sizeof bytes });
	return add_trace(s, 't', text);
}

/* Spans of a trace mostly come together. An id of bytes is remembered: it needs no escapes. */
uint32_t spans_trace_text(struct spans *s, struct str text)
{
	uint32_t trace;

	if (spans_is_last_trace(s, text))
		return s->last_trace;
	trace = find_trace_text(s, text);
	s->last_trace = strings_text(&s->traces, trace).p[0] == 'b' ? trace : 0;
	s->last_trace_text.n = 0;
	buf_add(&s->last_trace_text, text);
	return trace;
}

/* --- rows --- */

uint32_t spans_thread(struct spans *s, struct span_thread t)
{
	uint64_t hash = hash_mix(hash_mix(t.pid, t.tid), t.name);

	for (struct probe at = index_probe(&s->thread_index, hash);
	     index_next(&s->thread_index, &at);) {
		const struct span_thread *row = &s->threads[at.row];

		if (row->pid == t.pid && row->tid == t.tid && row->name == t.name)
			return at.row;
	}
	limit_check(LIMIT_THREADS, s->thread_count + 1);
	ARRAY_ROOM(s->threads, s->thread_count, s->thread_cap);
	s->threads[s->thread_count] = t;
	index_add(&s->thread_index, hash, (uint32_t)s->thread_count);
	return (uint32_t)s->thread_count++;
}

void spans_add(struct spans *s, struct span span)
{
	bool untimed = span.untimed || span.end < span.start || !span.end;

	limit_check(LIMIT_CELLS, s->count + 1);
	ARRAY_ROOM(s->rows, s->count, s->cap);
	s->threaded += span.thread != NO_ID;
	s->rows[s->count++] = (struct span_row){
		.id = span.id.number,
		.parent = span.parent.number,
		.start = span.start,
		.end = untimed ? span.start : span.end,
		.trace = span.trace,
		.name = span.name,
		.service = span.service,
		.thread = span.thread,
		.kind = (uint8_t)span.kind,
		.shared = span.shared,
		.coarse = span.coarse,
		.untimed = untimed,
		.unusual_id = span.id.unusual,
		.unusual_parent = span.parent.unusual,
	};
}

/* --- the table of a profile --- */

static void finish(struct profile *p, void *state)
{
	span_profile_add(p, state);
}

static struct span_id copy_id(struct spans *to, const struct spans *from, struct span_id id)
{
	return id.unusual ? unusual_id(to, strings_text(&from->texts, (string_id)id.number)) : id;
}

static void join_row(struct spans *to, const struct spans *from, const struct span_row *row)
{
	struct span span = {
		.trace = strings_add(&to->traces, strings_text(&from->traces, row->trace)),
		.id = copy_id(to, from, span_row_id(row)),
		.parent = copy_id(to, from, span_row_parent(row)),
		.start = row->start,
		.end = row->end,
		.name = strings_add(&to->texts, strings_text(&from->texts, row->name)),
		.service = strings_add(&to->texts, strings_text(&from->texts, row->service)),
		.thread = NO_ID,
		.kind = (enum span_kind)row->kind,
		.shared = row->shared,
		.coarse = row->coarse,
		.untimed = row->untimed,
	};

	if (row->thread != NO_ID) {
		struct span_thread t = from->threads[row->thread];

		t.name = strings_add(&to->texts, strings_text(&from->texts, t.name));
		span.thread = spans_thread(to, t);
	}
	spans_add(to, span);
}

static void join(struct profile *p, const void *state)
{
	const struct spans *from = state;
	struct spans *to = spans_of(p);

	to->options.wall |= from->options.wall;
	to->options.strip_ids |= from->options.strip_ids;
	to->options.repair_siblings |= from->options.repair_siblings;
	for (size_t i = 0; i < from->count; i++)
		join_row(to, from, &from->rows[i]);
}

static void release(void *state)
{
	struct spans *s = state;

	strings_free(&s->texts);
	strings_free(&s->traces);
	index_free(&s->thread_index);
	alloc_free(s->rows);
	alloc_free(s->threads);
	buf_free(&s->last_trace_text);
	buf_free(&s->scratch);
	alloc_free(s);
}

static const struct deferred_kind spans_kind = { NULL, finish, join, release };

struct spans *spans_find(const struct profile *p)
{
	return profile_deferred(p, &spans_kind);
}

struct spans *spans_of(struct profile *p)
{
	struct spans *s = spans_find(p);

	if (s)
		return s;
	s = alloc_zero(1, sizeof *s);
	strings_init(&s->texts);
	strings_init(&s->traces);
	span_profile_value_type(p);
	profile_defer(p, &spans_kind, s);
	return s;
}
