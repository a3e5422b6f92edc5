/*
 * spans - the spans of distributed traces, from any number of files
 *
 * A span is an operation with a start and an end; spans of one trace id form a tree by the ids
 * of their parents. Spans are reported when they end, so children come before their parents,
 * often in another batch or file. So readers only fill this table, one row a span; trees are made
 * behind the last file (span_trees.h), and samples of them (span_profile.h).
 *
 * The table is a deferred state of the profile (common/profile/deferred.h), shared by all readers
 * of spans:
 *
 *	struct spans *s = spans_of(p);
 *	struct span span = { .start = ..., .end = ... };
 *	span.trace = spans_trace_text(s, S("3835779c5342904ab8addbf8135a1a1b"));
 *	span.id = spans_id_text(s, S("e1513ba400b65582"));
 *	span.name = strings_add(&s->texts, S("db.query"));
 *	spans_add(s, span);
 *
 * Ids are only compared. The same id is equal in all spellings in use: as bytes, hexadecimal
 * digits with or without 0x and zeros in front, base64 of 8 (a trace: 16) bytes. Any other text
 * is an id too.
 */
#ifndef TRACES_SPANS_H
#define TRACES_SPANS_H

#include "common/profile/profile.h"

/* A number, or the row of an unusual text in `texts`. */
struct span_id {
	uint64_t number;
	bool unusual;
};
/* 0 stands for none: the W3C's trace context has no such id. */
static inline bool span_id_known(struct span_id id)
{
	return id.number || id.unusual;
}
static inline bool span_id_eq(struct span_id a, struct span_id b)
{
	return a.number == b.number && a.unusual == b.unusual;
}

/* In the order of OTLP's numbers. */
enum span_kind {
	SPAN_UNKNOWN,
	SPAN_INTERNAL,
	SPAN_SERVER,
	SPAN_CLIENT,
	SPAN_PRODUCER,
	SPAN_CONSUMER,
	SPAN_KINDS
};
/* "server"; empty for SPAN_UNKNOWN. */
struct str span_kind_name(enum span_kind kind);
/* In any case, and also as in "SPAN_KIND_SERVER" or "SpanKind.SERVER". */
enum span_kind span_kind_find(struct str word);

/* What a reader says of a span. Times are nanoseconds, from 0 on. */
struct span {
	uint32_t trace; /* of spans_trace_...() */
	struct span_id id, parent;
	int64_t start, end;
	string_id name, service; /* in `texts`; a service may be unknown: 0 */
	uint32_t thread;         /* of spans_thread(); NO_ID: unknown */
	enum span_kind kind;
	bool shared;  /* Zipkin's: the server's half of a call, under the id of the client's */
	bool coarse;  /* times are whole microseconds, rounded down one by one */
	bool untimed; /* the source has no end of it; set by spans_add() if it ends before it
			 starts, or at 0. It has no duration then. */
};

/* Stored form. */
struct span_row {
	uint64_t id, parent;
	int64_t start, end;
	uint32_t trace;
	string_id name, service;
	uint32_t thread;
	uint8_t kind;
	bool shared : 1, coarse : 1, untimed : 1, unusual_id : 1, unusual_parent : 1;
};

struct span_thread {
	uint64_t pid, tid;
	string_id name;
};

/* What users choose; read with the first file, and the same for all. */
struct span_options {
	bool wall;            /* span_trees.h */
	bool strip_ids;       /* span_names.h */
	bool repair_siblings; /* span_trees.h */
};

struct spans {
	struct span_row *rows;
	size_t count, cap;
	struct strings texts;  /* names, services, unusual ids */
	struct strings traces; /* by number */
	struct span_thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;
	size_t threaded; /* spans with a thread */
	struct span_options options;
	uint32_t last_trace; /* what spans_trace_text() was asked last; 0: an unusual one */
	struct buf last_trace_text, scratch;
};

/* The table of p, which gets an empty one if it has none, and the value type "time". */
struct spans *spans_of(struct profile *p);
/* The table if there is one, or NULL. */
struct spans *spans_find(const struct profile *p);

/* Each is the number of a trace; an empty id is a trace too. */
uint32_t spans_trace_text(struct spans *s, struct str text);
uint32_t spans_trace_bytes(struct spans *s, struct str bytes);
/* The text is that of the last spans_trace_text(), whose number is s->last_trace. */
static inline bool spans_is_last_trace(const struct spans *s, struct str text)
{
	return s->last_trace && str_eq(text, buf_str(&s->last_trace_text));
}
/* The id of a span, if the text is up to 16 hexadecimal digits. */
bool spans_id_digits(struct str text, struct span_id *id);
/* The id of a span. Not known if the text is empty, or zeros. */
struct span_id spans_id_text(struct spans *s, struct str text);
struct span_id spans_id_bytes(struct spans *s, struct str bytes);

/* The same number for equal threads. */
uint32_t spans_thread(struct spans *s, struct span_thread t);

void spans_add(struct spans *s, struct span span);

static inline struct span_id span_row_id(const struct span_row *row)
{
	return (struct span_id){ row->id, row->unusual_id };
}
static inline struct span_id span_row_parent(const struct span_row *row)
{
	return (struct span_id){ row->parent, row->unusual_parent };
}

#endif
