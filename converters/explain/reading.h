/*
 * explain/reading - from a file to plans
 *
 * 	read.c    which syntax stands where, plans of a log that are within others
 * 	lines.c   psql's tables, log entries
 * 	json.c xml.c yaml.c text.c   a syntax each
 */
#ifndef EXPLAIN_READING_H
#define EXPLAIN_READING_H

#include "converters/explain/build.h"

/* --- lines of a table or a log --- */

enum plan_line {
	LINE_END,
	LINE_TEXT,
	LINE_BREAK, /* what follows is another document */
	LINE_ENTRY, /* a log entry begins: `entry` and `duration` are set */
};

struct plan_lines {
	struct input *in;
	struct profile *p;
	bool held; /* `raw` is to be looked at again */
	struct str raw;
	bool in_entry, log;                    /* within an entry; entries have been met */
	bool table, aligned, expanded, quoted; /* psql's table; a row of CSV goes on */
	size_t width;                          /* of its rule */
	struct buf scratch;
	struct plan_entry entry;
	int64_t duration; /* nanoseconds */
};

/* *line is valid until the next call. */
enum plan_line plan_lines_next(struct plan_lines *l, struct str *line);

/* --- a document that was taken out of its lines --- */

struct plan_body {
	struct buf text;
	uint64_t *lines; /* number in the file of each line of `text` */
	size_t count, cap;
};

void plan_body_add(struct plan_body *body, struct str line, uint64_t number);

/* Counts lines of `body` up to an offset that never becomes smaller. */
struct plan_place_in_body {
	const struct plan_body *body; /* NULL: the input is the file itself */
	size_t seen, row;
};

uint64_t plan_body_line(struct plan_place_in_body *at, uint64_t offset);

/* --- syntaxes --- */

/* Read all documents of b->in; its errors name lines of the body, if there is one. */
void plan_read_json(struct plan_builder *b, const struct plan_body *body);
void plan_read_xml(struct plan_builder *b, const struct plan_body *body);

/* YAML, line by line: indented keys, "- " before elements. */
struct plan_yaml {
	struct plan_builder *b;
	struct plan_yaml_level {
		size_t indent; /* of its keys, or of the dashes of its elements */
		bool list;
	} * levels;
	size_t depth, cap;
	enum plan_key key; /* of the line before, which had no value */
	bool waiting;      /* for what is below that key */
	size_t indent;     /* of that key */
};

void plan_yaml_line(struct plan_yaml *y, struct str line);
void plan_yaml_end(struct plan_yaml *y);
void plan_yaml_free(struct plan_yaml *y);

/* Plans as text, line by line. */
struct plan_text_reader {
	struct plan_builder *b;
	struct plan_text_level {
		size_t column; /* where its name begins */
		uint32_t node;
	} * levels;
	size_t depth, cap;
	bool open; /* a plan has begun */
	struct buf subplan;
	size_t subplan_column;
	bool named;            /* `subplan` waits for its node */
	bool planning, beside; /* within "Planning:", within another part beside the tree */
	bool working;          /* `worker` is being read */
	struct plan_worker worker;
	struct buf query;
	bool asking; /* within the text of the query */
};

void plan_text_line(struct plan_text_reader *t, struct str line);
void plan_text_end(struct plan_text_reader *t);
void plan_text_free(struct plan_text_reader *t);
/* Whether the line is that of a node, with costs or times. */
bool plan_is_node_line(struct str line);

/* --- nested.c --- */

/* Marks the plans of a log whose time is within that of a later one; `keep`: only says so. */
void plans_mark_nested(struct input *in, struct profile *p, struct plans *plans, bool keep);

/* --- text_values.c --- */

/* "time=0.1..2.5 rows=3 loops=1", of a node or a worker; false after an error. */
bool plan_read_actual(struct plan_builder *b, struct str group, struct plan_means *means,
		      int64_t *loops);
bool plan_read_cost(struct plan_builder *b, uint32_t node, struct str group);
/* "Sort Method: external merge  Disk: 1234kB", "Workers Planned: 2" and what else hints are about. */
void plan_read_facts(struct plan_builder *b, uint32_t node, struct str line);
/* "Buffers: ...", "I/O Timings: ...", "WAL: ..."; false: another line. */
bool plan_read_usage(struct plan_builder *b, struct str line, int64_t *values);
/* The number behind "KEY=" among words separated by blanks or commas; false: there is none. */
bool plan_word_number(struct str words, struct str key, struct decimal *number);
/* "Planning Time: 0.1 ms" */
bool plan_read_time(struct plan_builder *b, struct str line, struct str key,
		    struct plan_number *time);
/* "Trigger b_ins on tt: time=3.7 calls=1" */
bool plan_read_trigger(struct plan_builder *b, struct str line);

#endif
