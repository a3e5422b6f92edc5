/*
 * pprof/legacy_maps - the memory map behind a profile
 *
 * As /proc/PID/maps has it, or shorter; $NAME stands for what a line NAME=TEXT said before:
 *
 *	00401000-00402000 r-xp 00001000 00:00 10756184    /srv/shop
 *	0x40000-0x80000: /srv/shop (@ff00) 8c3fe2
 *
 * What can be executed is put in order as pprof does it: parts that follow each other are one, the
 * program comes before its libraries.
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/sort.h"
#include "converters/pprof/legacy.h"

/* --- one line --- */

struct map_line {
	uint64_t start, limit, offset;
	struct str perms, file, build_id;
};

/* Takes digits, perhaps behind 0x. */
static bool take_hex(struct str *s, uint64_t *value)
{
	size_t n = 0;

	if (str_starts(*s, S("0x")))
		*s = str_from(*s, 2);
	while (n < s->n && hex_digit(s->p[n]) >= 0)
		n++;
	if (!str_to_hex(str_head(*s, n), value))
		return false;
	*s = str_from(*s, n);
	return true;
}

static bool is_perms(struct str word)
{
	for (size_t i = 0; i < word.n; i++)
		if (!strchr("-rwxps", word.p[i]))
			return false;
	return word.n >= 3 && word.n <= 4;
}

static bool is_hex(struct str word)
{
	uint64_t value;

	return str_to_hex(word, &value);
}

static bool is_device(struct str word)
{
	struct str major, minor;

	return str_cut(word, ':', &major, &minor) && is_hex(major) && is_hex(minor);
}

/* "00001000 00:00 10756184    /srv/the shop" */
static bool parse_proc(struct str rest, struct map_line *m)
{
	struct str offset, device, inode;
	uint64_t number;

	if (!str_word(&rest, &offset) || !str_to_hex(offset, &m->offset) ||
	    !str_word(&rest, &device) || !is_device(device) || !str_word(&rest, &inode) ||
	    !str_to_u64(inode, &number))
		return false;
	m->file = str_trim(rest);
	return true;
}

/* "/srv/shop (@ff00) 8c3fe2" */
static void parse_brief(struct str rest, struct map_line *m)
{
	struct str word;

	while (str_word(&rest, &word)) {
		if (str_starts(word, S("(@")) && str_ends(word, S(")")))
			str_to_hex((struct str){ word.p + 2, word.n - 3 }, &m->offset);
		else if (!m->file.n)
			m->file = word;
		else if (is_hex(word))
			m->build_id = word;
	}
}

static bool parse_map_line(struct str line, struct map_line *m)
{
	struct str rest, word;
	bool parted;

	*m = (struct map_line){ 0 };
	line = str_trim(line);
	if (!take_hex(&line, &m->start))
		return false;
	parted = legacy_take(&line, S("-"));
	if (!parted && (!line.n || !legacy_is_blank(*line.p)))
		return false;
	line = str_trim(line);
	if (!take_hex(&line, &m->limit) || m->limit <= m->start)
		return false;
	if (str_starts(line, S(":")))
		line = str_from(line, 1);
	if (line.n && !legacy_is_blank(*line.p))
		return false;
	rest = line;
	if (str_word(&rest, &word) && is_perms(word)) {
		m->perms = word;
		line = rest;
	}
	if (!parse_proc(line, m))
		parse_brief(line, m);
	if (str_ends(m->file, S(" (deleted)")))
		m->file.n -= strlen(" (deleted)");
	return true;
}

/* --- lines of a map: names in place of $NAME --- */

enum { MAX_NAMES = 16 };

struct map_reader {
	struct legacy_reader *l;
	struct {
		struct buf name, text;
	} names[MAX_NAMES];
	size_t name_count;
	struct buf line;
	uint64_t others; /* lines that are no mapping */
};

/* Logs put "I0301 12:00:00 7 shop.cc:42] " in front of each line. */
static struct str without_log_prefix(struct str line)
{
	struct str before, after, file, number;
	uint64_t value;

	if (str_cut(line, ']', &before, &after) && !str_has(before, '[') &&
	    str_cut_last(before, ':', &file, &number) && str_to_u64(number, &value) && after.n &&
	    legacy_is_blank(*after.p))
		return str_from(after, 1);
	return line;
}

