/*
 * profile - the in-memory model that all formats share
 *
 * Neither a call graph nor a list of stacks alone is lossless: many stacks have the same call
 * graph, and samples do not record call counts. So a profile has shared tables (strings,
 * functions, frames, value types, threads, metadata) and two representations:
 *
 *   samples      a trie of calling contexts (stacks.h) and samples that refer to it, with
 *                labels and times
 *   call graph   self costs by function and line; arcs caller -> callee with call counts
 *                and inclusive values; totals recorded for functions
 *
 * A reader fills the representation that its format has and invents nothing. Several files
 * are merged by reading them into the same profile, which sums them. graph_from_stacks and
 * stacks_from_graph derive the other representation.
 *
 * Values are 64-bit integers: times in nanoseconds, all others in 10^exponent of their unit.
 * All strings and rows belong to the profile and live as long as it does. Ids are dense and
 * stay valid. Tables are in order of first appearance.
 *
 * What only few formats record is stored in side tables, so that profiles without it stay
 * small. The argument of profile_sample_row() or profile_frame() carries all of it (zero
 * means unknown); profile_sample_at() and profile_frame_at() return it. Readers of pprof,
 * OTLP, perf script and the like map their data so:
 *
 * 	text or number of a sample   profile_label(), several into profile_label_set()
 * 	mapping, location            profile_mapping(), struct frame
 * 	location without a function  profile_unsymbolised_frame()
 * 	inlined lines of a location  a frame each, the caller first; all but the first inlined
 * 	mangled name                 struct function's system
 * 	time of a sample             struct sample's time, in profiles that are ordered
 * 	period, start, duration      p->recording
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
 * A function is identified by name, file, object and, if the format records it, the line where
 * it begins. Unknown texts are empty, an unknown line is 0.
 */
struct function {
	string_id name, file, object;
	uint32_t line;
	bool line_inferred; /* line is inferred (the lowest line with a value), not recorded;
			       ignored when functions are compared */
	string_id system;   /* the mangled name, "_ZN3foo3barEv"; empty if unknown */
};

/* Stored form: system names are in a side array. */
struct function_row {
	string_id name, file, object;
	uint32_t line;
	bool line_inferred;
};

/*
 * A part of an object (a program, a library, "[vdso]") in memory: the addresses from `start` up
 * to but not including `limit` hold the file from `offset` on. Mapping 0 means none.
 */
struct mapping {
	string_id object;
	string_id build_id; /* as in the source, usually hexadecimal digits */
	uint64_t start, limit, offset;
	uint8_t has; /* MAPPING_HAS_*: what is known of its functions; not part of its identity */
};
enum {
	MAPPING_HAS_FUNCTIONS = 1,
	MAPPING_HAS_FILES = 2,
	MAPPING_HAS_LINES = 4,
	MAPPING_HAS_INLINED = 8,
};

/* Formats without memory know the object of a function and nothing else of a mapping. */
static inline bool mapping_has_place(const struct mapping *m)
{
	return m->start || m->limit || m->offset || m->build_id;
}

/* What executes the code of a frame, or what the thread did instead. */
#define FRAME_KIND_LIST(X) \
	X(KERNEL, "kernel") \
	X(NATIVE, "native") \
	X(INTERPRETED, "interpreted") \
	X(JIT, "jit") \
	X(GC, "gc") \
	X(IDLE, "idle")
/* clang-format off */
enum frame_kind {
	FRAME_UNKNOWN,
#define X(name, text) FRAME_##name,
	FRAME_KIND_LIST(X)
#undef X
	FRAME_KINDS
};
/* clang-format on */

/*
 * A frame is a function and the place that it had reached; 0 is unknown. Frames that differ in
 * any member are different frames.
 */
