/*
 * profile - the one in-memory model of every format
 *
 * Neither a call graph nor a list of stacks alone is lossless: many stacks have
 * the same graph, and samples know no call counts. So a profile has shared tables
 * (strings, functions, frames, value types, threads, metadata) and two halves:
 *
 *   stacks   a trie of calling contexts and samples over it
 *   graph    self costs by function and line, arcs caller -> callee with call
 *            counts and inclusive values, recorded totals by function
 *
 * A reader fills the half that its format speaks and invents nothing; several
 * files are merged by reading them into one profile, which adds them up. The
 * transforms graph_from_stacks and stacks_from_graph fill the other half.
 *
 * Values are 64-bit integers. A time counts nanoseconds; any other value counts
 * 10^exponent of its unit. All strings and rows belong to the profile and live as
 * long; ids are dense and stay valid. Everything is in order of first appearance.
 */
#ifndef PROFILE_PROFILE_H
#define PROFILE_PROFILE_H

#include "common/base/num.h"
#include "common/profile/stacks.h"
#include "common/profile/strings.h"
#include "common/profile/values.h"

typedef uint32_t function_id;
typedef uint32_t value_id;
typedef uint32_t thread_id;
#define NO_ID UINT32_MAX

/*
 * A function is its name, file, object and, where the format knows it, the line
 * where it begins. Unknown texts are empty, an unknown line is 0.
 */
struct function {
	string_id name, file, object;
	uint32_t line;
	bool line_inferred; /* it is only the first line with a figure; equal rows may differ in this */
};

/* A frame is a function and the place it had reached; 0 is unknown. */
struct frame {
	function_id function;
	uint32_t line, column;
};

/* The rows of a table from one on: those before `end` are in the index. */
struct row_index {
	struct index index;
	size_t end;
};

enum unit { UNIT_NONE, UNIT_TIME, UNIT_BYTES };

/*
 * `source_scale` is for times: the source counted in 10^source_scale nanoseconds (9: seconds),
 * so that a writer can spell them as the source did. `counts` marks one that came
 * from bare counts: a target of bare counts gets it in the same unit again.
 */
struct value_type {
	string_id name;     /* "time", "samples", "Ir" */
	string_id title;    /* a long name, or empty */
	enum unit unit;
	int exponent;       /* 0 to -9; 0 for times */
	int source_scale;
	bool counts;
};

struct thread {
	string_id name;
	uint64_t pid, tid;  /* 0: unknown */
	uint32_t part;      /* a dump of it among several, 0: the only one */
};

/* A line of text about the profile, or about one thread: "cmd", "./a.out". */
struct metadata {
	thread_id thread;   /* NO_ID: the whole profile */
	string_id key, value;
};

/* --- stack half --- */

struct sample {
	thread_id thread;
	stack_id stack;
	uint64_t count;     /* how many of the source's samples are in this row */
};

/* Enter or leave, in order, where the source recorded that. */
struct call_event {
	int64_t at;
	thread_id thread;
	value_id value;
	frame_id frame;
	bool enter;         /* or leave */
};

/* What a format says of one thread's time line in one value type. */
struct time_range {
	thread_id thread;
	value_id value;
	int64_t start, end;
	bool call_events;   /* the source wrote enter and leave, not samples */
};

/* --- graph half --- */

/* Where in the code: the file is empty when it is the function's own. */
struct place {
	string_id file;
	uint32_t line;
	uint64_t address;
};

struct cost {
	thread_id thread;
	function_id function;
	struct place at;
};

/* The same in its table: few files have addresses, and none of ten million rows is small. */
struct cost_row {
	thread_id thread;
	function_id function;
	string_id file;
	uint32_t line;
};

/*
 * What an arc's inclusive value counts when its callee calls itself again:
 * callgrind adds up every activation, pstat the outermost ones only.
 */
enum rule { RULE_OUTERMOST, RULE_EVERY };

struct arc {
	thread_id thread;
	function_id caller, callee;
	enum rule rule : 8;
	bool values_known;    /* the inclusive values are known, not only the calls */
	bool self_known;      /* so is the callee's self part; set by profile_arc() */
	bool running;         /* was called before its part began: a row of its own */
	struct place site;    /* in the caller */
	struct place target;  /* in the callee; its file is not used */
	int64_t calls, primitive;
};