static struct str with_names(struct map_reader *m, struct str line)
{
	if (!m->name_count || !str_has(line, '$'))
		return line;
	m->line.n = 0;
	while (line.n) {
		size_t i = 0, n = 1;

		while (i < m->name_count &&
		       !(*line.p == '$' &&
			 str_starts(str_from(line, 1), buf_str(&m->names[i].name))))
			i++;
		if (i < m->name_count) {
			buf_add(&m->line, buf_str(&m->names[i].text));
			n = 1 + m->names[i].name.n;
		} else {
			buf_byte(&m->line, *line.p);
		}
		line = str_from(line, n);
	}
	return buf_str(&m->line);
}

static bool add_name(struct map_reader *m, struct str line)
{
	struct str name, text;

	if (m->name_count == MAX_NAMES || !str_cut(line, '=', &name, &text) || !str_trim(name).n)
		return false;
	buf_replace(&m->names[m->name_count].name, str_trim(name));
	buf_replace(&m->names[m->name_count].text, str_trim(text));
	m->name_count++;
	return true;
}

static void add_mapping(struct legacy_reader *l, const struct map_line *m)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->mappings, r->mapping_count, r->mapping_cap);
	r->mappings[r->mapping_count++] = (struct pprof_mapping){
		.start = m->start,
		.limit = m->limit,
		.offset = m->offset,
		.file = legacy_text(l, m->file),
		.build_id = legacy_text(l, m->build_id),
		.at = input_offset(l->in),
	};
}

static void read_map_line(struct map_reader *m, struct str line)
{
	struct map_line parsed;

	if (legacy_kind_of(line)) {
		input_error(m->l->in, "expected a mapping, got another profile");
		return;
	}
	line = with_names(m, without_log_prefix(line));
	if (parse_map_line(line, &parsed)) {
		if (!parsed.perms.n || str_has(parsed.perms, 'x'))
			add_mapping(m->l, &parsed);
	} else if (str_trim(line).n && !add_name(m, line)) {
		m->others++;
	}
}

static void report_others(const struct map_reader *m)
{
	if (m->others && !m->l->in->failed)
		profile_report_missing(m->l->r->p, str_of(m->l->in->name),
				       "%" PRIu64 " lines of the memory map are no mappings and "
				       "were left out",
				       m->others);
}

void legacy_read_map(struct legacy_reader *l)
{
	struct map_reader m = { .l = l };
	struct str line;

	while (input_line(l->in, &line))
		read_map_line(&m, line);
	report_others(&m);
	for (size_t i = 0; i < MAX_NAMES; i++) {
		buf_free(&m.names[i].name);
		buf_free(&m.names[i].text);
	}
	buf_free(&m.line);
}

bool legacy_is_map_heading(struct str line)
{
	return str_contains(line, S("--- Memory map: ---")) ||
	       str_contains(line, S("MAPPED_LIBRARIES:"));
}

void legacy_read_sections(struct legacy_reader *l, struct str line)
{
	while (!legacy_is_map_heading(line))
		if (!input_line(l->in, &line))
			return;
	legacy_read_map(l);
}

/* --- all of them --- */

static struct str text_of(const struct legacy_reader *l, uint64_t number)
{
	return profile_text(l->r->p, l->r->strings[number]);
}

static bool continues(const struct pprof_mapping *a, const struct pprof_mapping *b)
{
	return (!a->file || !b->file || a->file == b->file) &&
	       (!a->build_id || !b->build_id || a->build_id == b->build_id) &&
	       a->limit == b->start &&
	       (!a->offset || !b->offset || a->offset + (a->limit - a->start) == b->offset);
}

static void join_mappings(struct pprof_reader *r)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->mapping_count; i++) {
		struct pprof_mapping m = r->mappings[i],
				     *last = kept ? &r->mappings[kept - 1] : NULL;

		if (last && continues(last, &m)) {
			last->limit = m.limit;
			last->file = m.file ? m.file : last->file;
			last->build_id = m.build_id ? m.build_id : last->build_id;
		} else {
			r->mappings[kept++] = m;
		}
	}
	r->mapping_count = kept;
}

