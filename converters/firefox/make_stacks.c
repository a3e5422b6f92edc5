/*
 * firefox/make_stacks - tables become stacks
 *
 * In the app's form a frame refers to a function; in that of Firefox it has one text, its
 * location:
 *
 *	tick (file:///srv/page.html:6:14)[9]     name, file, line and column of its definition, source
 *	0x7f4c71d1a26f                           an address
 *	XRE_InitChildProcess                     a label
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/firefox/reading.h"

struct firefox_stacks {
	struct firefox_reader *r;
	const struct firefox_tables *own;
	const struct firefox_process *process;
	/* by row of the funcTable, or by string of a location; NO_ID: not made yet */
	function_id *functions;
	frame_id *frames; /* by row of the frameTable */
};

/* --- cells --- */

static const struct firefox_cells *cells_of(const struct firefox_stacks *m, enum firefox_column c)
{
	return m->own->cells[c].count ? &m->own->cells[c] : &m->r->shared.cells[c];
}

static uint32_t cell_of(const struct firefox_stacks *m, enum firefox_column c, uint32_t row)
{
	const struct firefox_cells *cells = cells_of(m, c);

	return row < cells->count ? cells->v[row] : NO_ID;
}

static bool is_index(const struct firefox_stacks *m, enum firefox_column c, uint32_t index,
		     size_t count, const char *what)
{
	if (index < count)
		return true;
	if (index == NO_ID)
		input_error_at(m->r->in, cells_of(m, c)->byte,
			       "expected the indices of %zu %s, got none", count, what);
	else
		input_error_at(m->r->in, cells_of(m, c)->byte,
			       "expected the indices of %zu %s, got %" PRIu32, count, what, index);
	return false;
}

static const struct firefox_tables *strings_of(const struct firefox_stacks *m)
{
	return m->own->has_strings ? m->own : &m->r->shared;
}

/* 0 for null. */
static string_id text_of(const struct firefox_stacks *m, enum firefox_column c, uint32_t row)
{
	const struct firefox_tables *t = strings_of(m);
	uint32_t index = cell_of(m, c, row);

	if (index == NO_ID || !is_index(m, c, index, t->string_count, "strings"))
		return 0;
	return t->strings[index];
}

/* --- functions of the app's form --- */

static string_id file_of(const struct firefox_stacks *m, uint32_t row)
{
	uint32_t source = cell_of(m, COLUMN_FUNC_SOURCE, row);

	if (source == NO_ID)
		return text_of(m, COLUMN_FUNC_FILE, row);
	if (!is_index(m, COLUMN_FUNC_SOURCE, source, cells_of(m, COLUMN_SOURCE_NAME)->count,
		      "sources"))
		return 0;
	return text_of(m, COLUMN_SOURCE_NAME, source);
}

static string_id object_of(const struct firefox_stacks *m, uint32_t row)
{
	uint32_t resource = cell_of(m, COLUMN_FUNC_RESOURCE, row);
	uint32_t lib = resource == NO_ID ? NO_ID : cell_of(m, COLUMN_RESOURCE_LIB, resource);

	return lib < m->process->lib_count ? m->process->libs[lib] : 0;
}

static uint32_t line_of(uint32_t cell)
{
	return cell == NO_ID ? 0 : cell;
}

static function_id make_function(struct firefox_stacks *m, uint32_t row)
{
	size_t count = cells_of(m, COLUMN_FUNC_NAME)->count;

	if (!is_index(m, COLUMN_FRAME_FUNC, row, count, "functions"))
		return 0;
	if (m->functions[row] == NO_ID)
		m->functions[row] =
			profile_function(m->r->p,
					 (struct function){
						 .name = text_of(m, COLUMN_FUNC_NAME, row),
						 .file = file_of(m, row),
						 .object = object_of(m, row),
						 .line = line_of(
							 cell_of(m, COLUMN_FUNC_LINE, row)) });
	return m->functions[row];
}

/* --- locations --- */

/* Takes the number behind the last ':' of *text. */
static bool cut_number(struct str *text, uint64_t *number)
{
	struct str before, digits;

	if (!str_cut_last(*text, ':', &before, &digits) || !str_to_u64(digits, number) ||
	    *number > UINT32_MAX)
		return false;
	*text = before;
	return true;
}

/* Takes the number of the source, "[9]", off the end. */
static void cut_source(struct str *text)
{
	struct str before, source;
	uint64_t number;

	if (str_ends(*text, S("]")) && str_cut_last(*text, '[', &before, &source) &&
	    str_to_u64(str_head(source, source.n - 1), &number))
		*text = before;
}

/* "url:line" or "url:line:column". */
static bool cut_place(struct str *text, uint32_t *line)
{
	uint64_t last, before;

	if (!cut_number(text, &last))
		return false;
	*line = (uint32_t)(cut_number(text, &before) ? before : last);
	return text->n > 0;
}

static struct function function_of(struct profile *p, string_id location)
{
	struct str text = profile_text(p, location), place;
	struct function f = { .name = location };
	size_t open;

	cut_source(&text);
	if (!str_ends(text, S(")")))
		return f;
	/* urls may have brackets, names of functions have none in front of a url */
	for (open = 0; open + 1 < text.n && (text.p[open] != ' ' || text.p[open + 1] != '(');)
		open++;
	if (open + 1 >= text.n)
		return f;
	place = str_head(str_from(text, open + 2), text.n - open - 3);
	if (!cut_place(&place, &f.line))
		return (struct function){ .name = location };
	f.name = profile_string(p, str_head(text, open));
	f.file = profile_string(p, place);
	return f;
}