struct frame {
	function_id function;
	uint32_t line, column;
	mapping_id mapping;
	enum frame_kind kind;
	bool inlined;      /* inlined into the frame that called it: both have the same address */
	bool unsymbolised; /* the source has no function; the name is made from the address */
	uint64_t address;  /* address in memory, between the start and limit of the mapping */
};

/* Stored form: what few frames have is in a side table of details. */
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

/* An index over the newest rows of a table: rows before `end` are in it. */
struct row_index {
	struct index index;
	size_t end;
};

enum unit { UNIT_NONE, UNIT_TIME, UNIT_BYTES };

/*
 * `source_scale` applies to times: the source counted in 10^source_scale nanoseconds (9:
 * seconds), so that a writer can use the same unit. `counts` marks a value type that was read
 * from bare counts: a target of bare counts gets it in the same unit again.
 */
struct value_type {
	string_id name;  /* "time", "samples", "Ir" */
	string_id title; /* a long name, or empty */
	enum unit unit;
	string_id unit_name; /* UNIT_NONE: what is counted, "objects", "percent", as the source
				names it; empty for bare counts */
	int exponent;        /* 0 to -9; 0 for times */
	int source_scale;
	bool counts;
};

struct thread {
	string_id name;
	uint64_t pid, tid; /* 0: unknown */
	uint32_t part;     /* number of the dump if there are several, 0: the only one */
};

/* A header line of a file, about the profile or about one thread: "cmd", "./a.out". */
struct metadata {
	thread_id thread; /* NO_ID: the whole profile */
	string_id key, value;
};

/* How the profile was recorded, as far as the source says; 0 is unknown. */
struct recording {
	string_id default_value; /* name of the value type to show by default */
	string_id period_name;   /* one sample was taken every `period` of this, for example
				      "cpu" */
	string_id period_unit;   /* "nanoseconds" */
	int64_t period;
	int64_t start;    /* nanoseconds since 1970 */
	int64_t duration; /* nanoseconds */
};

/* --- samples --- */

/*
 * What a source records with a sample besides its stack: the text "thread_name" = "main", or
 * the number "bytes" = 4096 in the unit "bytes". A sample may have several labels with one key.
 */
struct label {
	string_id key;
	string_id text; /* empty if it is a number */
	string_id unit; /* unit of a number; may be empty */
	bool is_number;
	int64_t number;
};

/*
 * A set of labels without duplicates, stored as its label with the highest id and the set of
 * the others. Set 0 is empty; the id of a set is higher than that of its rest.
 */
struct label_sets {
	label_id *label;
	label_set_id *rest;
	size_t count, cap; /* including the empty set; 0: no sample has labels */
	struct index index;
};

/* A sample is identified by thread, stack and labels; in ordered profiles each row is one. */
struct sample {
	thread_id thread;
	stack_id stack;
	uint64_t count; /* number of the source's samples that this row stands for, or of calls
			   if p->counts_calls */
	label_set_id labels;
	bool timed; /* `time` is known; stored only if p->ordered */
	/*
	 * nanoseconds since recording.start or, if that is unknown, on the source's clock.
	 * Samples are in order but may have gaps between them.
	 */
	int64_t time;
};

/* Stored form: labels and times are in side arrays. */
struct sample_row {
	thread_id thread;
	stack_id stack;
	uint64_t count;
};

/* A function was entered or left, in the order of the source. */
struct call_event {
	int64_t at;
	thread_id thread;
	value_id value;
	frame_id frame;
	bool enter; /* false: left */
};

/* The time line of one thread in one value type, as the format records it. */
struct time_range {
	thread_id thread;
	value_id value;
	int64_t start, end;
	bool call_events; /* the source recorded call events, not samples */
};

/* --- call graph --- */

/* A place in the code. The file is empty if it is the file of the function. */
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

/* Stored form: addresses are rare, so they live in a side array to keep the rows small. */
struct cost_row {
	thread_id thread;
	function_id function;
	string_id file;
	uint32_t line;
};

