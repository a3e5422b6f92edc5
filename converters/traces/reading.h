/*
 * traces/reading - one file while it is read
 *
 * Each shape is walked value by value; `span` and `texts` are what is known of the present span.
 * A service is often named behind its spans: these wait until traces_end_resource().
 */
#ifndef TRACES_READING_H
#define TRACES_READING_H

#include "common/syntax/json_scan.h"
#include "common/syntax/protobuf.h"
#include "common/transform/traces/span_names.h"
#include "common/transform/traces/spans.h"
#include "converters/traces/internal.h"

enum { TRACES_KEYS = 19 }; /* of a span in otlp.c */

/* A span that was added before its service was known. */
struct traces_waiting {
	uint32_t row;
	string_id process; /* what it calls its process; 0: the file has one for all around */
	string_id texts[SPAN_NAME_PARTS];
};

struct traces_process {
	string_id name, service;
};

/* What Jaeger's spans refer to. */
struct traces_reference {
	struct span_id id;
	uint32_t trace; /* NO_ID: unknown, so the same */
	bool follows;
};

struct traces_reader {
	struct input *in;
	struct profile *p;
	struct spans *s;
	struct json j;
	struct span_names names;
	bool wants_description, wants_op;

	struct span span; /* the present one */
	bool has_trace, has_id, has_start, has_end;
	uint64_t at; /* the byte where it begins */
	string_id texts[SPAN_NAME_PARTS];
	int description_rank; /* of the attribute that was taken */
	struct span_thread thread;
	string_id process; /* whose service is named elsewhere */
	bool in_span;      /* attributes are those of the span */

	uint8_t key_after[TRACES_KEYS]; /* by key: the one that followed it last */

	struct traces_reference *references;
	size_t reference_count, reference_cap;

	/* of the resource or process around the spans */
	bool service_known;
	string_id service;
	uint64_t pid;
	struct traces_waiting *waiting;
	size_t waiting_count, waiting_cap;
	struct traces_process *processes;
	size_t process_count, process_cap;
	struct index process_index;
	struct buf scratch, value;
};

/* --- read.c --- */

/* Forgets the last span: the next one begins at byte `at`. */
void traces_begin_span(struct traces_reader *r, uint64_t at);
/* Adds it. An error if it has no ids. */
void traces_end_span(struct traces_reader *r);
/* A resource, which has its own service and process, begins. */
void traces_begin_resource(struct traces_reader *r);
/* The service of a process, by its name, or 0 if there is one for all. */
void traces_add_process(struct traces_reader *r, string_id process, string_id service);
/* All processes are named: spans that wait get their services. */
void traces_end_resource(struct traces_reader *r);

/* --- values.c --- */

string_id traces_intern(struct traces_reader *r, struct str text);
/* Each takes a value of JSON, of the span or of what is around it; null is as if it was not there. */
void traces_take_trace(struct traces_reader *r);
void traces_take_id(struct traces_reader *r, struct span_id *id);
void traces_take_parent(struct traces_reader *r);
string_id traces_take_text(struct traces_reader *r);
void traces_take_kind(struct traces_reader *r);
/* A time or duration: a number, or one as text, of 10^scale nanoseconds. False: null. */
bool traces_take_time(struct traces_reader *r, int scale, int64_t *ns);
/* A time as text, "2026-11-27T08:06:35.511344Z", between 1970 and 2262. */
bool traces_take_date(struct traces_reader *r, int64_t *ns);
/* The span ends so long after its start. */
void traces_set_duration(struct traces_reader *r, int64_t duration);
bool traces_expected_object(struct traces_reader *r, const char *what);

/* --- attributes.c --- */

/* Whether attributes of spans are of any use; if not, they are skipped. */
bool traces_wants_attributes(const struct traces_reader *r);
/* Which attribute it is; 0: one that is not read. */
int traces_attribute(struct str key);
/* The value of an attribute; `number`, if it is one, else `text`. */
void traces_set_attribute(struct traces_reader *r, int which, struct str text);
void traces_set_number(struct traces_reader *r, int which, uint64_t number);
/* Takes an array of {"key": ..., "value": ...}, where a value may be {"stringValue": ...}. */
void traces_take_attributes(struct traces_reader *r);
/* Takes an object of names and values. */
void traces_take_tags(struct traces_reader *r);

/* --- references.c: of both of Jaeger's shapes --- */

/* Takes an array of references. */
void traces_take_references(struct traces_reader *r);
/*
 * The parent is the first CHILD_OF to a span of the same trace, else the first FOLLOWS_FROM. Both
 * ids of the span must be known, as far as the file has them.
 */
void traces_choose_parent(struct traces_reader *r);

/* --- one for each shape: each takes the next value of the file --- */

void traces_otlp(struct traces_reader *r);
void traces_jaeger(struct traces_reader *r);
void traces_model(struct traces_reader *r);
void traces_zipkin(struct traces_reader *r);
void traces_console(struct traces_reader *r);
/* The whole file. */
void traces_protobuf(struct traces_reader *r);

#endif
