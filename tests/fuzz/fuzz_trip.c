/*
 * fuzz_trip - any bytes read, written as each format, and read back: the laws hold
 *
 * What is written can be read, and every function has the self totals that it had.
 */
#include "common/base/diag.h"
#include "common/program/convert.h"
#include "common/transform/compare.h"
#include "converters/tools/registry.h"
#include "tests/fuzz/fuzz.h"

static const struct format *sniffed(struct str bytes)
{
	const struct format *best = NULL;
	int most = 0;

	for (format_list f = all_formats; *f; f++) {
		int bid = (*f)->read ? (*f)->bid(bytes, true) : 0;

		if (bid > most) {
			most = bid;
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

	p->want_order = order;
	p->source = from->name;
	good = input_more(in) && from->read(in, p) == 0 && profile_status(p, "input") == 0;
	input_close(in);
	if (good)
		return p;
	profile_free(p);
	return NULL;
}

/* Writes it as `to`; false if that format has no place for it. */
static bool write_bytes(const struct format *from, struct str bytes, const struct format *to, struct buf *written)
{
	struct profile *p = read_bytes(from, bytes, to->keeps & KEEP_ORDER);
	bool good = prepare_for(&p, to) == 0;

	if (good) {
		struct output *out = output_memory(written);

		to->write(out, p);
		MUST(output_close(out, true) == 0);
	}
	profile_free(p);
	return good;
}

static void trip(const struct format *from, struct str bytes, struct profile *before,
		 const struct format *to)
{
	struct buf written = { 0 };
	struct profile *after;
	struct comparison c;

	/* no stack at all is no line */
	if (write_bytes(from, bytes, to, &written) && to->read && written.n) {
		after = read_bytes(to, buf_str(&written), false);
		MUST(after);
		compare_profiles(before, after, false, &c);
		for (size_t i = 0; i < c.count; i++)
			fprintf(stderr, "%s to %s: %.*s has %lld, then %lld\n", from->name, to->name,
				(int)c.differences[i].function.n, c.differences[i].function.p,
				(long long)c.differences[i].a, (long long)c.differences[i].b);
		MUST(c.count == 0);
		comparison_free(&c);
		profile_free(after);
	}
	buf_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };
	const struct format *from = sniffed(bytes);
	struct profile *p;

	diag.silent = true;
	settings.estimate = (struct estimate){ .contexts = 2000, .rest = 1e-3 };
	p = from ? read_bytes(from, bytes, false) : NULL;
	if (!p)
		return 0;
	for (format_list to = all_formats; *to; to++)
		trip(from, bytes, p, *to);
	profile_free(p);
	return 0;
}
