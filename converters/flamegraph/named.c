/*
 * flamegraph/named - what files say of single functions
 *
 * 	--nameattr FILE   "main<TAB>title=The start<TAB>href=https://example.org/main"
 * 	--cp              "main->rgb(240,120,30)" in palette.map, as flamegraph.pl and
 * 	                  inferno-flamegraph write it
 *
 * A link leads to a page and nowhere else: what a browser would run is refused, and so are
 * attributes that are code or styles of their own.
 */
#include <stdlib.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/utf8.h"
#include "common/io/input.h"
#include "converters/flamegraph/internal.h"

static const char palette_file[] = "palette.map";

struct entry {
	struct str name;
	struct flame_named named;
	size_t number; /* of the line: a later one counts */
};

struct entries {
	struct entry *all;
	size_t count, cap;
};

static bool is_link(struct str s)
{
	static const char *const schemes[] = { "http:", "https:", "mailto:" };

	for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++)
		if (str_starts(s, str_of(schemes[i])))
			return true;
	for (size_t i = 0; i < s.n && s.p[i] != '/' && s.p[i] != '?' && s.p[i] != '#'; i++)
		if (s.p[i] == ':' || (unsigned char)s.p[i] <= ' ' || s.p[i] == '&')
			return false;
	return true;
}

static struct str unquoted(struct str s)
{
	bool quoted = s.n >= 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';

	return quoted ? str_head(str_from(s, 1), s.n - 2) : s;
}

static void take_attribute(struct input *in, struct entry *e, struct str attribute)
{
	struct str name, value;

	if (!str_cut(attribute, '=', &name, &value)) {
		input_error(in, "expected attribute=value, got %s", diag_quote(attribute));
		return;
	}
	name = str_trim(name);
	value = unquoted(str_trim(value));
	if (str_eq(name, S("title")))
		e->named.title = value;
	else if (str_eq(name, S("target")))
		e->named.target = value;
	else if (!str_eq(name, S("href")))
		input_error(in, "expected the attribute title, href or target, got %s",
			    diag_quote(name));
	else if (!is_link(value))
		input_error(in, "expected a link to a page (https://...), got %s",
			    diag_quote(value));
	else
		e->named.href = value;
}

static void read_attributes(struct input *in, struct entry *e, struct str line)
{
	struct str rest, one;
	bool more = str_cut(line, '\t', &e->name, &rest);

	while (more && !in->failed) {
		more = str_cut(rest, '\t', &one, &rest);
		if (!more)
			one = rest;
		if (one.n)
			take_attribute(in, e, one);
	}
}

/* "->rgb(1,2,3)" at the end; a name may have an arrow in it. */
static void read_color(struct input *in, struct entry *e, struct str line)
{
	struct str digits, part, rest;
	size_t at = line.n;
	uint64_t value = 0, color = 0;
	int parts = 0;

	while (at && !str_starts(str_from(line, at), S("->rgb(")))
		at--;
	digits = str_from(line, at);
	if (!str_starts(digits, S("->rgb(")) || !str_ends(digits, S(")"))) {
		input_error(in, "expected name->rgb(red,green,blue), got %s", diag_quote(line));
		return;
	}
	digits = str_head(str_from(digits, 6), digits.n - 7);
	for (bool more = true; more; parts++) {
		more = str_cut(digits, ',', &part, &rest);
		if (!str_to_u64(str_trim(more ? part : digits), &value) || value > 255)
			parts = 9;
		color = color << 8 | (value & 255);
		digits = rest;
	}
	if (parts != 3)
		input_error(in, "expected three numbers from 0 to 255, got %s", diag_quote(line));
	e->name = str_head(line, at);
	e->named.color = (uint32_t)color;
	e->named.colored = true;
}

/* Reads the lines into *text, which then stays where it is: entries point into it. */
static void read_lines(struct input *in, struct buf *text, struct entries *entries,
		       void (*read)(struct input *, struct entry *, struct str))
{
	struct str line, rest;

	while (input_line(in, &line)) {
		buf_add(text, line);
		buf_byte(text, '\n');
	}
	rest = buf_str(text);
	for (size_t number = 1; !in->failed && str_cut(rest, '\n', &line, &rest); number++) {
		struct entry e = { .number = number };

		in->line = number;
		if (!str_trim(line).n)
			continue;
		read(in, &e, line);
		ARRAY_ROOM(entries->all, entries->count, entries->cap);
		entries->all[entries->count++] = e;
	}
}

static int compare_entries(const void *left, const void *right)
{
	const struct entry *a = left, *b = right;
	int order = str_compare(a->name, b->name);

	return order ? order : (a->number > b->number) - (a->number < b->number);
}

/* Looks each function up among the entries; the last of a name counts. */
static void name_functions(struct flame_names *names, struct entries *entries,
			   const struct profile *p)
{
	if (entries->count)
		qsort(entries->all, entries->count, sizeof *entries->all, compare_entries);
	for (function_id f = 0; f < p->function_count && entries->count; f++) {
		struct str name = function_name(p, f);
		size_t low = 0, high = entries->count;
		const struct entry *e;

		while (low < high) {
			size_t middle = (low + high) / 2;

			if (str_compare(entries->all[middle].name, name) <= 0)
				low = middle + 1;
			else
				high = middle;
		}
		e = low ? &entries->all[low - 1] : NULL;
		if (!e || !str_eq(e->name, name))
			continue;
		if (e->named.colored) {
			names->of[f].color = e->named.color;
			names->of[f].colored = true;
		} else {
			names->of[f].title = e->named.title;
			names->of[f].href = e->named.href;
			names->of[f].target = e->named.target;
		}
	}
}

static int read_names(const char *file, struct flame_names *names, struct buf *text,
		      const struct profile *p,
		      void (*read)(struct input *, struct entry *, struct str))
{
	struct entries entries = { 0 };
	struct input *in = input_open(file);
	int status;

	if (!in)
		return -1;
	in->place = PLACE_LINE;
	read_lines(in, text, &entries, read);
	status = input_status(in);
	if (status == 0)
		name_functions(names, &entries, p);
	input_close(in);
	alloc_free(entries.all);
	return status;
}

int flame_names_read(struct flame_names *names, const struct flame_options *o,
		     const struct profile *p)
{
	bool palette = o->palette && access(palette_file, F_OK) == 0;
	int status = 0;

	*names = (struct flame_names){ 0 };
	if (!palette && !o->attributes)
		return 0;
	names->of = alloc_zero(p->function_count, sizeof *names->of);
	if (palette)
		status = read_names(palette_file, names, &names->palette, p, read_color);
	if (status == 0 && o->attributes)
		status = read_names(o->attributes, names, &names->attributes, p, read_attributes);
	return status;
}

void flame_names_free(struct flame_names *names)
{
	alloc_free(names->of);
	buf_free(&names->palette);
	buf_free(&names->attributes);
}
