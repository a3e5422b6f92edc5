/*
 * callgrind/reading - a callgrind file into a profile
 *
 *	callgrind_read.c         lines: costs, names, calls and jumps
 *	callgrind_read_header.c  lines: KEY ": " VALUE
 *	callgrind_read_names.c   names by ID, functions by their names
 *	callgrind_read_rows.c    costs and arcs into the profile's tables
 *	callgrind_read_plain.c   lines that are written as nearly all are
 */
#ifndef CALLGRIND_READING_H
#define CALLGRIND_READING_H

#include "common/base/prefetch.h"
#include "converters/callgrind/internal.h"

enum { MAX_EVENTS = 1000 };

/* One ID space. IDs are mostly 1, 2, 3 ...: an array has their names, rows the others. */
struct callgrind_names {
	uint32_t *dense;           /* by ID: name + 1; 0: none */
	size_t dense_count;
	size_t count;              /* names in both */
	struct index index;
	struct callgrind_named_id {
		uint64_t id;
		string_id name;
	} *rows;
	size_t row_count, row_cap;
};

/* By name: the function that had it when it was last met. */
struct met {
	string_id object, file;
	uint32_t function;         /* + 1; 0: none */
	bool ours;
};

/* By function: where it had rows last. */
struct past {
	uint32_t thread;           /* + 1; 0: nowhere */
	uint32_t row;              /* + 1; of all its costs, if they are added up */
	uint32_t arc;              /* + 1; one to it, the first of its block */
};

/*
 * Lines of one function in one thread. A fresh one had none before, neither in this
 * file nor in those before it.
 */
struct callgrind_block {
	bool open, new_here, climbing; /* a cost was there, at `highest` */
	uint64_t highest;          /* address or, without addresses, line */
	struct row_index costs, arcs;
	size_t first_arc;          /* those before are of other blocks */
};

struct callgrind_reader {
	struct input *in;
	struct profile *p;
	struct str line;

	/* header */
	bool has_address, has_line;
	value_id *events;
	int *powers;               /* an event's own, where the type has another */
	size_t event_count, event_cap;
	bool plain;                /* events are the value types, digits their values */
	struct thread thread_row;
	thread_id thread;          /* NO_ID until the header has been read */
	thread_id new_thread;      /* the last that no row had before */
	struct pending {
		string_id key, value;
	} *pending;                /* header lines of the part to come */
	size_t pending_count, pending_cap;
	bool python;               /* arcs count outermost activations */
	bool rewritten;            /* by the writer here, whoever made it */
	bool ours, yappi, has_creator, has_ns;
	bool zeros;                /* zeros were written at the end of lines */
	string_id summary;         /* as it stands in the file */
	string_id unknown;         /* "???" */

	/* body */
	struct callgrind_names objects, files, functions;
	struct met *met;
	size_t met_count;
	string_id object, file, inlined, name;
	function_id function;      /* NO_ID until a cost needs it */
	string_id called_object, called_file, called_name;
	bool has_called_object, has_called_file, has_called_name;
	uint64_t address;
	uint32_t at_line;
	int64_t *values;           /* a row of all value types */
	int64_t lines[MAX_EVENTS];  /* sums of plain lines, for one row */
	int64_t sums[MAX_EVENTS];  /* of the part, to compare with its summary */
	struct callgrind_block block;
	struct past *past;
	size_t past_count;

	/* notes in comments: see details.c */
	struct system_name {
		string_id name, file, object, system;
	} *systems;
	size_t system_count, system_cap;
	struct index system_index;

	/* and callgrind_totals.c */
	bool totals, known_lines;
	size_t first_arc;           /* rows before it are of other files */
	uint32_t line_hint;         /* where the function that is looked up next begins */
	struct index own;           /* of own_functions, where lines are known */
	struct own_function {
		string_id object, file, name;
		function_id function;
	} *own_functions;
	size_t own_count, own_cap;
	uint32_t *first_call;       /* by caller: the first row of this file's arcs + 1 */
	size_t caller_count;
	bool *total_read;           /* by function: its total has been read */
	bool *noted;                /* by caller: its calls have been told of */
	size_t total_read_count, noted_count;
};

