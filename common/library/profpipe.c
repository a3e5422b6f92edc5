/*
 * profpipe - the public library: a task and a profile behind a handle
 *
 * Each call runs within task_run(), so whatever gives up comes back here as a status. What
 * is allocated meanwhile belongs to a list (alloc.h): that of the handle, of its profile,
 * of what was asked of it, or of the call alone, which is released when it ends. A call
 * that fails has nothing to clean up, and none can leak.
 */
#include "common/library/profpipe.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/io/source.h"
#include "common/library/profile_view.h"
#include "common/program/convert.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/merge.h"

#ifndef PROFPIPE_VERSION
#define PROFPIPE_VERSION "unknown"
#endif

/* Which formats there are is said above this layer, in converters/registry.c. */
extern const struct format *const format_registry[];

struct profpipe {
	struct task task;
	struct settings settings;
	bool keep_order;
	locale_t numbers; /* "C": no format has decimal commas */
	bool busy;        /* within a call */
	char error[2048];
	void (*hear)(void *user, enum profpipe_message kind, const char *text);
	void *hear_user;

	struct memory own;       /* settings and the texts of options */
	struct memory data;      /* the profile */
	struct memory texts;     /* what was given out of it */
	struct memory functions; /* the last flat profile */
	struct memory written;   /* the last output to memory */
	struct profile *profile; /* NULL: nothing was read, or `merge` has it */
	struct merge merge;      /* begun by a second input, finished when someone asks */
	bool merged;
};

/* --- calls --- */

/* One error a call: the first, what follows are its consequences. */
static void on_message(struct task *t, enum message kind, struct str line, size_t head)
{
	struct profpipe *p = t->listener;
	char text[2048];
	size_t n = line.n - head - 1;

	memcpy(text, line.p + head, n);
	text[n] = '\0';
	if (kind == MESSAGE_ERROR && !p->error[0])
		memcpy(p->error, text, n + 1);
	if (kind != MESSAGE_ERROR && p->hear)
		p->hear(p->hear_user, kind == MESSAGE_WARNING ? PROFPIPE_WARNING : PROFPIPE_NOTE,
			text);
}

struct profpipe_call {
	struct profpipe *p;
	void (*act)(struct profpipe_call *c);
	enum profpipe_status status; /* set by act */

	/* what the calls are about, each its own part */
	const struct format *format;
	const char *path;
	struct str bytes;
	ptrdiff_t (*read)(void *user, void *to, size_t size);
	int (*write)(void *user, const void *bytes, size_t size);
	int (*visit)(void *user, const struct profpipe_stack *stack);
	void *user;
	struct buf *memory;
	struct profile *found;
	const char *name, *value;
	enum profpipe_end end;
	size_t number;
	int64_t *total;
	const char *text;
	struct profpipe_value *value_type;
	const struct profpipe_function **functions;
	size_t *count;
	bool key;
};

static void call_act(void *argument)
{
	struct profpipe_call *c = argument;

	c->act(c);
}

static enum profpipe_status given_up(enum failure why)
{
	return why == FAILURE_LIMIT    ? PROFPIPE_LIMIT
	       : why == FAILURE_MEMORY ? PROFPIPE_MEMORY
				       : PROFPIPE_BAD;
}

/* What act allocates belongs to `memory`. */
static enum profpipe_status run(struct profpipe_call *c, struct memory *memory)
{
	struct profpipe *p = c->p;
	locale_t before = uselocale(p->numbers);

	p->busy = true;
	p->task.memory = memory;
	if (!task_run(&p->task, call_act, c))
		c->status = given_up(p->task.failure);
	p->busy = false;
	uselocale(before);
	return c->status;
}

/* False for a handle in use, whose call must not be disturbed. */
static bool begin(struct profpipe *p)
{
	if (p->busy)
		return false;
	p->error[0] = '\0';
	return true;
}

static enum profpipe_status refuse(struct profpipe *p, const char *text)
{
	snprintf(p->error, sizeof p->error, "%s", text);
	return PROFPIPE_USAGE;
}

/* Its memory is the call's alone: released when it ends. */
static enum profpipe_status run_once(struct profpipe_call *c)
{
	struct memory scratch;
	enum profpipe_status status;

