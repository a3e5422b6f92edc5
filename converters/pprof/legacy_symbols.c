/*
 * pprof/legacy_symbols - functions of addresses, where a text has them
 *
 * Go's texts (debug=1) name them in comments behind each sample, one for each frame but those of
 * the runtime at the leaf:
 *
 *	1: 96 [1: 96] @ 0x47c5c5 0x41e4c5 0x4844a1
 *	#	0x41e4c4	runtime.newobject+0x24	/usr/local/go/src/runtime/malloc.go:2157
 *
 * jeprof --raw and gperftools' pprof --raw put a table in front of the profile, in which inlined
 * functions come behind the ones that they are part of:
 *
 *	--- symbol
 *	binary=/usr/bin/shop
 *	0x0000000000401237 main--line_item
 *	---
 *	--- heap
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/base/utf8.h"
#include "converters/pprof/legacy.h"

/* --- the table --- */

static const struct legacy_symbol *find_symbol(const struct legacy_reader *l, uint64_t address)
{
	for (struct probe at = index_probe(&l->symbol_index, hash_mix(address, 0));
	     index_next(&l->symbol_index, &at);)
		if (l->symbols[at.row].address == address)
			return &l->symbols[at.row];
	return NULL;
}

/*
 * A call returns to the instruction behind it, and the byte before belongs to the call. Tables have
 * that byte's address; those of gperftools' pprof --raw belong to words that were changed so.
 */
const struct legacy_symbol *legacy_find_symbol(const struct legacy_reader *l,
					       const struct legacy_address *of, uint64_t *address)
{
	const struct legacy_symbol *before = find_symbol(l, of->address - 1), *exact;

	*address = of->address - of->returns;
	if (before && of->returns)
		return before;
	exact = find_symbol(l, of->address);
	if (!exact)
		return before;
	*address = of->address;
	return exact;
}

/* The lines that were added since there were `first` are those of the address. */
static void add_symbol(struct legacy_reader *l, uint64_t address, size_t first)
{
	ARRAY_ROOM(l->symbols, l->symbol_count, l->symbol_cap);
	l->symbols[l->symbol_count] = (struct legacy_symbol){ address, first,
							      l->r->line_count - first };
	index_add(&l->symbol_index, hash_mix(address, 0), (uint32_t)l->symbol_count++);
}

static void add_line(struct legacy_reader *l, uint64_t name, uint64_t file, uint64_t line)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->functions, r->function_count, r->function_cap);
	r->functions[r->function_count] = (struct pprof_function){
		.id = r->function_count + 1, .name = name, .file = file, .at = input_offset(l->in)
	};
	r->function_count++;
	ARRAY_ROOM(r->lines, r->line_count, r->line_cap);
	r->lines[r->line_count++] = (struct pprof_line){ r->function_count, line, 0 };
}

void legacy_name_address(struct legacy_reader *l, uint64_t address, struct str name)
{
	size_t first = l->r->line_count;

	if (find_symbol(l, address))
		return;
	add_line(l, legacy_text(l, name), 0, 0);
	add_symbol(l, address, first);
}

/* --- comments of Go --- */

/* Takes what is before the next tabs off *rest. */
static struct str take_field(struct str *rest)
{
	struct str field = *rest;

	if (!str_cut(*rest, '\t', &field, rest))
		*rest = S("");
	while (rest->n && *rest->p == '\t')
		*rest = str_from(*rest, 1);
	return str_trim(field);
}

/* "	0x4d9e64	main.order+0x53	main.go:20"; false: the comment says something else */
static bool parse_place(struct legacy_reader *l, struct str text, struct legacy_comment *c)
{
	struct str number, name, place, offset;

	while (text.n && legacy_is_blank(*text.p))
		text = str_from(text, 1);
	number = take_field(&text);
	name = take_field(&text);
	place = str_trim(text);
	if (!name.n || !str_starts(number, S("0x")) ||
	    !str_to_hex(str_from(number, 2), &c->address))
		return false;
	if (str_cut_last(name, '+', &name, &offset) && !str_starts(offset, S("0x")))
		name = (struct str){ name.p, name.n + 1 + offset.n };
	c->name = legacy_text(l, name);
	c->line = 0;
	number = S("");
	if (str_cut_last(place, ':', &place, &number) && !str_to_u64(number, &c->line))
		place = (struct str){ place.p, place.n + 1 + number.n };
	c->file = legacy_text(l, place);
	return true;
}

/*
 * How many frames of the stack from *at on are at the address, one behind the other; *at is moved
 * behind them. Comments are in the order of the stack.
 */
static size_t take_frames(const struct legacy_reader *l, uint64_t address, size_t *at)
{
	size_t count = 0;

	for (; *at < l->depth; ++*at) {
		uint64_t frame = l->addresses[l->stack[*at]].address;

		if (frame - 1 == address || frame == address)
			count++;
		else if (count)
			break;
	}
	return count;
}

void legacy_take_comments(struct legacy_reader *l)
{
	size_t at = 0, end;

	for (size_t i = 0; i < l->comment_count; i = end) {
		uint64_t address = l->comments[i].address;
		size_t first = l->r->line_count, frames = take_frames(l, address, &at), lines;

		for (end = i + 1; end < l->comment_count; end++)
			if (l->comments[end].address != address)
				break;
		if (find_symbol(l, address))
			continue;
		/* a recursive call is there once for each frame, inlined functions beside each */
		lines = frames && (end - i) % frames == 0 ? (end - i) / frames : 1;
		for (size_t k = i; k < i + lines; k++)
			add_line(l, l->comments[k].name, l->comments[k].file, l->comments[k].line);
		add_symbol(l, address, first);
	}
	l->comment_count = 0;
}