/*
 * What the inclusive value of an arc counts when its callee calls itself again: callgrind sums
 * every activation, pstat only the outermost ones.
 */
enum rule { RULE_OUTERMOST, RULE_EVERY };

struct arc {
	thread_id thread;
	function_id caller, callee;
	enum rule rule : 8;
	bool values_known;   /* the inclusive values are known, not only the calls */
	bool self_known;     /* the callee's self part is known too; set by profile_arc() */
	bool running;        /* was called before its part began; such an arc is a row of its
			         own */
	struct place site;   /* in the caller */
	struct place target; /* in the callee; the file is not used */
	int64_t calls, primitive;
};

struct jump {
	thread_id thread;
	function_id from, to;
	struct place at, target;
	bool conditional;
	int64_t executed, followed;
};

/* What a file records for a whole function, besides costs and arcs. */
struct total {
	bool known;
	int64_t calls, primitive;
};

struct profile {
	struct strings strings;
	struct function_row *functions;
	size_t function_count, function_cap;
	string_id *system_names; /* of the first functions; the others have none */
	size_t system_name_count, system_name_cap;
	struct row_index function_rows;
	struct mapping *mappings; /* mapping 0 means none */
	size_t mapping_count, mapping_cap;
	struct index mapping_index;
	struct frame_row *frames;
	size_t frame_count, frame_cap;
	struct frame_detail *frame_details; /* for the first frames; the others have none */
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
	bool recorded; /* a file has provided it */

	struct stacks stacks;
	struct label *labels;
	size_t label_count, label_cap;
	struct index label_index;
	struct label_sets label_sets;
	struct sample_row *samples;
	size_t sample_count, sample_cap;
	label_set_id *sample_labels; /* of the first rows; the others have none */
	size_t sample_label_count, sample_label_cap;
	int64_t *sample_times; /* for the first rows; NO_TIME: unknown */
	size_t sample_time_count, sample_time_cap;
	struct values sample_values;
	uint32_t *sample_first; /* by stack: its first row + 1 */
	size_t sample_first_count, sample_first_cap;
	struct index sample_index; /* index of the rows that are not the first of their stack */
	struct call_event *call_events;
	size_t call_event_count, call_event_cap;
	struct time_range *time_ranges;
	size_t time_range_count, time_range_cap;
	struct index time_range_index;

	struct cost_row *costs;
	size_t cost_count, cost_cap;
	uint64_t *cost_addresses; /* for the first rows; 0 for the others */
	size_t cost_address_count, cost_address_cap;
	struct values cost_values;
	struct row_index cost_rows;
	struct arc *arcs;
	size_t arc_count, arc_cap;
	struct values arc_values; /* inclusive */
	struct values arc_self;   /* self part of the callee, if known */
	struct row_index arc_rows;
	struct jump *jumps;
	size_t jump_count, jump_cap;
	struct index jump_index;
	struct total *totals; /* by function; may have fewer entries than functions */
	size_t total_count, total_cap;
	struct values total_values; /* inclusive */

	struct deferred *deferred; /* see deferred.h */
	size_t deferred_count, deferred_cap;

