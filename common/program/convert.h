/*
 * convert - reads profiles, prepares them for a format, and writes them
 *
 * What every converter does: read all inputs into one profile, select, report what the target
 * cannot represent, derive the representation that the target needs, write.
 */
#ifndef PROGRAM_CONVERT_H
#define PROGRAM_CONVERT_H

#include "common/program/format.h"
#include "common/program/prepare.h"

/* A list of formats, ended by NULL. */
typedef const struct format *const *format_list;

/*
 * The values of the common options, set by the tables below, and the options of all formats. A
 * program has one, and each handle of the library.
 */
struct settings {
	struct option_set options;
	bool quiet, verbose; /* copied to the task by settings_parse() */
	const char *output;
	const char *target; /* the name that was given for its format, a suffix perhaps; or NULL */
	const char *value, *thread;
	bool threads;
	bool strip_dirs, anonymize;
	bool strict;
	bool empty_reported; /* the caller has said why nothing is left */
	bool sandbox;
	bool terminal; /* standard output is one */
	bool help, version, list_formats, list_features, list_limits, list_options;
	struct estimate estimate;
	bool no_unattributed;
	/*
	 * To recognise input in another format than the one that was named; NULL: its reader finds
	 * out
	 */
	format_list all_formats;
};

void settings_init(struct settings *s);
void settings_free(struct settings *s);

/* Adds a group of options of the program itself, or of the settings. */
void settings_add_group(struct settings *s, const char *heading, const struct option_row *rows,
			void *values);
/* Adds the options of that end of a format, with option values of their own. */
void settings_add_format(struct settings *s, const struct format *f, enum option_end end);

/* Calls options_parse() and passes -q and -v to the task. */
int settings_parse(struct settings *s, int argc, char **argv);

extern const struct option_row options_common[];    /* -o -q -v ... */
extern const struct option_row options_strict[];    /* --strict, for conversions */
extern const struct option_row options_selection[]; /* --value --thread */
extern const struct option_row options_privacy[];   /* --strip-dirs --anonymize */
extern const struct option_row options_threads[];   /* --threads */
extern const struct option_row options_estimate[];  /* for stacks from call graphs */

/* The format with that name, or NULL. */
const struct format *format_find(format_list list, struct str name);
/*
 * The same for what a user types: also by a suffix without its dot ("svg", "folded"); NULL after a
 * message that lists those which can be read (or written: `writes`), and names one that is spelled
 * nearly so.
 */
const struct format *format_named(format_list list, struct str name, bool writes);
/* The one that writes and whose suffix the file has, .gz or not; or NULL. */
const struct format *format_of_file(format_list list, struct str name);

/* Reads one file into p, see convert_read(). 0; 1 if the file is empty (also
 * where its format reads that as a profile of nothing); -1 after a message. */
int convert_read_file(struct settings *s, struct profile *p, const struct format *from,
		      format_list list, const char *file, const struct format **found);
/*
 * Like convert_read_file(), for an open input, which is closed here. NULL if it could not be
 * opened.
 */
int convert_read_input(struct settings *s, struct profile *p, const struct format *from,
		       format_list list, struct input *in, const struct format **found);

/*
 * Makes rows of what readers kept until the last file was read (common/profile/deferred.h), for
 * callers of the two functions above; convert_read() does it. 0, or -1 after a message that names
 * `file`, or the profile if that is NULL.
 */
int convert_finish_reading(struct profile *p, const char *file);

/*
 * Tells readers what will not be needed. order: samples are needed in order. no_lines: costs
 * by line are not needed (the stacks of a function have its sum, whatever the target keeps
 * of stacks). deferred: what readers keep until the last file (deferred.h) stays as it is; the
 * caller calls convert_finish_reading() when it has seen it.
 */
struct read_hints {
	bool order, no_lines, deferred;
};

/*
 * Reads the files (none: standard input) into a new profile. If `from` is NULL, the format of
 * each file is detected among `list`. *first, if not NULL, is set to the format of the first
 * file. NULL after a message.
 */
struct profile *convert_read(struct settings *s, const struct format *from, format_list list,
			     char **files, int count, struct read_hints wanted,
			     const struct format **first);

/* Appends what a profile of these files is called: "run.pstat and 2 more". */
void convert_add_title(struct buf *b, char **files, size_t count);

/* Warns if files are summed whose stacks were estimated one by one. */
void convert_report_estimated(size_t estimated, size_t files);

/* The value type with that name or number, or NO_ID. */
value_id profile_find_value_type(const struct profile *p, const char *wanted);
/* Appends the names of all value types, separated by commas. */
void profile_value_type_names(const struct profile *p, struct buf *out);
/* Finds one, or -1 after a message that names all there are, and the file unless it is NULL. */
int convert_find_value(const struct profile *p, const char *file, const char *wanted,
		       value_id *value);

/* Applies --value and --thread. 0, or -1 after a message. *p may be replaced. */
int convert_select(const struct settings *s, struct profile **p);
/* Apply --strip-dirs; --anonymize; convert_select() and both. *p may be replaced. */
void convert_strip_dirs(const struct settings *s, struct profile **p);
void convert_anonymize(const struct settings *s, struct profile **p);
int convert_select_and_redact(const struct settings *s, struct profile **p);

/*
 * Derives stacks from the call graph, and reports that they are an estimate. 0, or -1 after a
 * message.
 */
int convert_derive_stacks(struct settings *s, struct profile *p);

/* What the settings mean for prepare(); `to` NULL: for prepare_stacks() alone. */
struct prepare_policy convert_policy(struct settings *s, const struct format *to);
/*
 * Calls prepare(), reports the losses as the settings ask for, and lets the format check
 * the result. 0, or -1 after a message.
 */
int convert_prepare(struct settings *s, struct profile **p, const struct format *to);

/* Whether the format holds both values of a difference: else it would have the base alone. */
bool convert_holds_difference(struct settings *s, const struct format *to, const struct profile *p);

/* The sum of profiles in canonical order, whatever the order of its parts was. */
struct profile *convert_sum(const struct profile *p);
/* Selects, redacts and prepares such a sum and keeps its order: 0, or -1 after a message. */
int convert_prepare_sum(struct settings *s, struct profile **p, const struct format *to);

/* Writes p, which has been prepared, with the option values of the format. */
void convert_write_as(const struct settings *s, struct output *out, const struct profile *p,
		      const struct format *to);
/* output_open() of -o; what goes to a terminal cannot change it. */
struct output *convert_open(const struct settings *s);
/* 0, or -1 after a message if the output would be bytes on a terminal. */
int convert_check_terminal(const struct settings *s, const struct format *to);
/* Whether the format needs samples in order. */
bool convert_needs_order(const struct settings *s, const struct format *to);
/*
 * Calls convert_prepare() and writes to -o's file. *p may be replaced. Returns the exit status.
 */
int convert_write(struct settings *s, struct profile **p, const struct format *to);

/* Prints a table of the formats: name, reads, writes, suffixes, title. */
void format_list_print(FILE *to, format_list list);

/*
 * Handles --help, --version, --list-formats, --list-limits and --list-options. True if one of
 * them was given.
 */
bool convert_handle_info_options(const struct settings *s, const char *synopsis,
				 const char *purpose, format_list list);

#endif