/* --- labels of goroutines: # labels: {"worker":"3", "route":"/a"} --- */

/* Takes an escape of Go's %q behind its backslash. */
static bool take_escape(struct str *s, struct buf *to)
{
	static const char letters[] = "abfnrtv\\\"'", bytes[] = "\a\b\f\n\r\t\v\\\"'";
	const char *letter = s->n ? strchr(letters, *s->p) : NULL;
	char point[4];
	size_t digits;
	uint64_t value;

	if (s->n && *s->p && letter) {
		buf_byte(to, bytes[letter - letters]);
		*s = str_from(*s, 1);
		return true;
	}
	digits = !s->n ? 0 : *s->p == 'x' ? 2 : *s->p == 'u' ? 4 : *s->p == 'U' ? 8 : 0;
	if (!digits || s->n <= digits || !str_to_hex(str_head(str_from(*s, 1), digits), &value) ||
	    value > 0x10ffff)
		return false;
	if (digits == 2)
		buf_byte(to, (char)value);
	else
		buf_add(to, (struct str){ point, utf8_put(point, (uint32_t)value) });
	*s = str_from(*s, 1 + digits);
	return true;
}

static bool take_quoted(struct str *s, struct buf *to)
{
	to->n = 0;
	if (!legacy_take(s, S("\"")))
		return false;
	while (s->n && *s->p != '"') {
		char c = *s->p;

		*s = str_from(*s, 1);
		if (c != '\\')
			buf_byte(to, c);
		else if (!take_escape(s, to))
			return false;
	}
	return legacy_take(s, S("\""));
}

static void read_labels(struct legacy_reader *l, struct str text)
{
	struct buf key = { 0 }, value = { 0 };
	bool good = legacy_take(&text, S("{"));

	while (good && !legacy_take(&text, S("}"))) {
		good = take_quoted(&text, &key) && legacy_take(&text, S(":")) &&
		       take_quoted(&text, &value);
		legacy_take(&text, S(","));
		if (good)
			legacy_add_label(l, buf_str(&key), buf_str(&value));
	}
	if (!good)
		input_error(l->in, "expected labels such as {\"key\":\"value\"}");
	buf_free(&key);
	buf_free(&value);
}

void legacy_read_comment(struct legacy_reader *l, struct str line)
{
	struct legacy_comment c = { 0 };
	struct str labels;

	line = str_trim(line);
	if (!l->pending || !line.n)
		return;
	line = str_from(line, 1);
	labels = line;
	if (legacy_take(&labels, S("labels:"))) {
		read_labels(l, labels);
	} else if (parse_place(l, line, &c)) {
		ARRAY_ROOM(l->comments, l->comment_count, l->comment_cap);
		l->comments[l->comment_count++] = c;
	}
}

/* --- the table in front --- */

bool legacy_is_symbolised(struct str head)
{
	struct str line = legacy_first_line(head);

	return legacy_take(&line, S("---")) && legacy_take(&line, S("symbol")) && !line.n;
}

/* Names that are there twice have an address behind them: "request<0000000000001155>". */
static struct str without_address(struct str name)
{
	struct str head, digits;
	uint64_t address;

	if (str_ends(name, S(">")) && str_cut_last(name, '<', &head, &digits) && head.n &&
	    digits.n > 8 && str_to_hex(str_head(digits, digits.n - 1), &address))
		return head;
	return name;
}

/* Takes the last of several names, "line_item" off "main--line_item". */
static struct str take_last_name(struct str *names)
{
	struct str all = *names, head;

	for (size_t at = all.n; at-- > 0;) {
		if (all.p[at] != '-' || at + 1 == all.n || all.p[at + 1] != '-')
			continue;
		head = str_head(all, at);
		if (str_ends(head, S("operator")))
			continue;
		*names = head;
		return str_from(all, at + 2);
	}
	*names = S("");
	return all;
}

/* The caller comes first. */
static void add_names(struct legacy_reader *l, struct str names)
{
	while (names.n) {
		struct str name = take_last_name(&names);

		if (name.n)
			add_line(l, legacy_text(l, without_address(name)), 0, 0);
	}
}

static void read_symbol(struct legacy_reader *l, struct str line)
{
	size_t first = l->r->line_count;
	struct str number = line, names = S("");
	uint64_t address;

	str_cut(line, ' ', &number, &names);
	names = str_trim(names);
	if (!str_to_hex(str_from(number, 2), &address) || !names.n) {
		input_error(l->in, "expected an address and a function, got %s", diag_quote(line));
		return;
	}
	/* an address for a name is none */
	if (find_symbol(l, address) || str_starts(names, S("0x")))
		return;
	add_names(l, names);
	add_symbol(l, address, first);
}

void legacy_read_symbolised(struct legacy_reader *l)
{
	const struct legacy_kind *kind;
	struct str line;

	legacy_next_line(l, &line);
	while (input_line(l->in, &line) && !str_starts(line, S("---")))
		if (str_starts(line, S("0x")))
			read_symbol(l, line);
		else if (!str_has(line, '=') && str_trim(line).n)
			input_error(l->in, "expected an address and a function, got %s",
				    diag_quote(line));
	input_want(l->in, LEGACY_HEAD);
	kind = legacy_kind_of((struct str){ l->in->p, (size_t)(l->in->end - l->in->p) });
	if (!kind || kind->read == legacy_read_symbolised)
		input_error(l->in, "expected a profile behind the symbols, such as '--- heap'");
	else
		kind->read(l);
}
