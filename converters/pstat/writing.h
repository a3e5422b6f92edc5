/* pstat/writing - shared by the parts of the writer */
#ifndef PSTAT_WRITING_H
#define PSTAT_WRITING_H

#include "common/syntax/marshal.h"
#include "common/transform/callgraph/call_table.h"
#include "converters/pstat/internal.h"

struct pstat_row {
	struct str file, name;
	string_id file_text, name_text; /* the same as texts of the profile, 0 if they are none */
	uint32_t line;
	bool guess; /* the line where it begins is unknown */
};

/*
 * Numbers by which marshal refers to what was written before, counted from 1; 0: not written
 * yet.
 */
struct pstat_references {
	uint32_t *of_key;  /* by row, the root's last; NULL: keys are written in full */
	uint32_t *of_text; /* by text of the profile */
	uint32_t count;
};

struct pstat_writer {
	const struct profile *p;
	int digits;
	struct pstat_row *rows; /* each key once; the root, if there is one, behind the last */
	size_t count;
	uint32_t *row_of; /* by function: its row, or NO_ID */
	struct call_table table;
	uint32_t *order; /* of the rows in the file */
	bool *entries;   /* by row: what the root calls; NULL: there is no root */
	int64_t whole;   /* the root's inclusive value */
	bool guesses;    /* some number in the file is a guess */
	struct pstat_references references;
	struct buf root, text;
};

/* Decides whether keys that were written before are referred to. */
void pstat_open_references(struct pstat_writer *w);
void pstat_close_references(struct pstat_writer *w);

void pstat_put_name(struct output *out, struct pstat_writer *w, struct str name);
/* A guess is a long: the same number for Python, and unknown when we read it again. */
void pstat_put_number(struct output *out, int64_t value, bool guess);
/* The key of a row; w->count stands for the root. */
void pstat_put_key(struct output *out, struct pstat_writer *w, size_t row);
/* The key of a file without functions. */
void pstat_put_plain_key(struct output *out, struct pstat_writer *w, const struct pstat_row *row);

#endif