	memory_init(&scratch);
	status = run(c, &scratch);
	memory_release(&scratch);
	return status;
}

/* --- handles --- */

static void set_up(struct profpipe_call *c)
{
	struct settings *s = &c->p->settings;

	settings_init(s);
	s->all_formats = format_registry;
	for (format_list f = format_registry; *f; f++) {
		if ((*f)->read)
			settings_add_format(s, *f, END_INPUT);
		if ((*f)->write)
			settings_add_format(s, *f, END_OUTPUT);
	}
}

profpipe *profpipe_open(void)
{
	struct profpipe *p = calloc(1, sizeof *p);
	struct profpipe_call c = { .p = p, .act = set_up };

	if (!p)
		return NULL;
	hash_start();
	task_init(&p->task);
	p->task.say = on_message;
	p->task.listener = p;
	p->task.verbose = true;
	memory_init(&p->own);
	memory_init(&p->data);
	memory_init(&p->texts);
	memory_init(&p->functions);
	memory_init(&p->written);
	p->numbers = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	if (p->numbers && run(&c, &p->own) == PROFPIPE_OK)
		return p;
	profpipe_close(p);
	return NULL;
}

static void forget_views(struct profpipe *p)
{
	memory_release(&p->texts);
	memory_release(&p->functions);
}

static void forget_profile(struct profpipe *p)
{
	forget_views(p);
	memory_release(&p->data);
	p->profile = NULL;
	p->merge = (struct merge){ 0 };
	p->merged = false;
}

void profpipe_close(profpipe *p)
{
	if (!p)
		return;
	forget_profile(p);
	memory_release(&p->written);
	memory_release(&p->own);
	if (p->numbers)
		freelocale(p->numbers);
	free(p);
}

const char *profpipe_error(const profpipe *p)
{
	return p->error;
}

void profpipe_listen(profpipe *p,
		     void (*hear)(void *user, enum profpipe_message kind, const char *text),
		     void *user)
{
	p->hear = hear;
	p->hear_user = user;
}

const char *profpipe_version(void)
{
	return PROFPIPE_VERSION;
}

/* --- formats --- */

static const struct format *format_number(size_t number)
{
	format_list f = format_registry;

	while (*f && number--)
		f++;
	return *f;
}

const char *profpipe_format_name(size_t format)
{
	const struct format *f = format_number(format);

	return f ? f->name : NULL;
}

const char *profpipe_format_title(size_t format)
{
	const struct format *f = format_number(format);

	return f ? f->title : NULL;
}

const char *profpipe_format_suffixes(size_t format)
{
	const struct format *f = format_number(format);

	return f ? f->suffixes : NULL;
}

int profpipe_format_reads(size_t format)
{
	const struct format *f = format_number(format);

	return f && f->read;
}

int profpipe_format_writes(size_t format)
{
	const struct format *f = format_number(format);

	return f && f->write;
}

/* For messages of the library's own calls. */
static enum profpipe_status choose_format(const char *name, enum profpipe_end end,
					  const struct format **format)
{
	*format = name ? format_find(format_registry, str_of(name)) : NULL;
	if (!name || (*format &&
		      (end == PROFPIPE_INPUT ? (*format)->read != NULL : (*format)->write != NULL)))
		return PROFPIPE_OK;
	diag_error(*format ? end == PROFPIPE_INPUT ? "cannot read format %s"
						   : "cannot write format %s"
			   : "no format %s",
		   diag_quote(str_of(name)));
	return PROFPIPE_USAGE;
}

/* --- options --- */

static const char *copy_text(const char *text)
{
	size_t n = strlen(text) + 1;

	return memcpy(alloc_bytes(n), text, n);
}

static enum profpipe_status set_row(const struct option_row *row, void *values, const char *value)
{
	bool flag = row->kind == OPTION_FLAG;

	if (flag && strcmp(value, "1") != 0 && strcmp(value, "0") != 0) {
		diag_error("option %s: expected 1 or 0, got %s", row->name,
			   diag_quote(str_of(value)));
		return PROFPIPE_USAGE;
	}
	if (flag) {
		*((bool *)values + row->offset) = *value == '1';
		return PROFPIPE_OK;
	}
	return option_set_value(row, values, copy_text(value)) < 0 ? PROFPIPE_USAGE : PROFPIPE_OK;
}

