/*
 * bpftrace/format - the maps that bpftrace prints when a script ends
 *
 *	@[
 *	    do_anonymous_page+835
 *	    asm_exc_page_fault+34
 *	,
 *	    cheap+12
 *	    main+48
 *	, pool 1: [io] 7]: 27
 *	@bytes[
 *	    cheap+12
 *	]: count 7, average 4096, total 28672
 *
 * A key has parts, divided by ", ": stacks, the leaf first, and texts or numbers. An empty stack
 * is an empty part. Two stacks are one, the first on top: by custom it is the kernel's. The other
 * parts together name the thread, as the root that stackcollapse-bpftrace.pl makes of them.
 *
 * Nothing says what a map counts: its name is the value type. Maps without stacks, whose keys are
 * functions or the like, are read where no map has any.
 */
#include "converters/bpftrace/internal.h"

/* "    main+48", or "\t4011f9 main+48 (/srv/demo/spin)" */
static bool is_frame(struct str line)
{
	struct bpftrace_frame f;

	return (str_starts(line, S("    ")) || str_starts(line, S("\t"))) &&
	       bpftrace_parse_frame(line, &f);
}

static bool is_number(struct str text)
{
	if (str_starts(text, S("-")))
		text = str_from(text, 1);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return text.n > 0;
}

/* How sure a line makes, and the one behind it. */
static int bid_of(struct str line, struct str next)
{
	enum { STACK = 85, EMPTY_STACK_ENTRY = 60, FLAT = 45 };
	struct bpftrace_map map;
	struct str keys, value;

	if (!bpftrace_parse_map(line, &map) || !map.has_keys)
		return 0;
	if (!bpftrace_cut_value(map.rest, &keys, &value))
		return is_frame(next) ? STACK : 0;
	if (!keys.n || str_starts(keys, S(", ")))
		return EMPTY_STACK_ENTRY;
	return is_number(value) || !value.n || str_starts(value, S("count ")) ? FLAT : 0;
}

static int bpftrace_bid(struct str head, bool whole)
{
	enum { ATTACHED = 50, LINES = 1000 };
	struct str line, rest = head, next;
	int best = str_starts(head, S("Attaching ")) ? ATTACHED : 0;

	(void)whole;
	for (int i = 0; i < LINES && str_cut(rest, '\n', &line, &rest); i++) {
		int bid;

		next = rest;
		str_cut(rest, '\n', &next, &(struct str){ 0 });
		bid = bid_of(str_trim(line), next);
		best = bid > best ? bid : best;
		/* in folded stacks each line is one */
		if (!best && str_trim(line).n && str_has(line, ';'))
			return 0;
	}
	return best;
}

static const struct bpftrace_read_options usual_reading;

const struct format bpftrace_format = {
	.name = "bpftrace",
	.title = "stacks in the maps that bpftrace prints",
	.suffixes = ".bpftrace .bt.txt",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_OBJECTS | FEATURE_ADDRESSES | FEATURE_THREADS |
		    FEATURE_VALUE_TYPES | FEATURE_IDLE,
	.reads_threads = true,
	.bid = bpftrace_bid,
	.read = bpftrace_read,
	.read_options = FORMAT_OPTIONS(bpftrace_read_rows, usual_reading),
};
