/*
 * format - the interface that each file format implements
 *
 * A format is a folder converters/NAME with one const struct format, and a row in
 * converters/formats.def. Everything else follows from these: detection, the X2Y programs,
 * gzip, --help, the manual pages, the tests. converters/example is a minimal one.
 */
#ifndef PROGRAM_FORMAT_H
#define PROGRAM_FORMAT_H

#include "common/io/input.h"
#include "common/io/output.h"
#include "common/profile/features.h"
#include "common/profile/profile.h"
#include "common/program/options.h"

enum representation { REPR_SAMPLES, REPR_GRAPH };

enum { MAX_BID = 100 }; /* certain: no other format is asked */

/* The options for reading or for writing: the table, and where the values are. */
struct format_options {
	const struct option_row *rows; /* rows without letters; NULL: no options */
	size_t size;                   /* size of the struct that the offsets of the rows refer
				          to */
	const void *usual;
};

/* An initialiser; the variable `usual` holds the defaults in the struct of the rows. */
#define FORMAT_OPTIONS(rows, usual) \
	{ \
		rows, sizeof(usual), &(usual) \
	}

/* Functions that take `options` get the values of the write options. */
struct format {
	const char *name;     /* the X or Y of X2Y */
	const char *title;    /* one line: what it is and which program writes it */
	const char *suffixes; /* separated by blanks; -o FILE chooses the format by them */
	enum representation representation; /* the representation that it reads into and writes
					       from */
	unsigned features;                  /* FEATURE_* bits that survive writing and reading */
	/* further bits that it keeps of this profile; may be NULL */
	unsigned (*features_of)(const struct profile *p, const void *options);

	/*
	 * How likely a file that begins with `head` is of this format, from 0 to MAX_BID;
	 * `whole`: head is the whole file.
	 */
	int (*bid)(struct str head, bool whole);
	/*
	 * Adds the input to p; in->options are the option values. 0, or -1 after input_error().
	 * What can only be made of all files together is kept in the profile until the last one
	 * has been read: common/profile/deferred.h.
	 */
	int (*read)(struct input *in, struct profile *p);
	struct format_options read_options;
	bool any_total; /* it has no totals, so they may be beyond 64 bits */
	bool binary;    /* not for a terminal */
	/*
	 * Whether a binary format is text with these options for writing, under the name that was
	 * given for it, or NULL. May be NULL.
	 */
	bool (*is_text)(const void *options, const char *target);
	bool reads_empty;   /* a file without a byte is a profile of nothing */
	bool reads_threads; /* some files name threads, although THREADS is not kept */
	bool reads_xml;     /* uses common/syntax/xml_library, which must be loaded before a
			         sandbox is entered */

	bool totals_only; /* a list of functions: of stacks it needs no arcs, threads, lines */

	/* arcs need inclusive values: these are estimated where only calls are recorded */
	bool needs_arc_values;
	/* whether samples are needed in order although ORDER is not kept; may be NULL */
	bool (*needs_order)(const void *options);
	/* --threads makes root frames even though THREADS is kept */
	bool threads_as_roots;
	/*
	 * Appends a sentence to *loss about what is lost of p and no bit covers; p is ready to
	 * be written. Called if losses are listed, with -v or --strict. May be NULL.
	 */
	void (*report_loss)(const struct profile *p, const void *options, struct buf *loss);
	/* 0, or -1 after a message if p cannot be written at all. May be NULL. */
	int (*check)(const struct profile *p, const void *options);
	/*
	 * Writes p, which has the representation that the format needs, and one value type
	 * unless VALUE_TYPES is kept. out->options are the option values.
	 */
	void (*write)(struct output *out, const struct profile *p);
	struct format_options write_options;
	/* Whether a name survives unchanged. NULL: every name does. */
	bool (*can_spell)(struct str name);
};

#endif
