/*
 * frames - frames with what few formats know of them, mappings
 */
#include <inttypes.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/profile/profile.h"

static const char *const kind_names[FRAME_KINDS] = { [FRAME_UNKNOWN] = "",
#define X(name, text) [FRAME_##name] = (text),
						     FRAME_KIND_LIST(X)
#undef X
};

const char *frame_kind_name(enum frame_kind kind)
{
	return kind_names[kind];
}

int frame_kind_find(struct str word)
{
	for (int kind = FRAME_UNKNOWN + 1; kind < FRAME_KINDS; kind++)
		if (str_eq(word, str_of(kind_names[kind])))
			return kind;
	return -1;
}

/* --- mappings: a process has some hundred, and a reader adds each once --- */

static bool mapping_eq(const struct mapping *a, const struct mapping *b)
{
	return a->object == b->object && a->build_id == b->build_id && a->start == b->start &&
	       a->limit == b->limit && a->offset == b->offset;
}

static uint64_t mapping_hash(const struct mapping *m)
{
	return hash_mix(m->start ^ (uint64_t)m->object << 32 ^ m->build_id,
			m->limit * 31 + m->offset);
}

static void add_mapping(struct profile *p, struct mapping m)
{
	limit_check(LIMIT_MAPPINGS, p->mapping_count);
	ARRAY_ROOM(p->mappings, p->mapping_count, p->mapping_cap);
	p->mappings[p->mapping_count++] = m;
}

mapping_id profile_mapping(struct profile *p, struct mapping m)
{
	uint64_t hash = mapping_hash(&m);

	if (!p->mapping_count)
		add_mapping(p, (struct mapping){ 0 });
	if (mapping_eq(&m, &p->mappings[NO_MAPPING]))
		return NO_MAPPING;
	for (struct probe at = index_probe(&p->mapping_index, hash);
	     index_next(&p->mapping_index, &at);)
		if (mapping_eq(&p->mappings[at.row], &m)) {
			p->mappings[at.row].has |= m.has;
			return at.row;
		}
	add_mapping(p, m);
	index_add(&p->mapping_index, hash, (uint32_t)p->mapping_count - 1);
	return (mapping_id)p->mapping_count - 1;
}

/* --- frames --- */

static inline bool has_detail(const struct frame *f)
{
	return f->address || f->mapping || f->kind || f->inlined || f->unsymbolised;
}

static struct frame_detail detail_of(const struct frame *f)
{
	return (struct frame_detail){ f->address, f->mapping, (uint8_t)f->kind, f->inlined,
				      f->unsymbolised };
}

static bool detail_eq(struct frame_detail a, struct frame_detail b)
{
	return a.address == b.address && a.mapping == b.mapping && a.kind == b.kind &&
	       a.inlined == b.inlined && a.unsymbolised == b.unsymbolised;
}

static bool detail_is(const struct profile *p, uint32_t row, const struct frame *f)
{
	struct frame_detail have = { 0 };

	if (row < p->frame_detail_count)
		have = p->frame_details[row];
	return detail_eq(have, detail_of(f));
}

/* Frames before it that had none are there then. */
static void set_detail(struct profile *p, size_t row, struct frame_detail d)
{
	if (row >= p->frame_detail_cap)
		p->frame_details = alloc_grow(p->frame_details, &p->frame_detail_cap, row + 1,
					      sizeof *p->frame_details);
	memset(p->frame_details + p->frame_detail_count, 0,
	       (row - p->frame_detail_count) * sizeof *p->frame_details);
	p->frame_details[row] = d;
	p->frame_detail_count = row + 1;
}

static uint64_t frame_hash(const struct frame *f)
{
	uint64_t seed = f->column;

	if (has_detail(f))
		seed += hash_mix(f->address, (uint64_t)f->mapping << 32 | (uint64_t)f->kind << 8 |
						     (uint64_t)f->inlined << 1 | f->unsymbolised);
	return hash_mix((uint64_t)f->function << 32 | f->line, seed);
}

frame_id profile_frame(struct profile *p, struct frame f)
{
	uint64_t hash = frame_hash(&f);

	for (struct probe at = index_probe(&p->frame_index, hash);
	     index_next(&p->frame_index, &at);) {
		const struct frame_row *have = &p->frames[at.row];

		if (have->function == f.function && have->line == f.line &&
		    have->column == f.column && detail_is(p, at.row, &f))
			return at.row;
	}
	ARRAY_ROOM(p->frames, p->frame_count, p->frame_cap);
	p->frames[p->frame_count] = (struct frame_row){ f.function, f.line, f.column };
	if (has_detail(&f))
		set_detail(p, p->frame_count, detail_of(&f));
	index_add(&p->frame_index, hash, (uint32_t)p->frame_count);
	return (frame_id)p->frame_count++;
}

struct frame profile_frame_at(const struct profile *p, frame_id f)
{
	const struct frame_row *row = &p->frames[f];
	struct frame_detail d = { 0 };

	if (f < p->frame_detail_count)
		d = p->frame_details[f];
	return (struct frame){ row->function,           row->line, row->column,    d.mapping,
			       (enum frame_kind)d.kind, d.inlined, d.unsymbolised, d.address };
}

void profile_unsymbolised_name(const struct profile *p, mapping_id mapping, uint64_t address,
			       struct buf *name)
{
	struct mapping m;
	struct str base;

	if (mapping == NO_MAPPING) {
		buf_print(name, "0x%" PRIx64, address);
		return;
	}
	m = p->mappings[mapping];
	base = str_base(profile_text(p, m.object));
	buf_add(name, base.n ? base : S("[unknown]"));
	buf_print(name, "+0x%" PRIx64, address - m.start + m.offset);
}

frame_id profile_frame_as_read(struct profile *p, struct frame f)
{
	struct buf name = { 0 };

	if (f.unsymbolised) {
		profile_unsymbolised_name(p, f.mapping, f.address, &name);
		f.unsymbolised = str_eq(buf_str(&name), function_name(p, f.function));
		buf_free(&name);
	}
	return profile_frame(p, f);
}

frame_id profile_unsymbolised_frame(struct profile *p, mapping_id mapping, uint64_t address,
				    enum frame_kind kind)
{
	struct frame frame = {
		.mapping = mapping, .address = address, .kind = kind, .unsymbolised = true
	};
	struct function f = { 0 };
	struct buf name = { 0 };

	if (mapping != NO_MAPPING)
		f.object = p->mappings[mapping].object;
	profile_unsymbolised_name(p, mapping, address, &name);
	f.name = profile_string(p, buf_str(&name));
	buf_free(&name);
	frame.function = profile_function(p, f);
	return profile_frame(p, frame);
}
