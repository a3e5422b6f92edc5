/*
 * explain/lines - plans are printed by psql, in tables of many kinds, and by servers in logs
 *
 * 	 [            +        aligned: a heading, a rule, "+" where a cell goes on
 * 	| [          +|        \pset border 2; unicode has its own lines and "↵"
 * 	QUERY PLAN | [  +      \x, with a line for each record, and QUERY PLAN|[ with -A
 * 	QUERY PLAN             -A: a heading and the cells as they are; --csv has quotes
 *
 * and -t leaves out the heading. Blanks at the left do no harm to any syntax, so they stay. A log
 * entry has the plan behind "duration: 47.345 ms  plan:", in lines that begin with a tab.
 */
#include "converters/explain/reading.h"

#include "common/base/alloc.h"

#define BAR "\xe2\x94\x82"      /* │ */
#define RETURN "\xe2\x86\xb5"   /* ↵ */
#define ELLIPSIS "\xe2\x80\xa6" /* … */
#define HEADING "QUERY PLAN"

void plan_body_add(struct plan_body *body, struct str line, uint64_t number)
{
	ARRAY_ROOM(body->lines, body->count, body->cap);
	body->lines[body->count++] = number;
	buf_add(&body->text, line);
	buf_byte(&body->text, '\n');
}

uint64_t plan_body_line(struct plan_place_in_body *at, uint64_t offset)
{
	const struct plan_body *body = at->body;
	size_t end = offset < body->text.n ? (size_t)offset : body->text.n;

	for (; at->seen < end; at->seen++)
		at->row += body->text.p[at->seen] == '\n';
	return body->lines[at->row < body->count ? at->row : body->count - 1];
}

/* --- log entries --- */

enum { MAX_YEAR = 2200 }; /* nanoseconds since 1970 fit in 64 bits up to then */

static bool digits_at(struct str s, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		if (i >= s.n || s.p[i] < '0' || s.p[i] > '9')
			return false;
	return true;
}

static int64_t number_at(struct str s, size_t from, size_t n)
{
	int64_t value = 0;

	for (size_t i = from; i < from + n; i++)
		value = value * 10 + (s.p[i] - '0');
	return value;
}

/* Days since 1970 of a day of the Gregorian calendar. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, of_era = y - era * 400;
	int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

/* "2026-11-27 07:51:25.907", wherever the prefix of the line has it; log_line_prefix %m or %t. */
static void take_clock(struct str prefix, struct plan_entry *entry)
{
	const int64_t second = 1000000000;

	for (size_t i = 0; i + 19 <= prefix.n; i++) {
		if (!digits_at(prefix, i, 4) || prefix.p[i + 4] != '-' ||
		    !digits_at(prefix, i + 5, 2) || prefix.p[i + 7] != '-' ||
		    !digits_at(prefix, i + 8, 2) || !digits_at(prefix, i + 11, 2) ||
		    prefix.p[i + 13] != ':' || !digits_at(prefix, i + 14, 2) ||
		    prefix.p[i + 16] != ':' || !digits_at(prefix, i + 17, 2) ||
		    number_at(prefix, i, 4) < 1970 || number_at(prefix, i, 4) > MAX_YEAR)
			continue;
		entry->clocked = true;
		entry->ended = (days_of(number_at(prefix, i, 4), number_at(prefix, i + 5, 2),
					number_at(prefix, i + 8, 2)) *
					86400 +
				number_at(prefix, i + 11, 2) * 3600 +
				number_at(prefix, i + 14, 2) * 60 + number_at(prefix, i + 17, 2)) *
			       second;
		entry->tick = second;
		if (i + 20 <= prefix.n && prefix.p[i + 19] == '.' && digits_at(prefix, i + 20, 3)) {
			entry->tick = second / 1000;
			entry->ended += number_at(prefix, i + 20, 3) * entry->tick;
		}
		return;
	}
}

/* "[9200]": a number in brackets is the process */
static void take_process(struct plan_lines *l, struct str prefix)
{
	for (size_t i = 0; i < prefix.n; i++) {
		size_t n = 0;

		while (prefix.p[i] == '[' && digits_at(prefix, i + 1 + n, 1))
			n++;
		if (n && i + 1 + n < prefix.n && prefix.p[i + 1 + n] == ']') {
			l->entry.process = profile_string(l->p,
							  (struct str){ prefix.p + i, n + 2 });
			return;
		}
	}
}