/* --- header --- */

void callgrind_read_header(struct callgrind_reader *r, struct str key, struct str value);
/* Costs without a header of their own belong to the thread that the lines before name. */
void callgrind_start_part(struct callgrind_reader *r);
void callgrind_end_part(struct callgrind_reader *r);
/* Header lines at the end of the file. */
void callgrind_flush_pending(struct callgrind_reader *r);
void callgrind_set_titles(struct profile *p);
/* Whether the events' values are plain digits; finer ones may have come since. */
void callgrind_find_plain(struct callgrind_reader *r);

/* --- names --- */

/* "(12) text", "(12)" or text. */
string_id callgrind_read_name(struct callgrind_reader *r, struct callgrind_names *names, struct str text);
bool callgrind_find_name(const struct callgrind_names *n, uint64_t id, string_id *name);
void callgrind_forget_names(struct callgrind_names *n);
function_id callgrind_function_of(struct callgrind_reader *r, string_id object, string_id file, string_id name);
/* Forgets whose lines are known. */
void callgrind_forget_own_functions(struct callgrind_reader *r);
/* Fetches what callgrind_function_of() will look at: the lines between are time enough. */
PREFETCH_FUNCTION callgrind_prefetch_function(const struct callgrind_reader *r, string_id name)
{
	if (name < r->met_count)
		PREFETCH(&r->met[name]);
}
/* Then, what callgrind_add_arc() will look at. */
PREFETCH_FUNCTION callgrind_prefetch_past(const struct callgrind_reader *r, string_id name)
{
	if (name < r->met_count && r->met[name].function &&
	    r->met[name].function <= r->past_count)
		PREFETCH(&r->past[r->met[name].function - 1]);
}

/* "???" is how an unknown file or object is spelled. */
static inline string_id known(const struct callgrind_reader *r, string_id id)
{
	return id == r->unknown ? 0 : id;
}

/* --- rows --- */

/* The function that costs and calls belong to now. */
function_id callgrind_current_function(struct callgrind_reader *r);
/* Adds r->values; the first for the current function. */
void callgrind_add_cost(struct callgrind_reader *r, const struct place *at);
void callgrind_add_arc(struct callgrind_reader *r, struct arc a);
/* Whether a function's costs are one row; the current one must be known. */
bool callgrind_adds_up(const struct callgrind_reader *r);
/* Adds r->values, which are of lines from the lowest to the highest. */
void callgrind_add_to_function(struct callgrind_reader *r, const struct place *lowest, uint32_t highest);
static inline bool begins_cost(char c)
{
	return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '*';
}

void callgrind_forget_rows(struct callgrind_reader *r);

/* --- notes --- */

/* A comment, which may be one of ours. */
void callgrind_read_note(struct callgrind_reader *r);
void callgrind_end_totals(struct callgrind_reader *r);
/* True if the comment is a note of details.c. */
bool callgrind_read_details(struct callgrind_reader *r);
/* What a note said of the function; 0: nothing. */
string_id callgrind_system_of(const struct callgrind_reader *r, string_id name, string_id file,
			      string_id object);
void callgrind_forget_systems(struct callgrind_reader *r);

/* --- lines --- */

/* The values of a line's rest into r->values; false after an error. */
bool callgrind_read_values(struct callgrind_reader *r, const char *p, const char *end);
/* The values of one row, which moves *p behind them: all that there are events. */
bool callgrind_read_some_values(struct callgrind_reader *r, const char **p, const char *end);

/* A call of which all but the callee is known, that was named before. */
void callgrind_end_call(struct callgrind_reader *r, struct arc a);
/* Takes the costs and calls that come now and are written as nearly all are. */
void callgrind_take_plain_lines(struct callgrind_reader *r);

#endif