struct jump {
	thread_id thread;
	function_id from, to;
	struct place at, target;
	bool conditional;
	int64_t executed, followed;
};

/* What a file says of a whole function, beside costs and arcs. */
struct total {
	bool known;
	int64_t calls, primitive;
};

struct profile {
	struct strings strings;
	struct function *functions;
	size_t function_count, function_cap;
	struct row_index function_rows;
	struct frame *frames;
	size_t frame_count, frame_cap;
	struct index frame_index;
	struct value_type *value_types;
	size_t value_count, value_cap;
	struct thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;
	struct metadata *metadata;
	size_t metadata_count, metadata_cap;
	struct index metadata_index;

	struct stacks stacks;
	struct sample *samples;
	size_t sample_count, sample_cap;
	struct values sample_values;
	uint32_t *sample_first;    /* by stack: its first row + 1 */
	size_t sample_first_count, sample_first_cap;
	struct index sample_index; /* of the rows that are not their stack's first */
	struct call_event *call_events;
	size_t call_event_count, call_event_cap;
	struct time_range *time_ranges;
	size_t time_range_count, time_range_cap;
	struct index time_range_index;

	struct cost_row *costs;
	size_t cost_count, cost_cap;
	uint64_t *cost_addresses;  /* of the first rows; that of the others is 0 */
	size_t cost_address_count, cost_address_cap;
	struct values cost_values;
	struct row_index cost_rows;
	struct arc *arcs;
	size_t arc_count, arc_cap;
	struct values arc_values;  /* inclusive */
	struct values arc_self;    /* the callee's self part, where it is known */
	struct row_index arc_rows;
	struct jump *jumps;
	size_t jump_count, jump_cap;
	struct index jump_index;
	struct total *totals;      /* by function; may be shorter than functions */
	size_t total_count, total_cap;
	struct values total_values; /* inclusive */

	/* set by whoever reads or derives */
	const char *source;  /* name of the format it was read from; NULL: nobody said */
	bool keep_order;     /* ask readers to keep samples in order, call events too */
	bool without_lines;  /* readers may add up a function's costs, at its lowest line */
	unsigned left_out;   /* FEATURE_* bits of what readers did not keep for that reason */
	bool sorted;         /* made by profile_canonical(); rows may have come since */
	bool ordered;        /* samples are rows in time order, not aggregated */
	bool estimated;      /* the stacks come from stacks_from_graph */
	bool arcs_estimated; /* inclusive values of arcs come from arc_values_estimate */
	bool calls_sampled;  /* calls are numbers of samples: nobody counted calls */
	bool inclusive_only; /* inclusive values hold time that is nobody's self value, by intent */
	bool all_callers;    /* each call has its arc, but for functions that nobody calls */
	bool line_functions; /* each function is one line of code of a real one */
	uint64_t rounded;    /* values that had more digits than are kept */
	uint64_t comments;   /* lines skipped as comments */
	uint64_t bad_lines;  /* lines skipped because they were malformed */
	string_id estimate;  /* what the stacks' estimate rests on, in words; empty: unknown */
	string_id missing;   /* what the source is known to lack, in words; empty: nothing */
};

struct profile *profile_new(void);
void profile_free(struct profile *p);
/* A transform's result takes the place of what it was made of. */
void profile_replace(struct profile **p, struct profile *next);
/* As a new one; the room of small tables stays, for who reads thousands of files. */
void profile_clear(struct profile *p);

/* 0; -1 after a message naming `what` (masked here) and the value type if a sum overflowed. */
int profile_status(const struct profile *p, const char *what);

/* --- shared tables: each returns the id of an equal row or of a new one --- */

string_id profile_string(struct profile *p, struct str text);
function_id profile_function(struct profile *p, struct function f);
/* The same for who knows that no function is equal: its name is a new string. */
function_id profile_new_function(struct profile *p, struct function f);
frame_id profile_frame(struct profile *p, struct frame f);
/* Equal name and unit: the same value type. A new column in every table of values. */
value_id profile_value_type(struct profile *p, struct value_type type);
thread_id profile_thread(struct profile *p, struct thread t);
uint32_t profile_metadata(struct profile *p, thread_id thread, struct str key, struct str value);

static inline struct str profile_text(const struct profile *p, string_id id)
{
	return strings_text(&p->strings, id);
}