/* "libc.so", "libc.so.6", "libc.so_7" */
static bool is_library(struct str file)
{
	if (str_ends(file, S(".so")))
		return true;
	for (size_t i = 0; i + 4 < file.n; i++)
		if (str_starts(str_from(file, i), S(".so")) &&
		    (file.p[i + 3] == '.' || file.p[i + 3] == '_') && file.p[i + 4] >= '0' &&
		    file.p[i + 4] <= '9')
			return true;
	return false;
}

static void put_program_first(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;

	for (size_t i = 0; i < r->mapping_count; i++) {
		struct str file = text_of(l, r->mappings[i].file);
		struct pprof_mapping first = r->mappings[0];

		if (!file.n || *file.p == '[' || is_library(file))
			continue;
		r->mappings[0] = r->mappings[i];
		r->mappings[i] = first;
		break;
	}
}

/*
 * Some programs move their code into huge pages, and some maps lack the part of a program in front
 * of its code: its usual place is known.
 */
static void mend_program(struct legacy_reader *l)
{
	enum { USUAL_START = 0x400000 };
	struct pprof_reader *r = l->r;
	struct pprof_mapping *first = r->mappings;

	if (r->mapping_count > 1 && str_starts(text_of(l, first->file), S("/anon_hugepage")) &&
	    first->limit == first[1].start)
		memmove(first, first + 1, --r->mapping_count * sizeof *first);
	if (r->mapping_count && first->start - first->offset == USUAL_START) {
		first->start = USUAL_START;
		first->offset = 0;
	}
}

struct map_order {
	const struct pprof_mapping *mappings;
	uint32_t *ids; /* by start */
	size_t count;
};

static int by_start(uint32_t a, uint32_t b, const void *context)
{
	const struct pprof_mapping *m = context;

	return m[a].start < m[b].start ? -1 : m[a].start > m[b].start;
}

/* How many begin at the address or before it. */
static size_t count_until(const struct map_order *o, uint64_t address)
{
	size_t low = 0, high = o->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (o->mappings[o->ids[middle]].start <= address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The id of the mapping, or 0. One that lacks its beginning is extended to hold the address. */
static uint64_t mapping_of(struct pprof_reader *r, const struct map_order *o, uint64_t address)
{
	size_t at = count_until(o, address);
	struct pprof_mapping *m;
	uint64_t start;

	if (at && address < o->mappings[o->ids[at - 1]].limit)
		return o->mappings[o->ids[at - 1]].id;
	if (at == o->count)
		return 0;
	m = &r->mappings[o->ids[at]];
	if (!m->offset || m->offset > m->start || address < m->start - m->offset)
		return 0;
	start = m->start - m->offset;
	if (at && start < o->mappings[o->ids[at - 1]].limit)
		start = o->mappings[o->ids[at - 1]].limit;
	m->offset -= m->start - start;
	m->start = start;
	return m->id;
}

/* What pprof -symbolize=local need not look up again. */
static void mark_symbols(struct pprof_reader *r, const struct pprof_location *location)
{
	const struct pprof_line *line = &r->lines[location->lines];
	struct pprof_mapping *m = &r->mappings[location->mapping - 1];

	m->has |= MAPPING_HAS_FUNCTIONS;
	if (r->functions[line->function - 1].file)
		m->has |= MAPPING_HAS_FILES;
	if (line->line)
		m->has |= MAPPING_HAS_LINES;
}

void legacy_map_locations(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;
	struct map_order o;

	join_mappings(r);
	put_program_first(l);
	mend_program(l);
	o = (struct map_order){ r->mappings, alloc_zero(r->mapping_count, sizeof *o.ids),
				r->mapping_count };
	for (uint32_t i = 0; i < r->mapping_count; i++) {
		r->mappings[i].id = i + 1;
		o.ids[i] = i;
	}
	sort_ids(o.ids, o.count, by_start, r->mappings);
	for (size_t i = 0; i < r->location_count; i++) {
		r->locations[i].mapping = mapping_of(r, &o, r->locations[i].address);
		if (r->locations[i].mapping && r->locations[i].line_count)
			mark_symbols(r, &r->locations[i]);
	}
	alloc_free(o.ids);
}
