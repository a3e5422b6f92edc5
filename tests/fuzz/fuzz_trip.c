/*
 * fuzz_trip - any bytes read, written as each format, and read back: the laws hold
 *
 * What is written can be read, and every function has the self totals that it had.
 */
#include "common/base/diag.h"
#include "common/program/convert.h"
#include "common/transform/diff/compare.h"
#include "common/transform/reshape/idle.h"
#include "converters/otlp/internal.h"
#include "converters/registry.h"
#include "tests/fuzz/fuzz.h"

static const struct format *sniffed(struct str bytes)
{
	const struct format *best = NULL;
	int best_bid = 0;

	for (format_list f = format_registry; *f; f++) {
		int bid = (*f)->read ? (*f)->bid(bytes, true) : 0;

		if (bid > best_bid) {
			best_bid = bid;
			best = *f;
		}
	}
	return best;
}

static struct profile *read_bytes(const struct format *from, struct str bytes, bool order)
{
	struct input *in = input_memory("input", bytes);
	struct profile *p = profile_new();
	bool good;

	p->keep_order = order;
	p->source = from->name;
	in->options = from->read_options.usual;
	good = input_more(in) && from->read(in, p) == 0 && profile_status(p, "input") == 0 &&
	       convert_finish_reading(p, NULL) == 0;
	input_close(in);
	if (good)
		return p;
	profile_free(p);
	return NULL;
}

/* Writes it as `to`; false if that format has no place for it. */
static bool write_bytes(const struct format *from, struct str bytes, const struct format *to,
			struct buf *written)
{
	struct profile *p = read_bytes(from, bytes, to->features & FEATURE_ORDER);
	struct settings s;
	bool good;

	settings_init(&s);
	s.estimate = (struct estimate){ .contexts = 2000, .max_unplaced = 1e-3 };
	good = convert_prepare(&s, &p, to) == 0;

	if (good) {
		struct output *out = output_memory(written);

		convert_write_as(&s, out, p, to);
		MUST(output_close(out, true) == 0);
	}
	profile_free(p);
	return good;
}

/*
 * Names that a format spells alike are one function when read again, and its arcs, each with
 * nearly all of the total, are one arc: it may be refused as beyond 64 bits, though nothing was.
 */
static bool is_huge(const struct profile *p)
{
	const double best_bid = (double)((int64_t)1 << 50);
	bool huge = false;

	for (value_id v = 0; v < p->value_count; v++) {
		int64_t *totals = profile_self_totals(p, v);
		double sum = 0;

		for (function_id f = 0; f < p->function_count; f++)
			sum += totals[f] < 0 ? -(double)totals[f] : (double)totals[f];
		huge |= sum > best_bid;
		free(totals);
	}
	return huge;
}

/* What was written says the same as what was read before. */
static void compare(const struct format *from, struct profile *before, const struct format *to,
		    struct str written)
{
	struct profile *after = read_bytes(to, written, false);
	struct comparison c;

	MUST(after || is_huge(before));
	if (after) {
		idle_name(&after);
		comparison_make(before, after, false, &c);
		for (size_t i = 0; i < c.count; i++)
			fprintf(stderr, "%s to %s: %.*s has %lld, then %lld\n", from->name,
				to->name, (int)c.differences[i].function.n,
				c.differences[i].function.p, (long long)c.differences[i].a,
				(long long)c.differences[i].b);
		MUST(c.count == 0);
		comparison_free(&c);
		profile_free(after);
	}
}

static void trip(const struct format *from, struct str bytes, struct profile *before,
		 const struct format *to)
{
	struct buf written = { 0 }, json = { 0 };

	/* no stack at all is no line */
	if (write_bytes(from, bytes, to, &written) && to->read && written.n) {
		compare(from, before, to, buf_str(&written));
		if (to->write == otlp_write) { /* it has two encodings */
			struct output *out = output_memory(&json);

			otlp_write_json(out, buf_str(&written));
			MUST(output_close(out, true) == 0);
			compare(from, before, to, buf_str(&json));
		}
	}
	buf_free(&written);
	buf_free(&json);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	const struct format *from = sniffed(bytes);
	struct profile *p;

	fuzz_start();
	p = from ? read_bytes(from, bytes, false) : NULL;
	if (!p)
		return 0;
	/* call graphs have a function for what is idle */
	idle_name(&p);
	for (format_list to = format_registry; *to; to++)
		if ((*to)->write)
			trip(from, bytes, p, *to);
	profile_free(p);
	return 0;
}
