/*
 * difference - compares two sets of profiles function by function
 *
 * Each side has one or more runs, of any formats. Functions of the two sides are matched and
 * their numbers put side by side (the medians, if there are several runs); for each change
 * there is a test whether it may be chance.
 *
 * 	d = difference_new();
 * 	difference_add(d, DIFF_BASE, p, 0);        for each run
 * 	difference_add(d, DIFF_NEW, q, 0);
 * 	if (difference_finish(d, &options) == 0)
 * 		d->rows ...
 *
 * If both sides measure the same thing in the same unit and in the same way, values are
 * compared. Otherwise shares of the total are compared; self and inclusive then count
 * DIFF_WHOLE parts of the total.
 *
 * A file may count in whole microseconds what another one of the same run has in seconds with
 * all digits. A difference within the unit of the coarser side is none: its number is then that
 * of the other side.
 */
#ifndef DIFF_DIFFERENCE_H
#define DIFF_DIFFERENCE_H

#include "common/profile/profile.h"
#include "common/transform/reshape/scale.h"

enum { DIFF_BASE, DIFF_NEW, DIFF_SIDES };
#define DIFF_WHOLE INT64_C(1000000000)

enum diff_measure { DIFF_SELF, DIFF_INCLUSIVE, DIFF_CALLS, DIFF_SHARE, DIFF_MEASURES };

/* How values were obtained: counted exactly, as numbers of samples, or with a clock. */
enum diff_measurement { DIFF_COUNTED, DIFF_SAMPLED, DIFF_TIMED };

enum diff_status { DIFF_SAME, DIFF_IS_NEW, DIFF_GONE, DIFF_MOVED };

enum diff_evidence {
	DIFF_NOTHING, /* the number is not recorded */
	DIFF_EXACT,   /* counted exactly, and equal in all runs of a side */
	DIFF_TESTED,  /* tested: see p and q */
	DIFF_ONE_RUN, /* a side has one run only, so its variation is unknown */
	DIFF_SMALL,   /* too small a share to be tested */
};

struct diff_pair {
	int64_t base, new;
	enum diff_evidence evidence;
	double p, q; /* for DIFF_TESTED only; q is -1 if the share is too small */
};

struct diff_place {
	struct str location; /* file or object; empty if unknown */
	uint32_t line;       /* 0: unknown */
};

struct diff_row {
	struct str name;
	struct diff_place base, new;
	enum diff_status status;
	struct diff_pair pairs[DIFF_MEASURES];
	uint32_t entries[DIFF_SIDES];
	int64_t inclusive_share; /* on the side where it is larger */
};

/* The numbers of one function in one run. */
struct diff_numbers {
	uint32_t entry, run;
	int64_t self, inclusive, calls;
	int64_t self_samples, inclusive_samples;
	uint32_t parts; /* how many numbers of the file the inclusive value is summed from */
	bool uncounted; /* nobody called it that is known: callgrind's main */
};

struct diff_entry {
	string_id name, location;
	uint32_t line;
};

struct diff_run {
	int64_t total, samples;
	int exponent;
	struct factor scaled; /* what the values were multiplied with; 0/0: nothing */
	int64_t unit; /* all times are multiples of so many nanoseconds, as the file says; or 1 */
	bool calls_known;
	enum diff_measurement kind;
};

struct diff_side {
	struct diff_run *runs;
	size_t run_count, run_cap;
	struct diff_entry *entries;
	size_t entry_count, entry_cap;
	struct index index;
	struct diff_numbers *numbers;
	size_t numbers_count, numbers_cap;
	string_id value_name;
	enum unit unit;
	int source_scale;
	enum diff_measurement kind; /* of all runs; DIFF_TIMED if they differ */
};

struct difference {
	struct strings strings;
	struct diff_side sides[DIFF_SIDES];

	/* valid after difference_finish() */
	struct diff_row *rows; /* sorted by name, location and line, bytewise */
	size_t row_count, row_cap;
	struct diff_pair total; /* of the profiles; always values, even where shares are
				       compared; at least the sum of the functions' medians */
	bool shares;
	bool calls_known;
	int64_t grain; /* the coarser unit of time, if the sides have two; see level() */
	int coarse;    /* the side that has it */
	enum diff_measurement kind;
	struct profile *values_of; /* its value type 0 describes the values of self and
				       inclusive */
	size_t tested[DIFF_MEASURES];
	uint32_t *row_of[DIFF_SIDES]; /* by entry, for the entries that existed at
				         difference_finish() */
	size_t row_of_count[DIFF_SIDES];
};

enum diff_compare { DIFF_AUTO, DIFF_VALUES, DIFF_SHARES };

struct difference_options {
	enum diff_compare compare;
	double min_share; /* functions with a smaller share on both sides are not tested */
};

struct difference *difference_new(void);
void difference_free(struct difference *d);

/*
 * Adds a run: value type v of a profile with a call graph (see flat_profile_prepare()). `kind`
 * NULL: take what the profile suggests. `scaled` is what the values were multiplied with, { 0 } if
 * they are as they were. 0, or -1 after a message if the side has another value type.
 */
int difference_add(struct difference *d, int side, const struct profile *p, value_id v,
		   const enum diff_measurement *kind, struct factor scaled);

/* 0, or -1 after a message. */
int difference_finish(struct difference *d, const struct difference_options *options);

/*
 * The row of each function of a run; NO_ID if the function had no numbers. The caller frees it.
 */
uint32_t *diff_rows_of(struct difference *d, int side, const struct profile *p);

/* The share that decides whether a measure of a row is tested: that of the larger side. */
int64_t diff_weight(const struct diff_row *row, enum diff_measure measure);

/* The share in parts of DIFF_WHOLE. */
int64_t diff_share(int64_t value, int64_t total);

/* new - base, saturating at the ends of the range. */
int64_t diff_change(const struct diff_pair *pair);

/* --- its parts --- */

/* The id of an equal entry, or of a new one. */
uint32_t diff_entry(struct diff_side *side, struct diff_entry e);

/* How the profile's values were obtained, as far as it shows. */
enum diff_measurement diff_measurement_of(const struct profile *p, value_id v);

/*
 * Pairs of matched entries; one of the two may be NO_ID. folded[side][entry] is the entry that
 * it is merged into.
 */
struct diff_match {
	uint32_t entries[DIFF_SIDES];
	bool moved;
};
struct diff_match *diff_match_entries(const struct difference *d, uint32_t *folded[DIFF_SIDES],
				      size_t *count);

#endif
