/*
 * format - what a file format tells the programs
 *
 * A format is one file in converters/ with one const struct format at its end and
 * a row in converters/formats.def. Everything else follows from the two: sniffing,
 * the pair binaries, gzip, --help, the manual pages, the tests.
 */
#ifndef PROGRAM_FORMAT_H
#define PROGRAM_FORMAT_H

#include "common/io/input.h"
#include "common/io/output.h"
#include "common/profile/features.h"
#include "common/profile/profile.h"
#include "common/program/options.h"

enum representation { REPR_SAMPLES, REPR_GRAPH };

enum { MAX_BID = 100 };     /* no other format is asked */

/* Options of one end: where their values are, and what those are when none is given. */
struct format_options {
	const struct option_row *rows; /* without letters; NULL: there are none */
	size_t size;                   /* of the struct that the rows' offsets are in */
	const void *usual;
};

/* For the handler: the rows' struct has that variable's content when nothing is given. */
#define FORMAT_OPTIONS(rows, usual) { rows, sizeof(usual), &(usual) }

/*
 * What is asked before writing gets `options`: the values of the format's write options.
 */
struct format {
	const char *name;     /* as in X2Y */
	const char *title;    /* one line: what it is and who writes it */
	const char *suffixes; /* blank-separated, for the name given to -o */
	enum representation representation; /* what it reads into and writes from */
	unsigned features;    /* FEATURE_* bits that survive reading and writing */
	/* bits that it keeps of this profile besides; or NULL */
	unsigned (*features_of)(const struct profile *p, const void *options);

	/*
	 * How sure it is that a file beginning with `head` is its own, 0 to
	 * MAX_BID; `whole` tells that head is all there is.
	 */
	int (*bid)(struct str head, bool whole);
	/* Adds the input to p. 0, or -1 after input_error(). in->options are its options. */
	int (*read)(struct input *in, struct profile *p);
	struct format_options read_options;
	bool reads_xml;       /* with common/syntax/xml_library, which a sandbox loads first */

	/* an arc must have inclusive values: where there are only calls, they are estimated */
	bool needs_arc_values;
	/* whether samples shall come in order though it does not always keep that; or NULL */
	bool (*needs_order)(const void *options);
	/* --threads makes root frames although it keeps threads */
	bool threads_as_roots;
	/* adds to *loss, as a sentence, what no bit says is lost of p, which is ready to be written;
	 * or NULL */
	void (*report_loss)(const struct profile *p, const void *options, struct buf *loss);
	/* 0, or -1 after a message if p cannot be written at all; or NULL. */
	int (*check)(const struct profile *p, const void *options);
	/*
	 * p has the half that the format needs; a format without VALUE_TYPES gets one.
	 * out->options are its options.
	 */
	void (*write)(struct output *out, const struct profile *p);
	struct format_options write_options;
	/* Whether a name comes through unchanged; or NULL: any does. */
	bool (*can_spell)(struct str name);
};

#endif
