/*
 * profile - the one in-memory model of every format
 *
 * Neither a call graph nor a list of stacks alone is lossless: many stacks have
 * the same graph, and samples know no call counts. So a profile has shared tables
 * (strings, functions, frames, value types, threads, metadata) and two halves:
 *
 *   stacks   a trie of calling contexts and samples over it, with labels and times
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
 *
 * What few formats know is in side tables, so that profiles without it stay as small:
 * the argument of profile_sample_row() or profile_frame() says all of it, its zeros
 * mean unknown, and profile_sample_at() and profile_frame_at() give it back. A reader of
 * pprof, OTLP, perf script and the like brings it in so:
 *
 *	text or number of a sample   profile_label(), several into profile_label_set()
 *	mapping, location            profile_mapping(), struct frame
 *	location without a function  profile_unsymbolised_frame()
 *	inlined lines of a location  a frame each, the caller first; all but the first inlined
 *	mangled name                 struct function's system
 *	time of a sample             struct sample's time, in profiles that are ordered
 *	period, start, duration      p->recording
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
typedef uint32_t mapping_id;
typedef uint32_t label_id;
typedef uint32_t label_set_id;
enum { NO_MAPPING = 0, NO_LABELS = 0 };
#define NO_ID UINT32_MAX

/*
 * A function is its name, file, object and, where the format knows it, the line
 * where it begins. Unknown texts are empty, an unknown line is 0.
 */
struct function {
	string_id name, file, object;
	uint32_t line;
	bool line_inferred; /* it is only the first line with a figure; equal rows may differ in this */
	string_id system; /* the name that the linker knows, "_ZN3foo3barEv"; empty: unknown */
};

/*
 * A piece of an object (a program, a library, "[vdso]") in memory: the bytes from
 * `start` up to `limit` are those of the file from `offset` on. Mapping 0 is none.
 */
struct mapping {
	string_id object;
	string_id build_id; /* as the source spells it, mostly hexadecimal digits */
	uint64_t start, limit, offset;
};

/* What runs a frame's code, or what the thread did instead. */
#define FRAME_KIND_LIST(X) \
	X(KERNEL, "kernel") X(NATIVE, "native") X(INTERPRETED, "interpreted") \
	X(JIT, "jit") X(GC, "gc") X(IDLE, "idle")
enum frame_kind {
	FRAME_UNKNOWN,
#define X(name, text) FRAME_##name,
	FRAME_KIND_LIST(X)
#undef X
	FRAME_KINDS
};

/*
 * A frame is a function and the place it had reached; 0 is unknown. Frames that differ in
 * any of this are different frames.
 */
struct frame {
	function_id function;
	uint32_t line, column;
	mapping_id mapping;
	enum frame_kind kind;
	bool inlined;       /* into the frame that called it: both have one address */
	bool unsymbolised;  /* the source knows no function: its name is made of the address */
	uint64_t address;   /* as in memory, so between the mapping's start and limit */
};

/* The same in its table. */
struct frame_row {
	function_id function;
	uint32_t line, column;
};
struct frame_detail {
	uint64_t address;
	mapping_id mapping;
	uint8_t kind;
	bool inlined, unsymbolised;
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

/* How it was recorded, as far as the source says; 0 is unknown. */
struct recording {
	string_id default_value;   /* name of the value type to show if nobody asks for another */
	string_id period_name;     /* one sample was taken every `period` of this, "cpu" */
	string_id period_unit;     /* "nanoseconds" */
	int64_t period;
	int64_t start;             /* nanoseconds since 1970 */
	int64_t duration;          /* nanoseconds */
};

/* --- stack half --- */

/*
 * What a source says of a sample beside its stack: "thread_name" = "main", or the number
 * "bytes" = 4096 in the unit "bytes". A key may have several labels in one sample.
 */
struct label {
	string_id key;
	string_id text;     /* empty for a number */
	string_id unit;     /* of a number, may be empty */
	bool is_number;
	int64_t number;
};

/*
 * The labels of a sample, each once: a set is its label with the highest id and the set
 * of the others. Set 0 is empty, a set's id is higher than that of its rest.
 */
struct label_sets {
	label_id *label;
	label_set_id *rest;
	size_t count, cap;  /* with the empty set; 0: no sample has labels */
	struct index index;
};

/* Thread, stack and labels are its identity; so is its place in ordered profiles. */
struct sample {
	thread_id thread;
	stack_id stack;
	uint64_t count;     /* how many of the source's samples are in this row */
	label_set_id labels;
	bool timed;         /* `time` is known; kept where p->ordered */
	/* when it was taken: nanoseconds since recording.start or, where that is unknown,
	 * by the source's clock; samples are in order, but may have gaps between them */
	int64_t time;
};

/* The same in its table. */
struct sample_row {
	thread_id thread;
	stack_id stack;
	uint64_t count;
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
	struct mapping *mappings;  /* the first is none */
	size_t mapping_count, mapping_cap;
	struct index mapping_index;
	struct frame_row *frames;
	size_t frame_count, frame_cap;
	struct frame_detail *frame_details; /* of the first frames; the others have none */
	size_t frame_detail_count, frame_detail_cap;
	struct index frame_index;
	struct value_type *value_types;
	size_t value_count, value_cap;
	struct thread *threads;
	size_t thread_count, thread_cap;
	struct index thread_index;
	struct metadata *metadata;
	size_t metadata_count, metadata_cap;
	struct index metadata_index;
	struct recording recording;
	bool recorded;             /* some file has said of it */