/* Many frames may have one long location: it is taken apart once. */
static frame_id frame_of_location(struct firefox_stacks *m, uint32_t row, struct frame frame)
{
	enum { LONGEST_ADDRESS = 18 };
	struct profile *p = m->r->p;
	uint32_t index = cell_of(m, COLUMN_FRAME_LOCATION, row);
	string_id location = text_of(m, COLUMN_FRAME_LOCATION, row);
	struct str text = profile_text(p, location);
	uint64_t address;

	if (m->r->in->failed || index == NO_ID) {
		frame.function = profile_function(p, (struct function){ 0 });
		return profile_frame(p, frame);
	}
	if (text.n <= LONGEST_ADDRESS && str_starts(text, S("0x")) &&
	    str_to_hex(str_from(text, 2), &address) && address)
		return profile_unsymbolised_frame(p, NO_MAPPING, address,
						  frame.kind ? frame.kind : FRAME_NATIVE);
	if (m->functions[index] == NO_ID)
		m->functions[index] = profile_function(p, function_of(p, location));
	frame.function = m->functions[index];
	return profile_frame(p, frame);
}

/* --- frames and stacks --- */

static frame_id make_frame(struct firefox_stacks *m, uint32_t row)
{
	uint32_t category = cell_of(m, COLUMN_FRAME_CATEGORY, row),
		 depth = cell_of(m, COLUMN_FRAME_DEPTH, row);
	struct frame frame = { .line = line_of(cell_of(m, COLUMN_FRAME_LINE, row)),
			       .column = line_of(cell_of(m, COLUMN_FRAME_COLUMN, row)),
			       .inlined = depth != NO_ID && depth > 0 };

	if (category < m->process->kind_count)
		frame.kind = m->process->kinds[category];
	if (cells_of(m, COLUMN_FRAME_LOCATION)->count)
		return frame_of_location(m, row, frame);
	frame.function = make_function(m, cell_of(m, COLUMN_FRAME_FUNC, row));
	return profile_frame(m->r->p, frame);
}

/* A parent stands before its children: as a row, or as so many rows before, 0 for none. */
static stack_id parent_of(const struct firefox_stacks *m, const stack_id *stacks, uint32_t row)
{
	uint32_t prefix = cell_of(m, COLUMN_STACK_PREFIX, row),
		 offset = cell_of(m, COLUMN_STACK_OFFSET, row);
	bool by_offset = cells_of(m, COLUMN_STACK_OFFSET)->count > 0;

	if (by_offset && (offset == 0 || offset == NO_ID))
		return EMPTY_STACK;
	if (!by_offset && prefix == NO_ID)
		return EMPTY_STACK;
	if (by_offset ? offset > row : prefix >= row) {
		input_error_at(m->r->in,
			       cells_of(m, by_offset ? COLUMN_STACK_OFFSET : COLUMN_STACK_PREFIX)
				       ->byte,
			       "expected a stack behind its caller, got stack %" PRIu32
			       " before it",
			       row);
		return EMPTY_STACK;
	}
	return stacks[by_offset ? row - offset : prefix];
}

static void push_stacks(struct firefox_stacks *m, stack_id *stacks, size_t count)
{
	size_t frames = cells_of(m, COLUMN_FRAME_LOCATION)->count;

	if (!frames)
		frames = cells_of(m, COLUMN_FRAME_FUNC)->count;
	for (uint32_t i = 0; i < count && !m->r->in->failed; i++) {
		stack_id parent = parent_of(m, stacks, i);
		uint32_t frame = cell_of(m, COLUMN_STACK_FRAME, i);

		if (!is_index(m, COLUMN_STACK_FRAME, frame, frames, "frames"))
			return;
		if (m->frames[frame] == NO_ID)
			m->frames[frame] = make_frame(m, frame);
		stacks[i] = stacks_push(&m->r->p->stacks, parent, m->frames[frame]);
	}
}

static uint32_t *empty_ids(size_t count)
{
	uint32_t *ids = alloc_resize(NULL, count + 1, sizeof *ids);

	memset(ids, 0xff, (count + 1) * sizeof *ids);
	return ids;
}

stack_id *firefox_make_stacks(struct firefox_reader *r, const struct firefox_thread *t,
			      size_t *count, bool *own)
{
	struct firefox_stacks m = { .r = r,
				    .own = &t->tables,
				    .process = &r->processes[t->process] };
	size_t frames, locations = cells_of(&m, COLUMN_FRAME_LOCATION)->count;
	stack_id *stacks;

	*own = t->tables.cells[COLUMN_STACK_FRAME].count > 0;
	*count = r->shared_stack_count;
	if (!*own && r->shared_stacks)
		return r->shared_stacks;
	frames = cells_of(&m, COLUMN_FRAME_FUNC)->count;
	m.functions = empty_ids(locations ? strings_of(&m)->string_count
					  : cells_of(&m, COLUMN_FUNC_NAME)->count);
	m.frames = empty_ids(frames > locations ? frames : locations);
	*count = cells_of(&m, COLUMN_STACK_FRAME)->count;
	stacks = alloc_zero(*count + 1, sizeof *stacks);
	push_stacks(&m, stacks, *count);
	alloc_free(m.functions);
	alloc_free(m.frames);
	if (!*own) {
		r->shared_stacks = stacks;
		r->shared_stack_count = *count;
	}
	return stacks;
}