static const struct option_row *find_setting(struct str name)
{
	const struct option_row *const tables[] = {
		options_selection, options_threads,  options_privacy,
		options_strict,    options_estimate, NULL,
	};
	const struct option_row *row = NULL;

	for (size_t i = 0; !row && tables[i]; i++)
		row = option_find(tables[i], name);
	return row;
}

static void set_general(struct profpipe_call *c)
{
	const struct option_row order = OPT_FLAG(0, "order", "",
						 offsetof(struct profpipe, keep_order));
	const struct option_row *row = find_setting(str_of(c->name));

	if (strcmp(c->name, "limit") == 0) {
		c->status = limits_set("option limit", c->value) < 0 ? PROFPIPE_USAGE : PROFPIPE_OK;
	} else if (strcmp(c->name, "order") == 0) {
		c->status = set_row(&order, c->p, c->value);
	} else if (row) {
		c->status = set_row(row, &c->p->settings, c->value);
	} else {
		diag_error("no option %s", diag_quote(str_of(c->name)));
		c->status = PROFPIPE_USAGE;
	}
}

static void set_option(struct profpipe_call *c)
{
	enum option_end end = c->end == PROFPIPE_INPUT ? END_INPUT : END_OUTPUT;
	const struct option_row *rows, *row;
	const struct format *format;

	if (!c->text) {
		set_general(c);
		return;
	}
	c->status = choose_format(c->text, c->end, &format);
	if (c->status != PROFPIPE_OK)
		return;
	rows = end == END_INPUT ? format->read_options.rows : format->write_options.rows;
	row = option_find(rows, str_of(c->name));
	if (row) {
		c->status = set_row(row, options_values(&c->p->settings.options, end, format),
				    c->value);
		return;
	}
	diag_error("no option %s for %s %s", diag_quote(str_of(c->name)), format->name,
		   end == END_INPUT ? "input" : "output");
	c->status = PROFPIPE_USAGE;
}

enum profpipe_status profpipe_set(profpipe *p, const char *format, enum profpipe_end end,
				  const char *name, const char *value)
{
	struct profpipe_call c = {
		.p = p, .act = set_option, .text = format, .end = end, .name = name, .value = value
	};

	if (!begin(p))
		return PROFPIPE_USAGE;
	if (!name || !value)
		return refuse(p, "expected an option's name and value");
	if (format && end != PROFPIPE_INPUT && end != PROFPIPE_OUTPUT)
		return refuse(p, "expected PROFPIPE_INPUT or PROFPIPE_OUTPUT");
	return run(&c, &p->own);
}

/* --- reading --- */

/* "-" is standard input for programs, and a file's name here. */
static const char *file_name(const char *path)
{
	return strcmp(path, "-") == 0 ? "./-" : path;
}

static struct input *open_input(const struct profpipe_call *c)
{
	if (c->path)
		return input_open(file_name(c->path));
	if (c->read)
		return input_source(c->name, source_callback(c->read, c->user));
	return input_memory("memory", c->bytes);
}

static void read_one(struct profpipe_call *c)
{
	struct profpipe *p = c->p;
	const struct format *from;
	struct input *in;
	int status;

	c->status = choose_format(c->text, PROFPIPE_INPUT, &from);
	if (c->status != PROFPIPE_OK)
		return;
	c->found = profile_new();
	c->found->keep_order = p->keep_order;
	in = open_input(c);
	status = convert_read_input(&p->settings, c->found, from, format_registry, in, &from);
	if (status > 0 && from && from->reads_empty)
		status = 0;
	if (status > 0)
		diag_error("%s: byte 0: expected a profile, got an empty file",
			   c->path   ? diag_masked(str_of(c->path))
			   : c->name ? c->name
				     : "memory");
	c->status = status ? PROFPIPE_BAD : PROFPIPE_OK;
}

/* A part goes when it is in the sum. */
static void add_part(struct merge *m, struct profile *part)
{
	merge_add(m, part);
	profile_free(part);
}

