/* firefox/write_tables - the tables of a thread, with what its samples refer to */
#include "common/base/alloc.h"
#include "converters/firefox/writing.h"

/* --- rows --- */

void firefox_open_tables(struct firefox_writer *w)
{
	const struct profile *p = w->p;

	w->stacks.numbers = alloc_zero(p->stacks.count, sizeof *w->stacks.numbers);
	w->frames.numbers = alloc_zero(p->frame_count, sizeof *w->frames.numbers);
	w->functions.numbers = alloc_zero(p->function_count, sizeof *w->functions.numbers);
	w->strings.numbers = alloc_zero(p->strings.count, sizeof *w->strings.numbers);
	w->objects.numbers = alloc_zero(p->strings.count, sizeof *w->objects.numbers);
}

static void free_rows(struct firefox_rows *rows)
{
	alloc_free(rows->numbers);
	alloc_free(rows->ids);
}

void firefox_close_tables(struct firefox_writer *w)
{
	free_rows(&w->stacks);
	free_rows(&w->frames);
	free_rows(&w->functions);
	free_rows(&w->strings);
	free_rows(&w->objects);
	alloc_free(w->path);
}

/* Only what the last thread had, since there may be many threads. */
static void clear_rows(struct firefox_rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		rows->numbers[rows->ids[i]] = 0;
	rows->count = 0;
}

/* False if it has a row already. */
static bool add_row(struct firefox_rows *rows, uint32_t id)
{
	if (rows->numbers[id])
		return false;
	ARRAY_ROOM(rows->ids, rows->count, rows->cap);
	rows->ids[rows->count++] = id;
	rows->numbers[id] = (uint32_t)rows->count;
	return true;
}

/* --- what a thread refers to --- */

static void add_function(struct firefox_writer *w, function_id f)
{
	const struct function_row *fn = &w->p->functions[f];

	if (!add_row(&w->functions, f))
		return;
	add_row(&w->strings, fn->name);
	if (fn->file)
		add_row(&w->strings, fn->file);
	if (fn->object && add_row(&w->objects, fn->object))
		add_row(&w->strings, fn->object);
}

/* Callers first, as the app wants them. */
static void add_stack(struct firefox_writer *w, stack_id stack)
{
	const struct stacks *s = &w->p->stacks;
	size_t depth = 0;

	for (; stack != EMPTY_STACK && !w->stacks.numbers[stack]; stack = s->parent[stack]) {
		ARRAY_ROOM(w->path, depth, w->path_cap);
		w->path[depth++] = stack;
	}
	while (depth) {
		stack_id next = w->path[--depth];

		add_row(&w->stacks, next);
		if (add_row(&w->frames, s->frame[next]))
			add_function(w, w->p->frames[s->frame[next]].function);
	}
}

void firefox_find_tables(struct firefox_writer *w, const struct sample_series *s)
{
	clear_rows(&w->stacks);
	clear_rows(&w->frames);
	clear_rows(&w->functions);
	clear_rows(&w->strings);
	clear_rows(&w->objects);
	for (struct sample_series_row row = { 0 }; sample_series_next(&w->all, s, &row);)
		add_stack(w, w->p->samples[row.sample].stack);
}

/* --- columns --- */

/* What a column has for a row: the number of a cell, NO_ID for null. */
typedef uint32_t cell_function(const struct firefox_writer *w, uint32_t id);

static void put_null(struct firefox_writer *w, uint32_t number)
{
	if (number == NO_ID)
		output_text(w->out, "null");
	else
		output_u64(w->out, number);
}

static void put_column(struct firefox_writer *w, const char *name, const struct firefox_rows *rows,
		       cell_function *cell)
{
	output_text(w->out, ",\"");
	output_text(w->out, name);
	output_text(w->out, "\":[");
	for (size_t i = 0; i < rows->count; i++) {
		output_text(w->out, i ? "," : "");
		put_null(w, cell(w, rows->ids[i]));
	}
	output_byte(w->out, ']');
}

static void put_same(struct firefox_writer *w, const char *name, const struct firefox_rows *rows,
		     const char *cell)
{
	output_text(w->out, ",\"");
	output_text(w->out, name);
	output_text(w->out, "\":[");
	for (size_t i = 0; i < rows->count; i++) {
		output_text(w->out, i ? "," : "");
		output_text(w->out, cell);
	}
	output_byte(w->out, ']');
}

static void begin_table(struct firefox_writer *w, const char *name, size_t length)
{
	output_byte(w->out, '"');
	output_text(w->out, name);
	json_put_count(w->out, "\":{\"length\":", length);
}

static uint32_t frame_of_stack(const struct firefox_writer *w, uint32_t id)
{
	return w->frames.numbers[w->p->stacks.frame[id]] - 1;
}

static uint32_t parent_of_stack(const struct firefox_writer *w, uint32_t id)
{
	stack_id parent = w->p->stacks.parent[id];

	return parent == EMPTY_STACK ? NO_ID : w->stacks.numbers[parent] - 1;
}