	struct stacks stacks;
	struct label *labels;
	size_t label_count, label_cap;
	struct index label_index;
	struct label_sets label_sets;
	struct sample_row *samples;
	size_t sample_count, sample_cap;
	label_set_id *sample_labels; /* of the first rows; the others have none */
	size_t sample_label_count, sample_label_cap;
	int64_t *sample_times;       /* of the first rows; NO_TIME: unknown */
	size_t sample_time_count, sample_time_cap;
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
	bool system_names;   /* some function has one */
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
mapping_id profile_mapping(struct profile *p, struct mapping m);
/* Equal name and unit: the same value type. A new column in every table of values. */
value_id profile_value_type(struct profile *p, struct value_type type);
thread_id profile_thread(struct profile *p, struct thread t);
uint32_t profile_metadata(struct profile *p, thread_id thread, struct str key, struct str value);

/*
 * The frame of an address that the source knows no function for: "libc.so.6+0x27ac0",
 * the offset being that in the object's file; "0x7f04" where there is no mapping.
 */
frame_id profile_unsymbolised_frame(struct profile *p, mapping_id mapping, uint64_t address,
				    enum frame_kind kind);

label_id profile_label(struct profile *p, struct label l);
/* The labels are sorted; one that is there twice counts once. */
label_set_id profile_label_set(struct profile *p, label_id *labels, size_t count);
/*
 * Gives each set another id, places[set]: that of a rest stays lower. For who has no
 * other table with ids of sets yet.
 */
void profile_renumber_label_sets(struct profile *p, const uint32_t *places);
/* The labels of the set, ascending, into *out (grown as needed, *cap long); how many. */
size_t profile_labels_of(const struct profile *p, label_set_id set, label_id **out, size_t *cap);

/* "kernel" for FRAME_KERNEL, an empty text for FRAME_UNKNOWN; the kind of a word, or -1. */
const char *frame_kind_name(enum frame_kind kind);
int frame_kind_find(struct str word);

struct frame profile_frame_at(const struct profile *p, frame_id f);
static inline uint64_t profile_frame_address(const struct profile *p, frame_id f)
{
	return f < p->frame_detail_count ? p->frame_details[f].address : 0;
}

/*
 * What another recording gives together with this one: the first start, as long as both
 * together; the default value type and the period if they agree. Texts are of one profile.
 */
void recording_join(struct recording *sum, const struct recording *more);
/* What a file says; joined with what files before it said. */
void profile_add_recording(struct profile *p, struct recording r);
static inline bool profile_has_recording(const struct profile *p)
{
	const struct recording *r = &p->recording;

	return r->default_value || r->period_name || r->period_unit || r->period || r->start ||
	       r->duration;
}
/* The value type that recording.default_value names, or the first. */
value_id profile_default_value(const struct profile *p);

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
/* A sample of one value type with all there is to say of it. */
void profile_sample_value(struct profile *p, struct sample s, value_id v, int64_t value);
#define NO_TIME INT64_MIN
static inline label_set_id profile_sample_labels(const struct profile *p, size_t row)
{
	return row < p->sample_label_count ? p->sample_labels[row] : NO_LABELS;
}
struct sample profile_sample_at(const struct profile *p, size_t row);
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