static void merge_found(struct profpipe_call *c)
{
	struct profpipe *p = c->p;

	if (p->profile)
		add_part(&p->merge, p->profile);
	p->profile = NULL;
	add_part(&p->merge, c->found);
	p->merged = true;
	c->status = profile_status(p->merge.sum, "the profile") < 0 ? PROFPIPE_BAD : PROFPIPE_OK;
}

static void check_agrees(struct profpipe_call *c)
{
	struct merge begun = { 0 };
	const struct merge *m = &c->p->merge;
	struct buf had = { 0 }, has = { 0 };

	if (!m->sum) {
		begun.sum = c->p->profile;
		m = &begun;
	}
	c->status = PROFPIPE_OK;
	if (merge_agrees(m, c->found))
		return;
	profile_value_type_names(m->sum, &had);
	profile_value_type_names(c->found, &has);
	diag_error("no sum of unlike values: the profile counts %s, the input %s",
		   had.n ? had.p : "nothing", has.n ? has.p : "nothing");
	c->status = PROFPIPE_BAD;
}

/* The input is read by itself: what is wrong with it touches nothing that was read before. */
static enum profpipe_status read_input(struct profpipe_call *c)
{
	struct profpipe *p = c->p;
	struct memory input;
	enum profpipe_status status;

	memory_init(&input);
	c->act = read_one;
	status = run(c, &input);
	if (status == PROFPIPE_OK && (p->profile || p->merge.sum)) {
		c->act = check_agrees;
		status = run(c, &input);
		if (status == PROFPIPE_OK) {
			forget_views(p);
			c->act = merge_found;
			status = run(c, &p->data);
			if (status != PROFPIPE_OK)
				forget_profile(p);
		}
	} else if (status == PROFPIPE_OK) {
		forget_views(p);
		p->profile = c->found;
		memory_move(&input, &p->data);
	}
	memory_release(&input);
	return status;
}

enum profpipe_status profpipe_read_file(profpipe *p, const char *format, const char *path)
{
	struct profpipe_call c = { .p = p, .text = format, .path = path };

	if (!begin(p))
		return PROFPIPE_USAGE;
	return path ? read_input(&c) : refuse(p, "expected the name of a file");
}

enum profpipe_status profpipe_read_memory(profpipe *p, const char *format, const void *bytes,
					  size_t size)
{
	struct profpipe_call c = { .p = p, .text = format, .bytes = { bytes, size } };

	return begin(p) ? read_input(&c) : PROFPIPE_USAGE;
}

enum profpipe_status profpipe_read_callback(profpipe *p, const char *format, const char *name,
					    ptrdiff_t (*read)(void *user, void *to, size_t size),
					    void *user)
{
	struct profpipe_call c = {
		.p = p, .text = format, .read = read, .user = user, .name = name ? name : "input"
	};

	if (!begin(p))
		return PROFPIPE_USAGE;
	return read ? read_input(&c) : refuse(p, "expected a function that reads");
}

void profpipe_clear(profpipe *p)
{
	if (begin(p))
		forget_profile(p);
}

static void finish_merge(struct profpipe_call *c)
{
	struct profile *sum = merge_finish(&c->p->merge);

	c->status = convert_finish_reading(sum, NULL) < 0 ? PROFPIPE_BAD : PROFPIPE_OK;
	c->p->profile = convert_sum(sum);
	profile_free(sum);
}

static void finish_one(struct profpipe_call *c)
{
	c->status = convert_finish_reading(c->p->profile, NULL) < 0 ? PROFPIPE_BAD : PROFPIPE_OK;
}

/* The profile as one; with PROFPIPE_OK there is one. */
static enum profpipe_status have_profile(struct profpipe *p)
{
	struct profpipe_call c = { .p = p, .act = finish_merge };
	enum profpipe_status status = PROFPIPE_OK;

	if (!p->merge.sum && p->profile && p->profile->deferred_count)
		c.act = finish_one;
	if (p->merge.sum || c.act == finish_one)
		status = run(&c, &p->data);
	if (status != PROFPIPE_OK)
		forget_profile(p);
	else if (!p->profile)
		status = refuse(p, "no profile was read");
	return status;
}

