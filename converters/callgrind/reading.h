/*
 * callgrind/reading - reads a callgrind file into a profile
 *
 * 	read.c         lines: costs, names, calls and jumps
 * 	read_header.c  lines: KEY ": " VALUE
 * 	read_names.c   names by ID, functions by their names
 * 	read_rows.c    costs and arcs into the tables of the profile
 * 	read_plain.c   fast path for lines in their most common form
 */
#ifndef CALLGRIND_READING_H
#define CALLGRIND_READING_H

#include "common/base/prefetch.h"
#include "converters/callgrind/internal.h"

enum { MAX_EVENTS = 1000 };

/*
 * The names of one ID space. IDs are usually 1, 2, 3 ...: these are in an array, others in an
 * index.
 */
struct callgrind_names {
	uint32_t *dense; /* by ID: name + 1, 0 if undefined */
	size_t dense_count;
	size_t count; /* number of names in both */
	struct index index;
	struct callgrind_named_id {
		uint64_t id;
		string_id name;
	} * rows;
	size_t row_count, row_cap;
};

/* By name: the function that last had it. */
struct met {
	string_id object, file;
	uint32_t function; /* function + 1, 0: none */
	bool ours;
	bool several_files; /* it or another function of this name was in another file */
};

/* By function: its last rows. */
struct past {
	uint32_t thread; /* thread + 1, 0: none */
	uint32_t row;    /* row + 1 of all its costs, if they are summed */
	uint32_t arc;    /* row + 1 of an arc to it, the first one of its block */
};

/*
 * The lines of one function in one thread. new_here: it had none before, neither in this file
 * nor in earlier ones.
 */
struct callgrind_block {
	bool open, new_here, climbing; /* a cost has been read, at `highest` */
	uint64_t highest;              /* address or, if there are none, line */
	struct row_index costs, arcs;
	size_t first_arc; /* arcs before it belong to other blocks */
};

struct callgrind_reader {
	struct input *in;
	struct profile *p;
	struct str line;

	/* header */
	bool has_address, has_line;
	value_id *events; /* NO_ID: left out */
	int *powers;      /* power of ten of each event, if it differs from that of its
				      value type */
	size_t event_count, event_cap;
	bool plain; /* events and value types are the same, and values are plain
				      digits */
	struct thread thread_row;
	thread_id thread;     /* NO_ID until the header has been read */
	thread_id new_thread; /* the last thread that had no row before */
	struct pending {
		string_id key, value;
	} * pending; /* header lines of the next part */
	size_t pending_count, pending_cap;
	bool python;    /* arcs count outermost activations only */
	bool rewritten; /* written by our writer, whatever produced the data */
	bool ours, yappi, xdebug, valgrind, has_creator, has_ns;
	bool zeros;                     /* trailing zeros were written */
	string_id summary, part_totals; /* as written in the file */
	string_id unknown;              /* "???" */
	uint64_t unnamed;               /* number of uses of IDs that have no name yet */
	uint64_t first_unnamed, first_unnamed_line;

	/* body */
	struct callgrind_names objects, files, functions;
	struct met *met;
	size_t met_count;
	string_id object, file, inlined, name;
	function_id function; /* NO_ID until a cost needs it */
	string_id called_object, called_file, called_name;
	bool has_called_object, has_called_file, has_called_name;
	uint64_t address;
	uint32_t at_line;
	int64_t *values;           /* a row with all value types */
	int64_t lines[MAX_EVENTS]; /* sums of plain lines, for one row */
	int64_t sums[MAX_EVENTS];  /* sums of the part, to compare with its summary */
	struct callgrind_block block;
	struct past *past;
	size_t past_count;

	/* notes in comments: see details.c */
	struct system_name {
		string_id name, file, object, system;
	} * systems;
	size_t system_count, system_cap;
	struct index system_index;

	/* and notes.c */
	bool totals, known_lines;
	struct buf root;    /* the name of the function that the writer added; empty: the usual */
	size_t first_arc;   /* rows before it come from other files */
	uint32_t line_hint; /* line where the function that is looked up next begins */
	struct index own;   /* of own_functions, if lines are known */
	struct own_function {
		string_id object, file, name;
		function_id function;
	} * own_functions;
	size_t own_count, own_cap;
	uint32_t *first_call; /* by caller: row + 1 of its first arc in this file */
	size_t caller_count;
	bool *total_read; /* by function: its total has been read */
	bool *noted;      /* by caller: its calls have been noted */
	size_t total_read_count, noted_count;
};

