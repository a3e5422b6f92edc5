/*
 * span_names - what the frames of spans are called
 *
 * A span has several names, of which the user chooses: --span-name service,name makes
 * "shop: GET /cart" of it. What a span does not have is left out; if it has none of them, its
 * name is taken.
 */
#ifndef TRACES_SPAN_NAMES_H
#define TRACES_SPAN_NAMES_H

#include "common/base/str.h"

enum span_name_part {
	SPAN_NAME,        /* what the source calls the span */
	SPAN_OP,          /* the kind of operation */
	SPAN_DESCRIPTION, /* what was asked of whom: a statement, an address */
	SPAN_SERVICE,
	SPAN_NAME_PARTS
};

/* Which parts, in which order. */
struct span_names {
	enum span_name_part parts[SPAN_NAME_PARTS];
	size_t count;
};

/* Parses "service,name"; NULL is `usual`. 0, or -1 after a message. */
int span_names_parse(struct span_names *names, const char *list, enum span_name_part usual);
bool span_names_has(const struct span_names *names, enum span_name_part part);

/*
 * The parts of a span in one text; `parts` is by enum span_name_part. The result is in `scratch`
 * or one of the parts.
 */
struct str span_names_join(const struct span_names *names, const struct str *parts,
			   struct buf *scratch);

/*
 * Appends a name with '*' for each id in it. A word is letters, digits and bytes of other
 * alphabets; an id is a word of digits only, one of at least 8 hexadecimal digits with a figure
 * among them, one that begins with 0x, or a UUID.
 *
 *	order 1234 of 7f3a9c21       order * of *
 *	SELECT v2 FROM t100          the same
 */
void span_names_strip_ids(struct str name, struct buf *to);

#endif