const char *profpipe_source(const profpipe *p)
{
	const struct profile *at = p->profile ? p->profile : p->merge.sum;

	return p->merged ? "several formats" : at ? at->source : NULL;
}

/* --- writing --- */

/* Whatever a writer needs is done to a copy. */
static struct profile *copy_profile(const struct profpipe *p)
{
	const struct coarsen_options all = COARSEN_NONE;

	return profile_coarsen(p->profile, &all);
}

static enum profpipe_status choose_output(struct profpipe_call *c)
{
	enum profpipe_status status = choose_format(c->text, PROFPIPE_OUTPUT, &c->format);

	if (status == PROFPIPE_OK && !c->format && c->path)
		c->format = format_of_file(format_registry, str_of(c->path));
	if (status == PROFPIPE_OK && !c->format) {
		diag_error("expected a format, or a file whose name tells it");
		status = PROFPIPE_USAGE;
	}
	return status;
}

static struct output *open_output(struct profpipe_call *c)
{
	if (c->path)
		return output_open(file_name(c->path));
	return c->write ? output_callback(c->write, c->user) : output_memory(c->memory);
}

static void write_copy(struct profpipe_call *c)
{
	struct settings *s = &c->p->settings;
	struct profile *copy;
	struct output *out;
	int status;

	c->status = choose_output(c);
	if (c->status != PROFPIPE_OK)
		return;
	copy = copy_profile(c->p);
	if (c->p->merged)
		status = convert_prepare_sum(s, &copy, c->format);
	else
		status = convert_select_and_redact(s, &copy) < 0
				 ? -1
				 : convert_prepare(s, &copy, c->format);
	c->status = PROFPIPE_BAD;
	if (status < 0 || !(out = open_output(c)))
		return;
	convert_write_as(s, out, copy, c->format);
	if (output_close(out, true) == 0)
		c->status = PROFPIPE_OK;
	else if (!c->p->error[0])
		diag_error("nobody reads the output");
}

static enum profpipe_status write_output(struct profpipe_call *c)
{
	enum profpipe_status status = have_profile(c->p);

	c->act = write_copy;
	return status == PROFPIPE_OK ? run_once(c) : status;
}

enum profpipe_status profpipe_write_file(profpipe *p, const char *format, const char *path)
{
	struct profpipe_call c = { .p = p, .text = format, .path = path };

	if (!begin(p))
		return PROFPIPE_USAGE;
	return path ? write_output(&c) : refuse(p, "expected the name of a file");
}

/* What was written stays, in the handle's memory. */
static void keep_bytes(struct profpipe_call *c)
{
	char *bytes = alloc_bytes(c->memory->n);

	if (c->memory->n)
		memcpy(bytes, c->memory->p, c->memory->n);
	c->value = bytes;
	c->status = PROFPIPE_OK;
}

static void write_and_keep(struct profpipe_call *c)
{
	struct memory *scratch = task_current->memory;

	write_copy(c);
	if (c->status != PROFPIPE_OK)
		return;
	task_current->memory = &c->p->written;
	keep_bytes(c);
	task_current->memory = scratch;
}

enum profpipe_status profpipe_write_memory(profpipe *p, const char *format, const void **bytes,
					   size_t *size)
{
	struct buf memory = { 0 };
	struct profpipe_call c = { .p = p, .text = format, .memory = &memory };
	enum profpipe_status status;

	if (!begin(p))
		return PROFPIPE_USAGE;
	if (!bytes || !size)
		return refuse(p, "expected places for the bytes and their number");
	memory_release(&p->written);
	status = have_profile(p);
	c.act = write_and_keep;
	if (status == PROFPIPE_OK)
		status = run_once(&c);
	*bytes = status == PROFPIPE_OK ? c.value : NULL;
	*size = status == PROFPIPE_OK ? memory.n : 0;
	return status;
}

enum profpipe_status profpipe_write_callback(profpipe *p, const char *format,
					     int (*write)(void *user, const void *bytes,
							  size_t size),
					     void *user)
{
	struct profpipe_call c = { .p = p, .text = format, .write = write, .user = user };

	if (!begin(p))
		return PROFPIPE_USAGE;
	return write ? write_output(&c) : refuse(p, "expected a function that writes");
}

/* --- what is in it --- */