/* --- header --- */

void callgrind_read_header(struct callgrind_reader *r, struct str key, struct str value);
/*
 * Starts a part. Costs without a header of their own belong to the thread that the preceding
 * lines name.
 */
void callgrind_start_part(struct callgrind_reader *r);
void callgrind_end_part(struct callgrind_reader *r);
/* Stores header lines at the end of the file. */
void callgrind_flush_pending(struct callgrind_reader *r);
void callgrind_set_titles(struct profile *p);
/* Sets `plain`: a value type may have become finer since. */
void callgrind_find_plain(struct callgrind_reader *r);

/* --- names --- */

/* Reads "(12) text", "(12)" or a plain text. An ID without a name is "???". */
string_id callgrind_read_name(struct callgrind_reader *r, struct callgrind_names *names,
			      struct str text);
bool callgrind_find_name(const struct callgrind_names *n, uint64_t id, string_id *name);
void callgrind_forget_names(struct callgrind_names *n);
function_id callgrind_function_of(struct callgrind_reader *r, string_id object, string_id file,
				  string_id name);
/* The file of all functions of this name that were met. False: none was, or it differs. */
bool callgrind_only_file(const struct callgrind_reader *r, string_id name, string_id *file);
/* Forgets the functions whose lines are known. */
void callgrind_forget_own_functions(struct callgrind_reader *r);
/* Prefetches what callgrind_function_of() will read; the lines in between take long enough. */
PREFETCH_FUNCTION callgrind_prefetch_function(const struct callgrind_reader *r, string_id name)
{
	if (name < r->met_count)
		PREFETCH(&r->met[name]);
}
/* Afterwards, prefetches what callgrind_add_arc() will read. */
PREFETCH_FUNCTION callgrind_prefetch_past(const struct callgrind_reader *r, string_id name)
{
	if (name < r->met_count && r->met[name].function && r->met[name].function <= r->past_count)
		PREFETCH(&r->past[r->met[name].function - 1]);
}

/* Maps "???", the spelling of an unknown file or object, to the empty string. */
static inline string_id known(const struct callgrind_reader *r, string_id id)
{
	return id == r->unknown ? 0 : id;
}

/* --- rows --- */

/* The function that costs and calls belong to at present. */
function_id callgrind_current_function(struct callgrind_reader *r);
/* The same for calls: NO_ID for those of the function that our writer added. */
function_id callgrind_caller(struct callgrind_reader *r);
/* The first adds r->values as a cost of the current function. */
void callgrind_add_cost(struct callgrind_reader *r, const struct place *at);
void callgrind_add_arc(struct callgrind_reader *r, struct arc a);
/* Whether the costs of a function are summed in one row; the current function must be known. */
bool callgrind_adds_up(const struct callgrind_reader *r);
/* Adds r->values, the sum of the lines from the lowest to the highest. */
void callgrind_add_to_function(struct callgrind_reader *r, const struct place *lowest,
			       uint32_t highest);
static inline bool begins_cost(char c)
{
	return (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '*';
}

void callgrind_forget_rows(struct callgrind_reader *r);

/* --- notes --- */

/* Handles a comment, which may be one of our notes. */
void callgrind_read_note(struct callgrind_reader *r);
void callgrind_end_totals(struct callgrind_reader *r);
/* True if the comment is a note of details.c. */
bool callgrind_read_details(struct callgrind_reader *r);
/* The system name that a note gives the function; 0: none. */
string_id callgrind_system_of(const struct callgrind_reader *r, string_id name, string_id file,
			      string_id object);
void callgrind_forget_systems(struct callgrind_reader *r);

/* --- lines --- */

/* Reads the values in the remainder of a line into r->values. False after an error. */
bool callgrind_read_values(struct callgrind_reader *r, const char *p, const char *end);
/* Reads the values of one row, one for each event, and moves *p past them. */
bool callgrind_read_some_values(struct callgrind_reader *r, const char **p, const char *end);

/* Adds a call that is complete except for its callee, which was named before. */
void callgrind_end_call(struct callgrind_reader *r, struct arc a);
/* Reads following costs and calls as long as they have their most common form. */
void callgrind_take_plain_lines(struct callgrind_reader *r);

#endif
