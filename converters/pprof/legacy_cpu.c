/*
 * pprof/legacy_cpu - CPU profiles of gperftools: words of 4 or 8 bytes in either byte order
 *
 *	0 3 0 PERIOD 0                  in microseconds
 *	COUNT DEPTH ADDRESS...          a stack, leaf first, again and again
 *	0 1 0                           the end
 *	the text of /proc/PID/maps
 *
 * What pprof --raw of gperftools writes behind its symbols has neither an end nor a map, and a
 * period of 1 whatever it was: only the counts are known.
 *
 * pprof takes a second frame that nearly all stacks have for one of the signal handler and leaves
 * it out, up to two of them. It may be main as well, so here it stays; the leaf that some handlers
 * record twice is left out in both.
 */
#include <inttypes.h>

#include "common/base/num.h"
#include "converters/pprof/legacy.h"

enum { HEADER_WORDS = 5, MAX_DEPTH = 1 << 16 };

struct word_form {
	unsigned size;
	bool big_endian;
};

static const struct word_form forms[] = { { 4, false }, { 4, true }, { 8, false }, { 8, true } };

static uint64_t word_at(const char *p, struct word_form form)
{
	const unsigned char *bytes = (const unsigned char *)p;
	uint64_t word = 0;

	for (unsigned i = 0; i < form.size; i++)
		word = word << 8 | bytes[form.big_endian ? i : form.size - 1 - i];
	return word;
}

/* jeprof writes a line in front of the words. */
static struct str without_heading(struct str head)
{
	struct str line = head, rest;

	if (legacy_take(&line, S("---")) && legacy_take(&line, S("profile")) &&
	    str_cut(line, '\n', &line, &rest) && !str_trim(line).n)
		return rest;
	return head;
}

static const struct word_form *form_of(struct str head)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		uint64_t words[HEADER_WORDS];

		if (head.n < HEADER_WORDS * (size_t)forms[i].size)
			continue;
		for (size_t k = 0; k < HEADER_WORDS; k++)
			words[k] = word_at(head.p + k * forms[i].size, forms[i]);
		/* the third is 1 in profiles of Java */
		if (!words[0] && words[1] == 3 && words[2] <= 1 && words[3] && !words[4])
			return &forms[i];
	}
	return NULL;
}

bool legacy_is_cpu(struct str head)
{
	return form_of(without_heading(head)) != NULL;
}

struct word_reader {
	struct input *in;
	struct word_form form;
	int64_t period; /* in nanoseconds */
	bool is_copy;   /* by pprof --raw */
};

static uint64_t take_word(struct word_reader *w, const char *what)
{
	uint64_t word;

	if (!input_want(w->in, w->form.size)) {
		input_error(w->in, "expected %s, a word of %u bytes, got the end of the file", what,
			    w->form.size);
		return 0;
	}
	word = word_at(w->in->p, w->form);
	w->in->p += w->form.size;
	return word;
}

static void read_header(struct legacy_reader *l, struct word_reader *w)
{
	uint64_t java, microseconds;

	take_word(w, "0");
	take_word(w, "3");
	java = take_word(w, "a version");
	if (java)
		input_error(l->in, "expected a profile of C or C++ (version 0), got Java's");
	microseconds = take_word(w, "a period");
	take_word(w, "0");
	if (!l->in->failed && microseconds > INT64_MAX / 1000)
		input_error(l->in,
			    "expected a period whose nanoseconds fit in 64 bits, got %" PRIu64
			    " microseconds",
			    microseconds);
	w->period = (int64_t)(microseconds * 1000);
	w->is_copy = l->symbol_count && microseconds == 1;
}

/* Takes the addresses of a stack; one of nothing but address 0 may be the end. */
static void read_stack(struct legacy_reader *l, struct word_reader *w, uint64_t depth, bool *only_0)
{
	uint64_t before = 0;

	legacy_begin_stack(l);
	*only_0 = false;
	for (uint64_t i = 0; i < depth && !l->in->failed; i++) {
		uint64_t address = take_word(w, "an address");

		if (i == 1 && address == before)
			continue; /* the leaf again */
		if (!l->in->failed)
			legacy_push(l, address, i > 0);
		before = address;
	}
	*only_0 = depth == 1 && before == 0;
}

/* False at the end of the samples. */
static bool read_sample(struct legacy_reader *l, struct word_reader *w)
{
	uint64_t count = take_word(w, "the count of a sample");
	uint64_t depth = take_word(w, "the depth of a stack");
	int64_t time = 0;
	bool only_0;

	if (!l->in->failed && depth > MAX_DEPTH)
		input_error(l->in, "expected a stack of at most %d addresses, got %" PRIu64,
			    MAX_DEPTH, depth);
	if (l->in->failed)
		return false;
	read_stack(l, w, depth, &only_0);
	if (count == 0 && only_0)
		return false;
	if (!l->in->failed &&
	    (count > INT64_MAX || __builtin_mul_overflow((int64_t)count, w->period, &time)))
		input_error(l->in, "expected a count whose time fits in 64 bits, got %" PRIu64,
			    count);
	if (l->in->failed)
		return false;
	legacy_add_value(l, (int64_t)count);
	if (!w->is_copy)
		legacy_add_value(l, time);
	legacy_add_sample(l);
	return true;
}

static void read_samples(struct legacy_reader *l, struct word_reader *w)
{
	do {
		if (l->in->failed || input_want(l->in, 1))
			continue;
		if (!w->is_copy)
			profile_report_missing(l->r->p, str_of(l->in->name),
					       "no mark at the end of the samples: some may be "
					       "missing");
		return;
	} while (read_sample(l, w));
}

void legacy_read_cpu(struct legacy_reader *l)
{
	struct str head = { l->in->p, (size_t)(l->in->end - l->in->p) };
	struct str words = without_heading(head);
	struct word_reader w = { .in = l->in, .form = *form_of(words) };

	l->in->p = words.p;
	l->in->place = PLACE_BYTE;
	read_header(l, &w);
	legacy_add_type(l, "samples", "count");
	if (!w.is_copy) {
		legacy_add_type(l, "cpu", "nanoseconds");
		legacy_set_period(l, "cpu", "nanoseconds", w.period);
	}
	read_samples(l, &w);
	legacy_read_map(l);
}
