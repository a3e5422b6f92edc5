/*
 * callgrind/read_plain - lines that are written as nearly all are, in one pass
 *
 * Costs, and calls of callees that have an ID:
 *
 *	+3 152 50 21
 *	cfi=(12)
 *	cfn=(34)
 *	calls=5 -20
 *	* 1520 500 210
 *
 * Whatever is not so, or not whole in the window, is left to callgrind_read.c as if nobody
 * had looked at it: it has all the messages.
 */
#include "converters/callgrind/reading.h"

/* --- numbers --- */

enum { WORD = 8 };

/*
 * The first byte becomes the lowest one. Not a loop, because compilers turn this form into one
 * load.
 */
static inline uint64_t word_at(const char *at)
{
	const unsigned char *p = (const unsigned char *)at;

	return (uint64_t)p[0] | (uint64_t)p[1] << 8 | (uint64_t)p[2] << 16 | (uint64_t)p[3] << 24 |
	       (uint64_t)p[4] << 32 | (uint64_t)p[5] << 40 | (uint64_t)p[6] << 48 |
	       (uint64_t)p[7] << 56;
}

/*
 * The number of digits at the start of a word, and their value in *value: the bytes in front
 * are made zeros, then pairs, fours and eight are combined in parallel.
 */
static inline unsigned word_digits(uint64_t word, uint64_t *value)
{
	uint64_t x = word ^ 0x3030303030303030u;
	uint64_t others = ((x + 0x7676767676767676u) | x) & 0x8080808080808080u;
	unsigned n = others ? (unsigned)__builtin_ctzll(others) / 8 : WORD;

	x = n ? x << (WORD - n) * 8 : 0;
	x = x * 10 + (x >> 8);
	x = (x & 0x00ff00ff00ff00ffu) * 6553601 >> 16;
	*value = (x & 0x0000ffff0000ffffu) * 42949672960001u >> 32;
	return n;
}

/* Continues behind eight digits. */
static const char *more_digits(const char *p, const char *end, uint64_t *value)
{
	static const uint64_t tens[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000 };
	uint64_t rest;
	unsigned n;

	if (end - p < WORD)
		return NULL;
	n = word_digits(word_at(p), &rest);
	if (n == WORD)
		return NULL;
	*value = *value * tens[n] + rest;
	return p + n;
}

/* Parses at most 15 digits that end before `end`. NULL: anything else. */
static inline const char *plain_number(const char *p, const char *end, uint64_t *value)
{
	unsigned n;

	if (end - p < WORD)
		return NULL;
	n = word_digits(word_at(p), value);
	if (n == WORD)
		return more_digits(p + WORD, end, value);
	return n ? p + n : NULL;
}

static inline const char *plain_position(const char *p, const char *end, uint64_t *value)
{
	uint64_t n;
	char sign;

	if (end - p <= WORD)
		return NULL;
	sign = *p;
	if (sign == '*')
		return p + 1;
	p = plain_number(p + (sign == '+' || sign == '-'), end, &n);
	if (!p || (sign == '-' && n > *value))
		return NULL;
	*value = sign == '+' ? *value + n : sign == '-' ? *value - n : n;
	return p;
}

/* Parses all positions of a line. */
static inline const char *plain_place(const struct callgrind_reader *r, const char *p,
				      const char *end, struct place *at)
{
	uint64_t address = r->address, line = r->at_line;

	if (r->has_address)
		p = plain_position(p, end, &address);
	if (p && r->has_address && r->has_line && *p++ != ' ')
		return NULL;
	if (p && r->has_line)
		p = plain_position(p, end, &line);
	if (!p || line > UINT32_MAX)
		return NULL;
	at->address = r->has_address ? address : 0;
	at->line = (uint32_t)line;
	return p;
}

static inline const char *plain_values(struct callgrind_reader *r, const char *p, const char *end)
{
	size_t event = 0, count = r->event_count;
	int64_t *values = r->values;
	uint64_t value;

	for (; *p == ' ' && event < count; event++) {
		p = plain_number(p + 1, end, &value);
		if (!p)
			return NULL;
		values[event] = (int64_t)value;
	}
	if (*p != '\n')
		return NULL;
	r->zeros |= event > 1 && !values[event - 1];
	for (; event < count; event++)
		values[event] = 0;
	return p + 1;
}

