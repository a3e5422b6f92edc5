/*
 * perf/header - the first line of a sample, read from the right
 *
 *	pool 1: [io] 7 26783/26784 [001] 801.501982:    3344481 cpu-clock:u:
 *	^ comm         ^ pid/tid   ^ cpu ^ time         ^ period ^ event
 *
 * A comm has any bytes, also blanks, numbers and colons, so what is left of the time is read from
 * its end: the last number is the thread's. perf's -F leaves any of these parts out.
 */
#include "common/base/num.h"
#include "converters/perf/internal.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(struct str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!is_digit(s.p[i]))
			return false;
	return s.n > 0;
}

/* perf writes addresses without 0x, in small letters. */
static size_t hex_length(struct str s)
{
	size_t n = 0;

	while (n < s.n && (is_digit(s.p[n]) || (s.p[n] >= 'a' && s.p[n] <= 'f')))
		n++;
	return n;
}

static struct str trim_end(struct str s)
{
	while (s.n && (s.p[s.n - 1] == ' ' || s.p[s.n - 1] == '\t'))
		s.n--;
	return s;
}

/* Takes the last word off; what is left has no blanks at its end. */
static struct str last_word(struct str *s)
{
	size_t i = s->n;
	struct str word;

	while (i && s->p[i - 1] != ' ')
		i--;
	word = str_from(*s, i);
	*s = trim_end(str_head(*s, i));
	return word;
}

/* --- left of the time --- */

/* "[001]" */
static bool is_cpu(struct str word)
{
	return word.n > 2 && word.p[0] == '[' && word.p[word.n - 1] == ']' &&
	       all_digits((struct str){ word.p + 1, word.n - 2 });
}

/* "K", "U", "Hg", "S": -F misc */
static bool is_misc(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!str_has(S("KUHGghSF"), word.p[i]))
			return false;
	return word.n > 0 && word.n <= 4;
}

/* "123", or "-1" for a thread that is not known. */
static bool take_id(struct str word, uint64_t *id)
{
	*id = 0;
	return str_eq(word, S("-1")) || (all_digits(word) && str_to_u64(word, id));
}

static bool take_ids(struct str word, struct perf_header *h)
{
	struct str pid, tid;

	if (str_cut(word, '/', &pid, &tid))
		return take_id(pid, &h->pid) && take_id(tid, &h->tid);
	return take_id(word, &h->tid);
}

static bool parse_thread(struct str left, struct perf_header *h)
{
	struct str rest = trim_end(left), before;

	before = rest;
	if (is_misc(last_word(&before)) && before.n) {
		struct str ids = before;
		struct str word = last_word(&ids);

		if (is_cpu(word) || take_ids(word, h))
			rest = before;
	}
	before = rest;
	if (is_cpu(last_word(&before)))
		rest = before;
	h->thread = h->comm = str_trim(rest);
	before = rest;
	if (take_ids(last_word(&before), h)) {
		h->comm = str_trim(before);
		return true;
	}
	h->pid = h->tid = 0;
	return false;
}

/* --- the time --- */

/* The time whose dot is there: from *begin, *end is behind the colon. */
static bool time_around(struct str line, size_t dot, size_t *begin, size_t *end)
{
	enum { MIN_DIGITS = 6, MAX_DIGITS = 9 };
	size_t i = dot, j = dot + 1;

	while (i && is_digit(line.p[i - 1]))
		i--;
	while (j < line.n && is_digit(line.p[j]))
		j++;
	*begin = i;
	*end = j + 1;
	return i < dot && (!i || line.p[i - 1] == ' ') && j - dot - 1 >= MIN_DIGITS &&
	       j - dot - 1 <= MAX_DIGITS && j < line.n && line.p[j] == ':' &&
	       (j + 1 == line.n || line.p[j + 1] == ' ');
}

static bool find_time(struct str line, size_t *begin, size_t *dot, size_t *end)
{
	const char *at = line.p, *stop = line.p + line.n;

	while (at < stop && (at = memchr(at, '.', (size_t)(stop - at))) != NULL) {
		*dot = (size_t)(at - line.p);
		if (time_around(line, *dot, begin, end))
			return true;
		at++;
	}
	return false;
}

static bool parse_time(struct str line, size_t begin, size_t dot, size_t end, int64_t *time)
{
	int64_t seconds, fraction;
	size_t digits = end - 1 - (dot + 1);

	return str_to_i64((struct str){ line.p + begin, dot - begin }, &seconds) &&
	       str_to_i64((struct str){ line.p + dot + 1, digits }, &fraction) &&
	       i64_shift(fraction, 9 - (int)digits, &fraction) && i64_shift(seconds, 9, time) &&
	       i64_add(*time, fraction, time);
}

/* --- right of the time --- */