static const struct profile *profile_at_hand(const struct profpipe *p)
{
	return p->profile ? p->profile : p->merge.sum;
}

size_t profpipe_value_count(const profpipe *p)
{
	const struct profile *at = profile_at_hand(p);

	return at ? at->value_count : 0;
}

/* Begins a call about one value type; PROFPIPE_OK if there is one of that number. */
static enum profpipe_status about_value(struct profpipe *p, size_t value)
{
	enum profpipe_status status = begin(p) ? have_profile(p) : PROFPIPE_USAGE;

	if (status == PROFPIPE_OK && value >= p->profile->value_count)
		status = refuse(p, "no value type of that number");
	return status;
}

static void find_value(struct profpipe_call *c)
{
	profile_view_value(c->p->profile, (value_id)c->number, c->value_type);
	c->status = PROFPIPE_OK;
}

enum profpipe_status profpipe_value(profpipe *p, size_t value, struct profpipe_value *found)
{
	struct profpipe_call c = {
		.p = p, .act = find_value, .number = value, .value_type = found
	};
	enum profpipe_status status = about_value(p, value);

	return status == PROFPIPE_OK ? run(&c, &p->texts) : status;
}

static void find_total(struct profpipe_call *c)
{
	bool fits = profile_view_total(c->p->profile, (value_id)c->number, c->total);

	if (!fits)
		diag_error("the total does not fit in 64 bits");
	c->status = fits ? PROFPIPE_OK : PROFPIPE_BAD;
}

enum profpipe_status profpipe_total(profpipe *p, size_t value, int64_t *total)
{
	struct profpipe_call c = { .p = p, .act = find_total, .number = value, .total = total };
	enum profpipe_status status = about_value(p, value);

	return status == PROFPIPE_OK ? run_once(&c) : status;
}

static void find_functions(struct profpipe_call *c)
{
	*c->functions = profile_view_functions(copy_profile(c->p), (value_id)c->number,
					       &c->p->functions, c->count);
	c->status = PROFPIPE_OK;
}

enum profpipe_status profpipe_functions(profpipe *p, size_t value,
					const struct profpipe_function **functions, size_t *count)
{
	struct profpipe_call c = { .p = p,
				   .act = find_functions,
				   .number = value,
				   .functions = functions,
				   .count = count };
	enum profpipe_status status = about_value(p, value);

	if (status != PROFPIPE_OK)
		return status;
	memory_release(&p->functions);
	return run_once(&c);
}

static void visit_stacks(struct profpipe_call *c)
{
	const struct profile *p = c->p->profile;

	c->status = PROFPIPE_BAD;
	if (!profile_has_stacks(p) && profile_has_graph(p)) {
		struct profile *copy = copy_profile(c->p);

		if (convert_derive_stacks(&c->p->settings, copy) < 0)
			return;
		p = copy;
	}
	profile_view_stacks(p, c->visit, c->user);
	c->status = PROFPIPE_OK;
}

enum profpipe_status profpipe_stacks(profpipe *p,
				     int (*visit)(void *user, const struct profpipe_stack *stack),
				     void *user)
{
	struct profpipe_call c = { .p = p, .act = visit_stacks, .visit = visit, .user = user };
	enum profpipe_status status = begin(p) ? have_profile(p) : PROFPIPE_USAGE;

	if (status == PROFPIPE_OK && !visit)
		status = refuse(p, "expected a function to call");
	return status == PROFPIPE_OK ? run_once(&c) : status;
}

static void find_metadata(struct profpipe_call *c)
{
	c->text = profile_view_metadata(c->p->profile, c->number, c->key);
	c->status = PROFPIPE_OK;
}

static const char *metadata(struct profpipe *p, size_t number, bool key)
{
	struct profpipe_call c = { .p = p, .act = find_metadata, .number = number, .key = key };

	if (!begin(p) || have_profile(p) != PROFPIPE_OK || run(&c, &p->texts) != PROFPIPE_OK)
		return NULL;
	return c.text;
}

const char *profpipe_metadata_key(profpipe *p, size_t number)
{
	return metadata(p, number, true);
}

const char *profpipe_metadata_text(profpipe *p, size_t number)
{
	return metadata(p, number, false);
}
