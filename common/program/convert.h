/*
 * convert - from options and files to a written profile
 *
 * What every converter does: read all inputs into one profile, select, say what
 * the target cannot keep, derive the half that the target needs, write.
 */
#ifndef PROGRAM_CONVERT_H
#define PROGRAM_CONVERT_H

#include "common/program/format.h"
#include "common/transform/estimate/stacks_from_graph.h"

/*
 * What the common options say, filled by the rows below, and the options of all formats. A
 * program has one, and so has each handle of the library.
 */
struct settings {
	struct option_set options;
	bool quiet, verbose;      /* for the task, see settings_parse() */
	const char *output;
	const char *value, *thread;
	bool threads;
	bool strip_dirs, anonymize;
	bool strict;
	bool sandbox;
	bool help, version, list_formats, list_features, list_limits, list_options;
	struct estimate estimate;
	bool no_unattributed;
};

void settings_init(struct settings *s);
void settings_free(struct settings *s);

/* options_parse(), and tells the task what was asked of it. */
int settings_parse(struct settings *s, int argc, char **argv);

extern const struct option_row options_common[]; /* -o -q -v ... */
extern const struct option_row options_strict[]; /* --strict, for conversions */
extern const struct option_row options_selection[]; /* --value --thread */
extern const struct option_row options_privacy[]; /* --strip-dirs --anonymize */
extern const struct option_row options_threads[]; /* --threads */
extern const struct option_row options_estimate[]; /* for stacks from call graphs */

/* A list of formats to choose from, ended by NULL. */
typedef const struct format *const *format_list;

/* The format by name, or NULL. */
const struct format *format_find(format_list list, struct str name);

/*
 * Adds what is in one file to p, see convert_read(). 0; 1 if the file is empty; -1 after
 * a message.
 */
int convert_read_file(struct settings *s, struct profile *p, const struct format *from,
		      format_list list, const char *file, const struct format **found);
/* The same of an input that is open, and is closed here; NULL was not to be opened. */
int convert_read_input(struct settings *s, struct profile *p, const struct format *from,
	       format_list list, struct input *in, const struct format **found);

/*
 * What is to be done with a profile, so that readers keep no more: whether samples are
 * wanted in order; whether nobody will look at costs by line (a function's stacks have
 * its sum, whatever the target keeps of stacks).
 */
struct read_hints {
	bool order, no_lines;
};

/*
 * Reads the files (none: standard input) into a new profile; `from` NULL finds
 * each one's format in `list` by its content. *first, if not NULL, gets the format
 * of the first file. NULL after a message.
 */
struct profile *convert_read(struct settings *s, const struct format *from, format_list list,
			     char **files, int count, struct read_hints wanted,
			     const struct format **first);

/* Warns where several files are summed up whose stacks were estimated one by one. */
void convert_report_estimated(size_t estimated, size_t files);

/* The value type of that name or number, or NO_ID. */
value_id profile_find_value_type(const struct profile *p, const char *wanted);
/* The names of all value types, with commas between. */
void profile_value_type_names(const struct profile *p, struct buf *out);

/* --value and --thread; 0 or -1 after a message. p may be replaced. */
int convert_select(const struct settings *s, struct profile **p);
/* --strip-dirs and --anonymize, which p may be replaced by; then all three. */
void convert_strip_dirs(const struct settings *s, struct profile **p);
void convert_anonymize(const struct settings *s, struct profile **p);
int convert_select_and_redact(const struct settings *s, struct profile **p);

/* Adds the stacks of the graph half, saying that they are an estimate. 0 or -1 after a message. */
int convert_derive_stacks(struct settings *s, struct profile *p);

/*
 * Reduces and derives until `to` can write it, telling losses and estimates as the
 * settings say. 0, or -1 after a message.
 */
int convert_prepare(struct settings *s, struct profile **p, const struct format *to);

/* Writes p, which is ready for it, with the values of the format's options. */
void convert_write_as(const struct settings *s, struct output *out, const struct profile *p,
	      const struct format *to);
/* Whether the format wants samples in order. */
bool convert_needs_order(const struct settings *s, const struct format *to);
/* convert_prepare(), then writes to -o's file. *p may be replaced. Returns the exit status. */
int convert_write(struct settings *s, struct profile **p, const struct format *to);

/* Prints name, r/w, suffixes and title of each, as a table. */
void format_list_print(FILE *to, format_list list);

/*
 * --help, --version, --list-formats and --list-options. True if one
 * of them was given and answered.
 */
bool convert_handle_info_options(const struct settings *s, const char *synopsis, const char *purpose,
				 format_list list);

#endif