static bool take_entry(struct plan_lines *l, struct str raw)
{
	const struct str begin = S("duration: "), end = S(" ms  plan:");
	struct str number;
	struct decimal duration;
	enum exactness exactness;
	size_t at;

	if (!str_ends(str_trim(raw), end) || !str_contains(raw, begin))
		return false;
	raw = str_trim(raw);
	for (at = raw.n - end.n; !str_starts(str_from(raw, at), begin); at--)
		if (!at)
			return false;
	number = str_from(raw, at + begin.n);
	number.n -= end.n;
	if (!str_to_decimal(number, &duration, &exactness) || duration.mantissa < 0)
		return false;
	l->entry = (struct plan_entry){ .logged = true };
	decimal_at(duration, -6, &l->duration);
	take_clock(str_head(raw, at), &l->entry);
	take_process(l, str_head(raw, at));
	return true;
}

/* --- tables --- */

static bool cut_start(struct str *s, struct str with)
{
	if (!str_starts(*s, with))
		return false;
	*s = str_from(*s, with.n);
	return true;
}

static bool cut_end(struct str *s, struct str with)
{
	if (!str_ends(*s, with))
		return false;
	s->n -= with.n;
	return true;
}

static bool cut_bar(struct str *s)
{
	return cut_start(s, S("|")) || cut_start(s, S(BAR));
}

/* A line of nothing but "-", "+" and the lines of unicode, which are e2 94 80 to e2 95 bf. */
static bool is_rule(struct str s)
{
	size_t count = 0;

	s = str_trim(s);
	while (s.n) {
		if (s.p[0] == '-' || s.p[0] == '+' || s.p[0] == '=')
			s = str_from(s, 1);
		else if (s.n >= 3 && (unsigned char)s.p[0] == 0xe2 &&
			 ((unsigned char)s.p[1] == 0x94 || (unsigned char)s.p[1] == 0x95) &&
			 !str_starts(s, S(BAR)))
			s = str_from(s, 3);
		else
			return false;
		count++;
	}
	return count >= 3;
}

/* "-[ RECORD 1 ]---", "* Record 1", "┌─[ RECORD 1 ]─┐" */
static bool is_record(struct str s, bool *first)
{
	s = str_trim(s);
	*first = str_contains(s, S("[ RECORD 1 ]")) || str_eq(s, S("* Record 1"));
	return *first || str_starts(s, S("* Record ")) ||
	       (str_contains(s, S("[ RECORD ")) &&
		(s.p[0] == '-' || s.p[0] == '+' || (unsigned char)s.p[0] == 0xe2));
}

static bool is_heading(struct str s)
{
	s = str_trim(s);
	if (cut_bar(&s))
		s = str_trim(s);
	if (cut_end(&s, S("|")) || cut_end(&s, S(BAR)))
		s = str_trim(s);
	return str_eq(s, S(HEADING));
}

static bool is_count(struct str s)
{
	s = str_trim(s);
	if (str_contains(s, S(" in set (")) && str_ends(s, S(" sec)")))
		return true;
	return cut_start(&s, S("(")) && (cut_end(&s, S(" rows)")) || cut_end(&s, S(" row)"))) &&
	       s.n && digits_at(s, 0, s.n);
}

/*
 * \x has "QUERY PLAN" in front of each cell, and as many blanks in front of its further lines; then
 * a bar, or a comma in CSV, or a blank. Moves *s to the cell; false: there is no such thing.
 */
static bool cut_record(struct plan_lines *l, struct str *s, bool *csv)
{
	struct str rest = *s, bar;
	bool named, blank;

	if (cut_bar(&rest))
		cut_start(&rest, S(" "));
	named = cut_start(&rest, S(HEADING));
	if (!named && !l->expanded)
		return false;
	while (!named && cut_start(&rest, S(" ")))
		;
	*csv = named && cut_start(&rest, S(","));
	blank = !*csv && (cut_start(&rest, S(" ")) || !named);
	bar = rest;
	/* unaligned cells and further lines of border 0 have nothing in front */
	if (!*csv && !cut_bar(&bar) && (named || !cut_start(&bar, S(":")))) {
		*s = named ? rest : *s;
		return named && blank;
	}
	if (!*csv && blank)
		cut_start(&bar, S(" "));
	*s = *csv ? rest : bar;
	return true;
}