/* The event and its ": " or, at the end of the line, ":". */
static bool cut_event(struct str *text, struct str *event)
{
	struct str s = *text;
	size_t hex = hex_length(s);

	/* an address: -F without event */
	if (hex && (hex == s.n || s.p[hex] == ' '))
		return false;
	for (size_t i = 1; i < s.n; i++) {
		if (s.p[i] != ':' || (i + 1 < s.n && s.p[i + 1] != ' '))
			continue;
		*event = str_head(s, i);
		*text = str_from(s, i + 1 < s.n ? i + 2 : i + 1);
		return true;
	}
	return false;
}

/*
 * "3344481 cpu-clock: ", each part optional. A number is an address if neither an event nor an
 * address follows it. False if the period does not fit in 64 bits.
 */
static bool parse_event(struct str text, struct perf_header *h)
{
	struct str s = text, number, after;
	size_t n = 0;

	while (s.n && s.p[0] == ' ')
		s = str_from(s, 1);
	while (n < s.n && is_digit(s.p[n]))
		n++;
	number = str_head(s, n);
	after = str_from(s, n);
	while (after.n && after.p[0] == ' ')
		after = str_from(after, 1);
	if (n && (n == s.n || s.p[n] == ' ')) {
		struct str frame;

		if (cut_event(&after, &h->event) || !after.n ||
		    perf_find_frame(str_from(s, n), &frame)) {
			h->has_period = true;
			h->rest = h->event.n || !after.n ? after : str_from(s, n);
			return str_to_i64(number, &h->period);
		}
	}
	h->rest = text;
	if (cut_event(&s, &h->event))
		h->rest = s;
	return true;
}

/* --- without a time --- */

/*
 * The event is then the first word with a colon at its end that follows the numbers of the
 * thread, the period or the CPU: colons in a comm do not.
 */
static bool parse_untimed(struct str line, struct perf_header *h)
{
	enum { LONGEST = 512 }; /* of a comm, three numbers, an event */

	line = str_after_blanks(line);
	for (size_t i = 1; i < line.n && i < LONGEST; i++) {
		struct str left, event;
		struct perf_header tried = { 0 };

		if (line.p[i] != ':' || (i + 1 < line.n && line.p[i + 1] != ' '))
			continue;
		left = str_head(line, i);
		event = last_word(&left);
		if (all_digits(event) || !event.n)
			continue;
		if (parse_thread(left, &tried)) {
			struct str number, before = left;

			number = last_word(&before);
			/* two numbers: the second is the period */
			if (all_digits(number) && parse_thread(before, &tried))
				tried.has_period = str_to_i64(number, &tried.period);
			else
				parse_thread(left, &tried);
			tried.event = event;
			tried.rest = str_from(line, i + 1 < line.n ? i + 2 : i + 1);
			*h = tried;
			return true;
		}
	}
	return false;
}

/* --- the line --- */

bool perf_find_frame(struct str rest, struct str *frame)
{
	enum { WIDTH = 17 }; /* a blank and 16 columns */
	size_t end = rest.n;

	while (end) {
		size_t begin = end, field;

		while (begin && rest.p[begin - 1] != ' ')
			begin--;
		field = begin;
		while (field && rest.p[field - 1] == ' ')
			field--;
		if (end > begin && hex_length(str_from(rest, begin)) == end - begin &&
		    end - field >= WIDTH) {
			*frame = str_from(rest, begin);
			return true;
		}
		end = field;
	}
	return false;
}

bool perf_is_srcline(struct str line)
{
	struct str file, number;

	return str_starts(line, S("  ")) && line.n > 2 && line.p[2] != ' ' &&
	       str_cut_last(str_ends(line, S(" (inlined)")) ? str_head(line, line.n - 10) : line,
			    ':', &file, &number) &&
	       all_digits(number);
}

/* "PERF_RECORD_COMM exec: load:26754/26754", at the beginning or behind the thread. */
static bool find_record(struct str line, struct perf_header *h)
{
	static const char mark[] = "PERF_RECORD_";
	size_t n = sizeof mark - 1;

	for (size_t i = 0; i + n <= line.n; i++)
		if ((!i || line.p[i - 1] == ' ') && memcmp(line.p + i, mark, n) == 0) {
			h->rest = str_from(line, i);
			return true;
		}
	return false;
}

enum perf_line perf_parse_header(struct str line, struct perf_header *h)
{
	size_t begin, dot, end;

	*h = (struct perf_header){ 0 };
	if (find_time(line, &begin, &dot, &end)) {
		struct str rest = str_from(line, end);

		parse_thread(str_head(line, begin), h);
		h->has_time = parse_time(line, begin, dot, end, &h->time);
		if (find_record(str_head(str_after_blanks(rest), 12), h)) {
			h->rest = str_after_blanks(rest);
			return PERF_RECORD;
		}
		return h->has_time && parse_event(rest, h) ? PERF_SAMPLE : PERF_BROKEN;
	}
	if (find_record(line, h))
		return PERF_RECORD;
	if (parse_untimed(line, h))
		return PERF_SAMPLE;
	parse_thread(line, h);
	return PERF_OTHER;
}