/* Returns the end of the line; NULL: only r->values has changed. */
static inline const char *plain_cost(struct callgrind_reader *r, const char *p, const char *end,
				     struct place *at)
{
	p = plain_place(r, p, end, at);
	if (p)
		p = plain_values(r, p, end);
	if (!p)
		return NULL;
	r->address = at->address;
	r->at_line = at->line;
	return p;
}

/* --- lines --- */

static void taken(struct callgrind_reader *r, const char *next, unsigned lines)
{
	r->in->p = next;
	r->in->line += lines;
}

static bool take_cost(struct callgrind_reader *r)
{
	struct place at = { .file = r->inlined == r->file ? 0 : r->inlined };
	const char *next = plain_cost(r, r->in->p, r->in->end, &at);

	if (!next)
		return false;
	taken(r, next, 1);
	callgrind_add_cost(r, &at);
	return true;
}

/* The number of values whose sum cannot overflow: summed before they are added to the row. */
static bool take_costs_of_function(struct callgrind_reader *r)
{
	enum { MAX_LINES = 4096 };
	const char *p = r->in->p, *end = r->in->end, *next;
	struct place at, low = { .file = r->inlined == r->file ? 0 : r->inlined };
	uint32_t high = 0;
	unsigned lines = 0;
	size_t count = r->event_count;

	memset(r->lines, 0, count * sizeof *r->lines);
	while (lines < MAX_LINES && p < end && begins_cost(*p) &&
	       (next = plain_cost(r, p, end, &at))) {
		for (size_t i = 0; i < count; i++)
			r->lines[i] += r->values[i];
		/* 0 is not a line: subtracting one makes it larger than all others */
		low.line = at.line - 1 < low.line - 1 ? at.line : low.line;
		high = at.line > high ? at.line : high;
		low.address |= at.address;
		p = next;
		lines++;
	}
	if (!lines)
		return false;
	taken(r, p, lines);
	memcpy(r->values, r->lines, count * sizeof *r->values);
	callgrind_add_to_function(r, &low, high);
	return true;
}

/* Parses "cfn=(12)" or "cfi=(12)". */
static bool take_callee(struct callgrind_reader *r)
{
	const char *p = r->in->p, *end = r->in->end;
	bool file = p[2] == 'i';
	string_id name;
	uint64_t id;

	if (p[1] != 'f' || (!file && p[2] != 'n') || p[3] != '=' || p[4] != '(')
		return false;
	p = plain_number(p + 5, end, &id);
	if (!p || end - p < 2 || p[0] != ')' || p[1] != '\n' ||
	    !callgrind_find_name(file ? &r->files : &r->functions, id, &name))
		return false;
	taken(r, p + 2, 1);
	if (file) {
		r->called_file = name;
		r->has_called_file = true;
	} else {
		r->called_name = name;
		r->has_called_name = true;
		callgrind_prefetch_function(r, name);
	}
	return true;
}

/* Parses "calls=5 -20" and the line after it. */
static bool take_call(struct callgrind_reader *r)
{
	const char *p = r->in->p, *end = r->in->end;
	struct arc a = { .site.file = r->inlined == r->file ? 0 : r->inlined };
	uint64_t calls;

	if (memcmp(p, "calls=", 6) != 0 || !r->has_called_name ||
	    (p[6] == '0' && p[7] != ' ')) /* 01 says something */
		return false;
	p = plain_number(p + 6, end, &calls);
	if (!p || *p != ' ')
		return false;
	callgrind_prefetch_past(r, r->called_name);
	p = plain_place(r, p + 1, end, &a.target);
	if (!p || *p != '\n' || end - p < 2 || !begins_cost(p[1]))
		return false;
	p = plain_cost(r, p + 1, end, &a.site);
	if (!p)
		return false;
	a.calls = (int64_t)calls;
	a.caller = callgrind_caller(r);
	taken(r, p, 2);
	callgrind_end_call(r, a);
	return true;
}

static bool take_line(struct callgrind_reader *r)
{
	const struct input *in = r->in;

	if (in->end - in->p < 2 * WORD)
		return false;
	if (*in->p == 'c')
		return in->p[1] == 'a' ? take_call(r) : take_callee(r);
	if (!begins_cost(*in->p))
		return false;
	callgrind_current_function(r);
	return callgrind_adds_up(r) ? take_costs_of_function(r) : take_cost(r);
}

void callgrind_take_plain_lines(struct callgrind_reader *r)
{
	while (r->plain && take_line(r))
		;
}