/* \pset format wrapped cuts cells that are too wide, with marks that differ from style to style. */
static bool is_wrapped(const struct plan_lines *l, struct str raw, struct str cell)
{
	bool numbers = str_contains(cell, S("  (cost=")) || str_contains(cell, S("  (actual "));

	/* a text in quotes, or an element, may say such things too */
	return (numbers && cell.n && !str_has(S(")\",>"), cell.p[cell.n - 1])) ||
	       (l->aligned &&
		(str_starts(cell, S(".")) || str_starts(cell, S(ELLIPSIS)) ||
		 (raw.n == l->width && (str_ends(raw, S(".")) || str_ends(raw, S(ELLIPSIS))))));
}

/* A cell, or a line of it, of CSV; it is in quotes if it has any, or goes over several lines. */
static struct str cell_of_csv(struct plan_lines *l, struct str raw)
{
	size_t i = l->quoted ? 0 : 1;

	l->quoted = true;
	l->scratch.n = 0;
	for (; i < raw.n; i++) {
		if (raw.p[i] == '"' && (i + 1 == raw.n || raw.p[i + 1] != '"')) {
			l->quoted = false;
			break;
		}
		i += raw.p[i] == '"';
		buf_byte(&l->scratch, raw.p[i]);
	}
	return buf_str(&l->scratch);
}

/* A cell without what the table has put around it. */
static struct str cell_of(struct plan_lines *l, struct str raw)
{
	struct str s = raw;
	bool csv = false, record;

	if (l->quoted || str_starts(raw, S("\"")))
		return cell_of_csv(l, raw);
	while (cut_end(&s, S(" ")))
		;
	if (str_ends(s, S(" +")))
		l->aligned = true;
	record = cut_record(l, &s, &csv);
	if (csv)
		return str_starts(s, S("\"")) ? cell_of_csv(l, s) : s;
	if (record) {
		l->expanded = true;
	} else if (cut_bar(&s)) {
		l->aligned = true;
	}
	if (cut_end(&s, S("|")) || cut_end(&s, S(BAR)))
		while (cut_end(&s, S(" ")))
			;
	if (cut_end(&s, S(RETURN)) || ((l->aligned || l->expanded) && cut_end(&s, S("+"))))
		while (cut_end(&s, S(" ")))
			;
	/* mysql's \G */
	if (!cut_start(&s, S("EXPLAIN: ")))
		cut_start(&s, S("ANALYZE: "));
	if (is_wrapped(l, raw, s))
		input_error(l->in,
			    "expected lines as a whole (psql's \\pset format wrapped cuts "
			    "them), got %s",
			    diag_quote(s));
	return s;
}

/* LINE_END: the line is none of a plan. */
static enum plan_line row_of_table(struct plan_lines *l, struct str *line)
{
	bool first;

	if (l->quoted) {
		*line = cell_of(l, l->raw);
		return LINE_TEXT;
	}
	if (is_heading(l->raw)) {
		l->table = true;
		l->aligned = l->expanded = false;
		return LINE_BREAK;
	}
	if (is_rule(l->raw)) {
		l->aligned |= l->table;
		l->width = l->raw.n;
		return LINE_END;
	}
	if (is_record(l->raw, &first)) {
		l->table = l->expanded = true;
		return first ? LINE_BREAK : LINE_END;
	}
	if (is_count(l->raw)) {
		l->table = l->aligned = l->expanded = false;
		return LINE_BREAK;
	}
	*line = cell_of(l, l->raw);
	/* records of unaligned cells have a blank line between them */
	return l->expanded && !str_trim(*line).n ? LINE_END : LINE_TEXT;
}

enum plan_line plan_lines_next(struct plan_lines *l, struct str *line)
{
	enum plan_line kind;

	while (l->held || input_line(l->in, &l->raw)) {
		l->held = false;
		if (l->in_entry && str_starts(l->raw, S("\t"))) {
			*line = str_from(l->raw, 1);
			return LINE_TEXT;
		}
		if (l->in_entry) {
			l->in_entry = false;
			l->held = true;
			return LINE_BREAK;
		}
		if (take_entry(l, l->raw)) {
			l->in_entry = l->log = true;
			return LINE_ENTRY;
		}
		if (l->log)
			continue;
		kind = row_of_table(l, line);
		if (kind != LINE_END)
			return kind;
	}
	return LINE_END;
}