	/* set by readers and transforms */
	const char *source;  /* name of the source format; NULL: unknown */
	bool keep_order;     /* asks readers to keep samples in order, and call events */
	bool keep_spans;     /* asks readers for the spans (common/transform/traces/spans.h) of
			        files that have samples too, beside these, and for times of
			        samples since 1970, as far as they are deferred */
	bool without_lines;  /* allows readers to sum the costs of a function at its lowest line */
	unsigned left_out;   /* FEATURE_* bits of what readers dropped because of that */
	bool sorted;         /* result of profile_canonical(); rows may have been added since */
	bool ordered;        /* samples are in time order, one row each, not aggregated */
	bool estimated;      /* the stacks were estimated by stacks_from_graph */
	bool arcs_estimated; /* inclusive values of arcs were estimated by arc_values_estimate */
	bool calls_sampled;  /* calls are numbers of samples, since calls were not counted */
	bool counts_calls;   /* the count of a sample is the number of calls of its last frame,
			        which the source counted: spans, loops of a plan's node */
	bool inclusive_only; /* inclusive values intentionally contain time that is in no self
			        value */
	bool all_callers;    /* every call is in an arc, except calls of functions without
			        callers */
	bool whole_units;    /* times are whole numbers of their source_scale, cut off or rounded */
	bool line_functions; /* each function is one line of a real function */
	uint64_t rounded;    /* number of values with more digits than can be kept */
	uint64_t vanished;   /* of these: those that became 0 */
	uint64_t comments;   /* number of comment lines that were skipped */
	uint64_t bad_lines;  /* number of malformed lines that were skipped */
	string_id estimate;  /* in words, what the estimate of the stacks rests on; empty:
			        unknown */
	string_id missing;   /* in words, what the source is known to lack; empty: nothing */
	string_id title;     /* what pictures of it are called: the name of its file; may be
			        empty */
};

struct profile *profile_new(void);
void profile_free(struct profile *p);
/* Frees *p and puts `next`, the result of a transform, in its place. */
void profile_replace(struct profile **p, struct profile *next);
/*
 * Empties the profile but keeps small allocations, so that thousands of files can be read into
 * it.
 */
void profile_clear(struct profile *p);

/* Counts what rounding did; value: what it left. */
static inline void profile_count_rounding(struct profile *p, bool rounded, int64_t value)
{
	p->rounded += rounded;
	p->vanished += rounded && !value;
}

/*
 * 0, or -1 after a message if a sum overflowed; it names `what` (masked here) and the value
 * type.
 */
int profile_status(const struct profile *p, const char *what);
/*
 * The same for what the samples and costs of a value type add up to, whatever their signs: then
 * no sum of some of them is beyond 64 bits either.
 */
int profile_check_totals(const struct profile *p, const char *what);

/* Adds a reason to `missing`: "SOURCE: ...", the source masked here. */
void profile_report_missing(struct profile *p, struct str source, const char *format, ...)
	PRINTF_LIKE(3, 4);

/* --- shared tables: each returns the id of an equal row or of a new one --- */

string_id profile_string(struct profile *p, struct str text);
function_id profile_function(struct profile *p, struct function f);
/*
 * Like profile_function(), but the caller guarantees that no function is equal because its name
 * is a new string.
 */
function_id profile_new_function(struct profile *p, struct function f);
struct function profile_function_at(const struct profile *p, function_id f);
static inline string_id profile_system_name(const struct profile *p, function_id f)
{
	return f < p->system_name_count ? p->system_names[f] : 0;
}
frame_id profile_frame(struct profile *p, struct frame f);
mapping_id profile_mapping(struct profile *p, struct mapping m);
/*
 * Value types with equal name, unit and unit_name are the same. A new one adds a column to every
 * table of values.
 */
value_id profile_value_type(struct profile *p, struct value_type type);
/* The first value type of that name, or NO_ID. */
value_id profile_value_named(const struct profile *p, struct str name);
/*
 * Whether plain numbers of a value type called so count the samples, by the names that profilers
 * use: samples, sample, contentions, events.
 */
bool profile_counts_samples(struct str name);
thread_id profile_thread(struct profile *p, struct thread t);
/* Whether a thread has a name, an id, or a part. */
bool profile_names_threads(const struct profile *p);
uint32_t profile_metadata(struct profile *p, thread_id thread, struct str key, struct str value);
/* Its row, or NO_ID; nothing is added, not even the texts. */
uint32_t profile_find_metadata(const struct profile *p, thread_id thread, struct str key,
			       struct str value);

/*
 * The frame of an address for which the source has no function, named "libc.so.6+0x27ac0" by
 * the offset in the object's file, or "0x7f04" without a mapping.
 */
