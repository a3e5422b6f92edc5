/* bpftrace/lines - the lines of maps taken apart */
#include "common/base/num.h"
#include "converters/bpftrace/internal.h"

static bool is_name(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_';
}

bool bpftrace_parse_map(struct str line, struct bpftrace_map *map)
{
	size_t i = 1;

	if (!str_starts(line, S("@")))
		return false;
	while (i < line.n && is_name(line.p[i]))
		i++;
	if (i == line.n || (line.p[i] != '[' && line.p[i] != ':'))
		return false;
	map->name = (struct str){ line.p + 1, i - 1 };
	map->has_keys = line.p[i] == '[';
	map->rest = str_from(line, i + 1);
	return true;
}

bool bpftrace_cut_value(struct str text, struct str *keys, struct str *value)
{
	for (size_t i = text.n; i-- > 1;)
		if (text.p[i] == ':' && text.p[i - 1] == ']' &&
		    (i + 1 == text.n || text.p[i + 1] == ' ')) {
			*keys = str_head(text, i - 1);
			*value = str_trim(str_from(text, i + 1));
			return true;
		}
	return false;
}

/* "main+48": bpftrace counts bytes in decimal. */
static struct str without_offset(struct str s)
{
	size_t i = s.n;

	while (i && s.p[i - 1] >= '0' && s.p[i - 1] <= '9')
		i--;
	return i > 1 && i < s.n && s.p[i - 1] == '+' ? str_head(s, i - 1) : s;
}

/* Takes " (/usr/bin/load)" off: what ustack(perf) and newer versions write. */
static struct str cut_object(struct str *s)
{
	struct str object;

	if (!str_ends(*s, S(")")))
		return S("");
	for (size_t i = s->n; i-- > 1;)
		if (s->p[i] == '(' && s->p[i - 1] == ' ') {
			object = (struct str){ s->p + i + 1, s->n - i - 2 };
			*s = str_head(*s, i - 1);
			return str_eq(object, S("[unknown]")) ? S("") : object;
		}
	return S("");
}

/*
 *	    cheap+12
 *	    0x7f67fad8c0ba
 *		401170 cheap+26 (/srv/demo/spin)         (a tab: the mode perf)
 *		ffffffff813620e2 handle_softirqs+114     (of the kernel)
 */
bool bpftrace_parse_frame(struct str line, struct bpftrace_frame *f)
{
	bool has_address = line.n && line.p[0] == '\t';
	struct str text = str_trim(line), address;

	*f = (struct bpftrace_frame){ .object = S("") };
	if (has_address &&
	    (!str_cut(text, ' ', &address, &text) || !str_to_hex(address, &f->address)))
		return false;
	f->object = cut_object(&text);
	if (str_starts(text, S("0x"))) {
		f->unsymbolised = true;
		f->symbol = text;
		return str_to_hex(str_from(text, 2), &f->address);
	}
	f->symbol = without_offset(text);
	return f->symbol.n > 0;
}