static inline struct str function_name(const struct profile *p, function_id f)
{
	return profile_text(p, p->functions[f].name);
}

/* The function's file or, where that is unknown, its object. */
static inline struct str function_location(const struct profile *p, function_id f)
{
	const struct function *fn = &p->functions[f];

	return profile_text(p, fn->file ? fn->file : fn->object);
}

/*
 * A number as the source wrote it, in the value type's own measure. A finer one
 * rescales what was read before; digits below a nanosecond, or below 10^-9 of
 * another unit, are rounded and counted in p->rounded. False: does not fit.
 */
bool profile_number(struct profile *p, value_id v, struct decimal number, int64_t *value);
/* Counts it in 10^exponent of its unit from now on, which is finer. */
void profile_rescale(struct profile *p, value_id v, int exponent);
/* The way back: a value as a decimal in nanoseconds * 10^power or in the unit. */
struct decimal profile_decimal(const struct profile *p, value_id v, int64_t value,
			       int power);

/* --- the halves: rows with equal keys are added up (unless p->ordered) --- */

void profile_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
		    int64_t value, uint64_t count);
void profile_sample_row(struct profile *p, struct sample s, const int64_t *values);
/* The same for who knows that no sample has that thread and stack. */
void profile_new_sample(struct profile *p, thread_id t, stack_id stack, value_id v,
			int64_t value);
void profile_call_event(struct profile *p, struct call_event a);
/* Or NULL. */
struct time_range *profile_time_range(const struct profile *p, thread_id t, value_id v);
void profile_add_time_range(struct profile *p, struct time_range s); /* widens one that is there */

/* `values` has a number for each value type; NULL counts as zeros. */
void profile_cost(struct profile *p, struct cost c, const int64_t *values);
/* The row; self may be NULL if nobody says. */
uint32_t profile_arc(struct profile *p, struct arc a, const int64_t *values,
		     const int64_t *self);
/*
 * The same in steps, as strings_prefetch() has them: for who adds many arcs to a large table
 * in no order. Its own `self_known` is set.
 */
uint64_t profile_arc_hash(const struct arc *a);
void profile_prefetch_arc(const struct profile *p, uint64_t hash, enum prefetch_step what);
uint32_t profile_arc_hashed(struct profile *p, struct arc *a, uint64_t hash,
			    const int64_t *values, const int64_t *self);
/*
 * The same for who knows that no row with that key is there (a caller's callees in a
 * dict, a function's lines in their order): nothing is looked up, and a table that
 * grows by these alone has no index.
 */
uint32_t profile_new_cost(struct profile *p, struct cost c, const int64_t *values);
uint32_t profile_new_arc(struct profile *p, const struct arc *a, const int64_t *values,
			 const int64_t *self);
/*
 * The same for who knows that only the newest rows can have that key: `among` begins with
 * .end as the first of them. Its owner frees the index.
 */
void profile_cost_among(struct profile *p, struct row_index *among, struct cost c,
			const int64_t *values);
uint32_t profile_arc_among(struct profile *p, struct row_index *among, struct arc a,
			   const int64_t *values, const int64_t *self);
static inline struct cost profile_cost_row(const struct profile *p, size_t row)
{
	const struct cost_row *c = &p->costs[row];

	return (struct cost){ c->thread, c->function, { c->file, c->line,
		row < p->cost_address_count ? p->cost_addresses[row] : 0 } };
}
/* Says of an arc that has none what of the callee's self value came through it. */
void profile_set_arc_self(struct profile *p, uint32_t row, const int64_t *self);
void profile_jump(struct profile *p, struct jump j);
void profile_total(struct profile *p, function_id f, int64_t calls, int64_t primitive,
		   const int64_t *inclusive);

static inline bool profile_has_total(const struct profile *p, function_id f)
{
	return f < p->total_count && p->totals[f].known;
}

static inline bool profile_has_stacks(const struct profile *p)
{
	return p->sample_count > 0;
}

static inline bool profile_has_graph(const struct profile *p)
{
	return p->cost_count || p->arc_count || p->total_count;
}

/* A pass over each table of values, for what concerns all of them. */
#define PROFILE_VALUE_TABLES 5
struct values *profile_values(struct profile *p, int table);

#endif