static uint32_t category_of_frame(const struct firefox_writer *w, uint32_t id)
{
	return (uint32_t)profile_frame_at(w->p, id).kind;
}

static uint32_t category_of_stack(const struct firefox_writer *w, uint32_t id)
{
	return category_of_frame(w, w->p->stacks.frame[id]);
}

/* A frame that is inlined into inlined ones is as deep in them, which is not known: 1 is enough. */
static uint32_t depth_of_frame(const struct firefox_writer *w, uint32_t id)
{
	return profile_frame_at(w->p, id).inlined;
}

static uint32_t func_of_frame(const struct firefox_writer *w, uint32_t id)
{
	return w->functions.numbers[w->p->frames[id].function] - 1;
}

static uint32_t known(uint32_t line)
{
	return line ? line : NO_ID;
}

static uint32_t line_of_frame(const struct firefox_writer *w, uint32_t id)
{
	return known(w->p->frames[id].line);
}

static uint32_t column_of_frame(const struct firefox_writer *w, uint32_t id)
{
	return known(w->p->frames[id].column);
}

static uint32_t name_of_func(const struct firefox_writer *w, uint32_t id)
{
	return w->strings.numbers[w->p->functions[id].name] - 1;
}

static uint32_t file_of_func(const struct firefox_writer *w, uint32_t id)
{
	string_id file = w->p->functions[id].file;

	return file ? w->strings.numbers[file] - 1 : NO_ID;
}

static uint32_t line_of_func(const struct firefox_writer *w, uint32_t id)
{
	return known(w->p->functions[id].line);
}

static uint32_t lib_of_object(const struct firefox_writer *w, uint32_t id)
{
	return w->libs[id] - 1;
}

static uint32_t name_of_object(const struct firefox_writer *w, uint32_t id)
{
	return w->strings.numbers[id] - 1;
}

/* -1 is none. */
static void put_resources(struct firefox_writer *w)
{
	output_text(w->out, ",\"resource\":[");
	for (size_t i = 0; i < w->functions.count; i++) {
		string_id object = w->p->functions[w->functions.ids[i]].object;

		output_text(w->out, i ? "," : "");
		output_i64(w->out, object ? (int64_t)w->objects.numbers[object] - 1 : -1);
	}
	output_byte(w->out, ']');
}

/* --- tables --- */

void firefox_put_stack(struct firefox_writer *w, stack_id stack)
{
	put_null(w, stack == EMPTY_STACK ? NO_ID : w->stacks.numbers[stack] - 1);
}

static void put_frames(struct firefox_writer *w)
{
	const struct firefox_rows *rows = &w->frames;

	begin_table(w, "frameTable", rows->count);
	put_same(w, "address", rows, "-1");
	put_column(w, "inlineDepth", rows, depth_of_frame);
	put_column(w, "category", rows, category_of_frame);
	put_same(w, "subcategory", rows, "0");
	put_column(w, "func", rows, func_of_frame);
	put_same(w, "nativeSymbol", rows, "null");
	put_same(w, "innerWindowID", rows, "null");
	put_same(w, "implementation", rows, "null");
	put_column(w, "line", rows, line_of_frame);
	put_column(w, "column", rows, column_of_frame);
	output_text(w->out, "},\n");
}

static void put_functions(struct firefox_writer *w)
{
	const struct firefox_rows *rows = &w->functions;

	begin_table(w, "funcTable", rows->count);
	put_column(w, "name", rows, name_of_func);
	put_same(w, "isJS", rows, "false");
	put_same(w, "relevantForJS", rows, "false");
	put_resources(w);
	put_column(w, "fileName", rows, file_of_func);
	put_column(w, "lineNumber", rows, line_of_func);
	put_same(w, "columnNumber", rows, "null");
	output_text(w->out, "},\n");
}

static void put_strings(struct firefox_writer *w)
{
	output_text(w->out, "\"stringArray\":[");
	for (size_t i = 0; i < w->strings.count; i++) {
		output_text(w->out, i ? ",\n" : "");
		json_put(w->out, profile_text(w->p, w->strings.ids[i]));
	}
	output_byte(w->out, ']');
}

void firefox_put_tables(struct firefox_writer *w)
{
	begin_table(w, "stackTable", w->stacks.count);
	put_column(w, "frame", &w->stacks, frame_of_stack);
	put_column(w, "prefix", &w->stacks, parent_of_stack);
	put_column(w, "category", &w->stacks, category_of_stack);
	put_same(w, "subcategory", &w->stacks, "0");
	output_text(w->out, "},\n");
	put_frames(w);
	put_functions(w);
	begin_table(w, "resourceTable", w->objects.count);
	put_column(w, "lib", &w->objects, lib_of_object);
	put_column(w, "name", &w->objects, name_of_object);
	put_same(w, "host", &w->objects, "null");
	put_same(w, "type", &w->objects, "1");
	output_text(w->out, "},\n\"nativeSymbols\":{\"length\":0,\"libIndex\":[],\"address\":[],"
			    "\"name\":[],\"functionSize\":[]},\n");
	put_strings(w);
}
