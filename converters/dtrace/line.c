/* dtrace/line - what each line is, by its indentation and its end */
#include "common/base/num.h"
#include "converters/dtrace/internal.h"

/* Stacks are indented by 14 unless a script says stackindent; keys by 1 or 2. */
enum { MIN_STACK_INDENT = 5 };

static bool is_number(struct str s)
{
	size_t i = s.n && s.p[0] == '-';

	if (i == s.n)
		return false;
	while (i < s.n && s.p[i] >= '0' && s.p[i] <= '9')
		i++;
	return i == s.n;
}

/* "main+0x31b": an offset in the function */
static struct str without_offset(struct str s)
{
	size_t i = s.n;

	while (i && hex_digit(s.p[i - 1]) >= 0)
		i--;
	return i < s.n && i > 3 && memcmp(s.p + i - 3, "+0x", 3) == 0 ? str_head(s, i - 3) : s;
}

/*
 *	mysqld`main+0x31b
 *	unix`0xfffffffffb800c86     an object without symbols
 *	0x8073d5d
 */
static void parse_frame(struct str text, struct dtrace_line *l)
{
	struct str object, symbol;

	l->kind = DTRACE_FRAME;
	l->symbol = without_offset(text);
	if (str_cut(text, '`', &object, &symbol)) {
		l->object = object;
		l->symbol = without_offset(symbol);
	} else if (str_starts(text, S("0x"))) {
		l->unsymbolised = str_to_hex(str_from(text, 2), &l->address);
	}
}

/* "  0  64091                        :tick-60s" */
static bool is_probe(struct str line)
{
	struct str rest = line, cpu, id, name, more;

	return str_word(&rest, &cpu) && str_word(&rest, &id) && str_word(&rest, &name) &&
	       !str_word(&rest, &more) && is_number(cpu) && is_number(id) && str_has(name, ':');
}

static bool is_head(struct str text)
{
	struct str rest = text, cpu, id;

	return str_word(&rest, &cpu) && str_word(&rest, &id) && str_eq(cpu, S("CPU")) &&
	       str_eq(id, S("ID"));
}

/* "            1024 |@@@@@                                    4" */
static bool is_bucket(struct str text, struct str *count)
{
	struct str from, rest, word;
	bool any = false;

	if (!str_cut(text, '|', &from, &rest))
		return false;
	from = str_trim(from);
	while (str_word(&rest, &word)) {
		*count = word;
		any = true;
	}
	if (str_starts(from, S("<")) || str_starts(from, S(">")))
		from = str_trim(str_from(from, str_starts(from, S(">=")) ? 2 : 1));
	return any && is_number(*count) && is_number(from);
}

/* A key, and a number in the last column if there is one. */
static void parse_key(struct str text, struct dtrace_line *l)
{
	size_t i = text.n;

	while (i && text.p[i - 1] != ' ')
		i--;
	l->key = text;
	l->kind = DTRACE_KEY;
	if (!i || !is_number(str_from(text, i)))
		return;
	l->kind = DTRACE_ROW;
	l->number = str_from(text, i);
	l->key = str_trim(str_head(text, i));
}

struct dtrace_line dtrace_parse(struct str line)
{
	struct dtrace_line l = { .object = S("") };
	struct str text = str_trim(line), rest = text, first = S("");
	size_t indent = 0;

	while (indent < line.n && (line.p[indent] == ' ' || line.p[indent] == '\t'))
		indent += line.p[indent] == '\t' ? MIN_STACK_INDENT : 1;
	if (!str_word(&rest, &first))
		return l;
	if (is_head(text) || is_probe(line))
		l.kind = DTRACE_HEAD;
	else if (!indent)
		l.kind = DTRACE_OTHER;
	else if (is_number(text)) {
		l.kind = DTRACE_VALUE;
		l.number = text;
	} else if (str_contains(text, S("- Distribution -")))
		l.kind = DTRACE_SCALE;
	else if (is_bucket(text, &l.number))
		l.kind = DTRACE_BUCKET;
	else if ((indent >= MIN_STACK_INDENT && !is_number(first)) || str_starts(text, S("0x")))
		parse_frame(text, &l);
	else
		parse_key(text, &l); /* also "     1234  mysqld" */
	return l;
}
