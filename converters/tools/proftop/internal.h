/*
 * proftop/internal - what its views share
 */
#ifndef PROFTOP_INTERNAL_H
#define PROFTOP_INTERNAL_H

#include "common/program/cells.h"
#include "common/syntax/table.h"
#include "common/program/flat_options.h"
#include "common/transform/callgraph/flat_profile.h"

struct proftop_options {
	const char *from, *peek, *list;
	const char *source_path; /* directories, separated by ':' */
	char **files;            /* the inputs: sources may be beside them */
	int file_count;
	const char *by;  /* the key of labels that rows are about; NULL: functions */
	const char *per; /* the value type that values are divided by; NULL: none */
	bool tree, lines, no_idle, hints;
	int sort, format; /* format: of TOP_FORMATS */
	uint64_t limit;   /* rows; 0: all */
	bool limit_given;
	int color;                 /* auto, always, never */
	double min_share;          /* a share: rows and branches below it are left out */
	struct option_list labels; /* for metrics and log lines */
	bool colors;
	size_t width; /* of the terminal; 0: it is none */
};
#define TOP_FORMATS TABLE_FORMATS "|openmetrics"
enum { FORMAT_OPENMETRICS = TABLE_MARKDOWN + 1 };

/* The look that the options say. */
struct table_style proftop_look(const struct proftop_options *o);

/*
 * Copies the columns of rows about functions; those about labels say so in the first, for
 * programs, and the last. The table refers to the copy.
 */
const struct table_column *proftop_columns(const struct proftop_options *o,
					   const struct table_column *functions, size_t count,
					   struct table_column *columns);
/* Appends " in 90 functions, 8 shown". */
void proftop_add_count(const struct proftop_options *o, struct buf *b, const struct flat_profile *f,
		       size_t shown);
/* Function, file, line, value type and unit, for programs: the first five cells of a row. */
void proftop_identity(struct table *t, const struct flat_profile *f, const struct flat_row *row);
/* name (file:line), in a cell of its own. */
void proftop_function(struct table *t, const struct flat_row *f);
/* A line's number; 0 is unknown, also to programs. */
void proftop_line(struct table *t, uint32_t line);
/* file:line, in a cell of its own. */
void proftop_place(struct table *t, struct str file, uint32_t line);
/* The colour of such a share of the total; NULL: none. */
const char *proftop_heat(int64_t value, int64_t total);
/* Whether --min-share lets it be shown. */
bool proftop_is_heavy(const struct proftop_options *o, int64_t value, int64_t total);
/*
 * By row, whether its function has that name; if none has, whether it is part of the name. NULL
 * after a message if there is none of these either. The caller frees it.
 */
bool *proftop_choose(const struct flat_profile *f, struct str wanted);
/* Writes the table and frees it. */
void proftop_put(const struct proftop_options *o, struct table *t, struct output *out);

/*
 * Where a cost is, and where the caller calls: the file, which of inlined code is not that of
 * the function, and the line; empty and 0: unknown.
 */
struct str proftop_cost_file(const struct profile *p, size_t i);
uint32_t proftop_cost_line(const struct profile *p, size_t i);
struct str proftop_site_file(const struct profile *p, const struct arc *a);

/* The views. p has the half that they need. */
void proftop_flat(const struct proftop_options *o, struct output *out,
		  const struct flat_profile *f);
/* Values of one type divided by those of another; the exponent of the first is changed. */
void proftop_per(const struct proftop_options *o, struct output *out, struct profile *p,
		 value_id value, value_id per);
void proftop_lines(const struct proftop_options *o, struct output *out, const struct profile *p,
		   value_id v);
/* These three are about the functions that proftop_choose() finds: -1 after its message. */
int proftop_peek(const struct proftop_options *o, struct output *out, const struct flat_profile *f);
int proftop_peek_lines(const struct proftop_options *o, struct output *out,
		       const struct flat_profile *f);
int proftop_list(const struct proftop_options *o, struct output *out, const struct flat_profile *f);
void proftop_hints(const struct proftop_options *o, struct output *out, const struct profile *p);
void proftop_tree(const struct proftop_options *o, struct output *out, const struct profile *p);

/* The rows in the order of --sort, the heaviest first; the caller frees it. */
uint32_t *proftop_order(const struct proftop_options *o, const struct flat_profile *f);
/* How many rows of `count` are shown; in the order they come by `self`. */
uint32_t proftop_limit(const struct proftop_options *o, uint32_t count);

#endif