frame_id profile_unsymbolised_frame(struct profile *p, mapping_id mapping, uint64_t address,
				    enum frame_kind kind);
/*
 * profile_frame() of a frame that a file calls unsymbolised: one that has another name than its
 * address gives it has been given that name, and is not.
 */
frame_id profile_frame_as_read(struct profile *p, struct frame f);
/* Appends the name that an address gives. */
void profile_unsymbolised_name(const struct profile *p, mapping_id mapping, uint64_t address,
			       struct buf *name);

label_id profile_label(struct profile *p, struct label l);
/* Sorts `labels` in place; duplicates count once. */
label_set_id profile_label_set(struct profile *p, label_id *labels, size_t count);
/*
 * Gives each set the id places[set]; the id of a rest must stay lower than that of its set. The
 * caller guarantees that no other table refers to sets yet.
 */
void profile_renumber_label_sets(struct profile *p, const uint32_t *places);
/*
 * The rank of each label in an order that does not depend on ids: by key, texts before
 * numbers. Output shows labels in this order. The caller frees the array.
 */
uint32_t *profile_label_ranks(const struct profile *p);
void profile_sort_labels(label_id *labels, size_t count, const uint32_t *ranks);
/*
 * Numbers the sets that samples have, from 1, in the order of their labels' ranks: by set, 0
 * for the others. *count gets how many there are. The caller frees the array; NULL if no
 * sample has labels.
 */
uint32_t *profile_number_label_sets(const struct profile *p, size_t *count);
/*
 * Writes the labels of the set, ascending, to *out, which is grown as needed (*cap is its
 * size), and returns how many there are.
 */
size_t profile_labels_of(const struct profile *p, label_set_id set, label_id **out, size_t *cap);

/*
 * frame_kind_name() returns "kernel" for FRAME_KERNEL and an empty text for FRAME_UNKNOWN;
 * frame_kind_find() is its inverse, -1 if the word is unknown.
 */
const char *frame_kind_name(enum frame_kind kind);
int frame_kind_find(struct str word);

struct frame profile_frame_at(const struct profile *p, frame_id f);
static inline uint64_t profile_frame_address(const struct profile *p, frame_id f)
{
	return f < p->frame_detail_count ? p->frame_details[f].address : 0;
}

/*
 * Combines two recordings: the earlier start, the sum of the durations, and the default value
 * type and period if they agree. Both must belong to one profile.
 */
void recording_join(struct recording *sum, const struct recording *more);
/* Adds the recording of one file to that of the files before it. */
void profile_add_recording(struct profile *p, struct recording r);
static inline bool profile_has_recording(const struct profile *p)
{
	const struct recording *r = &p->recording;

	return r->default_value || r->period_name || r->period_unit || r->period || r->start ||
	       r->duration;
}
/* The value type named by recording.default_value, or the first one. */
value_id profile_default_value(const struct profile *p);
/* Whether a value type has no value but 0. */
bool profile_all_zero(const struct profile *p, value_id v);
/* What is shown where only one is: the same, or the first that is not all zero where it is. */
value_id profile_shown_value(const struct profile *p);

static inline struct str profile_text(const struct profile *p, string_id id)
{
	return strings_text(&p->strings, id);
}

static inline struct str function_name(const struct profile *p, function_id f)
{
	return profile_text(p, p->functions[f].name);
}

/* The file of the function or, if unknown, its object. */
static inline struct str function_location(const struct profile *p, function_id f)
{
	const struct function_row *fn = &p->functions[f];

	return profile_text(p, fn->file ? fn->file : fn->object);
}

/*
 * Converts a number as the source wrote it into the scale of the value type. If it has more
 * decimals, what was read before is rescaled; digits below a nanosecond, or below 10^-9 of
 * another unit, are rounded and counted in p->rounded. False if it does not fit.
 */
bool profile_number(struct profile *p, value_id v, struct decimal number, int64_t *value);
/* Changes the scale of a value type to a smaller exponent. */
void profile_rescale(struct profile *p, value_id v, int exponent);
/*
 * The inverse of profile_number(): a value as a decimal, in nanoseconds * 10^power or in its
 * unit.
 */
struct decimal profile_decimal(const struct profile *p, value_id v, int64_t value, int power);

/* --- rows of both representations: equal keys are summed (samples not if p->ordered) --- */

void profile_sample(struct profile *p, thread_id t, stack_id stack, value_id v, int64_t value,
		    uint64_t count);
void profile_sample_row(struct profile *p, struct sample s, const int64_t *values);
/* Prefetches what profile_sample_row() will read for a sample of this stack. */
PREFETCH_FUNCTION profile_prefetch_sample(const struct profile *p, stack_id stack)
{
	if (stack < p->sample_first_count)
		PREFETCH(&p->sample_first[stack]);
}
/* Adds a sample with a value of one value type. */
void profile_sample_value(struct profile *p, struct sample s, value_id v, int64_t value);
#define NO_TIME INT64_MIN
static inline label_set_id profile_sample_labels(const struct profile *p, size_t row)
{
	return row < p->sample_label_count ? p->sample_labels[row] : NO_LABELS;
}
struct sample profile_sample_at(const struct profile *p, size_t row);
/* Like profile_sample(), but the caller guarantees that no sample has this thread and stack. */
void profile_new_sample(struct profile *p, thread_id t, stack_id stack, value_id v, int64_t value);
void profile_call_event(struct profile *p, struct call_event a);
/* NULL if there is none. */
struct time_range *profile_time_range(const struct profile *p, thread_id t, value_id v);
void profile_add_time_range(struct profile *p, struct time_range s); /* extends an existing range */

/* `values` has a number for each value type; NULL stands for zeros. */
void profile_cost(struct profile *p, struct cost c, const int64_t *values);
/* Returns the row. `self` may be NULL if it is not recorded. */
uint32_t profile_arc(struct profile *p, struct arc a, const int64_t *values, const int64_t *self);
/*
 * profile_arc() in steps, like strings_prefetch(), for adding many arcs to a large table in no
 * order. Sets a->self_known.
 */
uint64_t profile_arc_hash(const struct arc *a);
void profile_prefetch_arc(const struct profile *p, uint64_t hash, enum prefetch_step what);
uint32_t profile_arc_hashed(struct profile *p, struct arc *a, uint64_t hash, const int64_t *values,
			    const int64_t *self);
/*
 * Like profile_cost() and profile_arc(), but the caller guarantees that the key is new (the
 * callees of a caller in a dict, the lines of a function in order). Nothing is looked up, and a
 * table that only grows in this way has no index.
 */
uint32_t profile_new_cost(struct profile *p, struct cost c, const int64_t *values);
uint32_t profile_new_arc(struct profile *p, const struct arc *a, const int64_t *values,
			 const int64_t *self);
/*
 * Like profile_cost() and profile_arc(), but the caller guarantees that only the newest rows
 * can have this key: it sets among->end to the first of them. The caller owns `among` and frees
 * its index.
 */
void profile_cost_among(struct profile *p, struct row_index *among, struct cost c,
			const int64_t *values);
uint32_t profile_arc_among(struct profile *p, struct row_index *among, struct arc a,
			   const int64_t *values, const int64_t *self);
static inline struct cost profile_cost_row(const struct profile *p, size_t row)
{
	const struct cost_row *c = &p->costs[row];

	return (struct cost){ c->thread,
			      c->function,
			      { c->file, c->line,
				row < p->cost_address_count ? p->cost_addresses[row] : 0 } };
}
/* Adds the self part to an arc that has none. */
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

/* For loops over all tables of values. */
#define PROFILE_VALUE_TABLES 5
struct values *profile_values(struct profile *p, int table);

#endif
