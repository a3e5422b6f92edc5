/*
 * jfr/stacks - methods, stacks and threads of the profile, made of constants
 *
 * A stack begins with its leaf, and has lost its root end if it is truncated: the depth is 64
 * unless the JVM was told otherwise. What is left of it hangs below a frame [truncated].
 */
#include "common/base/alloc.h"
#include "converters/jfr/internal.h"

/* --- frames --- */

struct jfr_frame_type {
	enum frame_kind kind;
	bool inlined;
	bool of_object; /* the code of a library or of the kernel; async-profiler's */
};

static struct jfr_frame_type frame_type(struct jfr_reader *r, const struct jfr_record *frame)
{
	static const struct {
		const char *text;
		struct jfr_frame_type type;
	} types[] = {
		{ "Interpreted", { FRAME_INTERPRETED, false, false } },
		{ "JIT compiled", { FRAME_JIT, false, false } },
		{ "C1 compiled", { FRAME_JIT, false, false } },
		{ "Inlined", { FRAME_JIT, true, false } },
		{ "Native", { FRAME_NATIVE, false, false } },
		{ "C++", { FRAME_NATIVE, false, true } },
		{ "Kernel", { FRAME_KERNEL, false, true } },
	};
	struct jfr_constant *c = jfr_constant_of(r, frame, JFR_TYPE);

	if (!c)
		return (struct jfr_frame_type){ FRAME_UNKNOWN, false, false };
	if (!jfr_is_made(r, c, JFR_FRAME_TYPE)) {
		r->scratch.n = 0;
		jfr_field_text(r, frame, JFR_TYPE, &r->scratch);
		c->made_as = JFR_FRAME_TYPE;
		c->made = UINT32_MAX;
		for (uint32_t i = 0; i < sizeof types / sizeof *types; i++)
			if (str_eq(buf_str(&r->scratch), str_of(types[i].text)))
				c->made = i;
	}
	if (c->made == UINT32_MAX)
		return (struct jfr_frame_type){ FRAME_UNKNOWN, false, false };
	return types[c->made].type;
}

/* The offset of `mark` in the name, or its length. */
static size_t find(struct str name, const char *mark)
{
	size_t at = 0;

	while (at < name.n && !str_starts(str_from(name, at), str_of(mark)))
		at++;
	return at;
}

/* Classes made while the program runs have an address in their names, another one in each run. */
static struct str without_address(struct str name)
{
	static const char *const marks[] = { ".0x", "+0x", "/0x" };
	size_t at = find(name, "$$Lambda");

	if (at < name.n)
		return str_head(name, at + 8);
	for (unsigned i = 0; i < 3; i++) {
		at = find(name, marks[i]);
		if (at < name.n)
			return str_head(name, at);
	}
	return name;
}

/* The name of a library, "[kernel]" and the like: no class has a dot or a bracket in its name. */
static bool names_object(struct str class)
{
	return !class.n || str_has(class, '.') || str_has(class, '[');
}

static function_id make_function(struct jfr_reader *r, const struct jfr_record *frame,
				 struct jfr_frame_type type)
{
	struct function f = { 0 };
	struct jfr_record method = { .type = NULL };
	struct str class;

	r->name.n = r->class_name.n = 0;
	if (jfr_read_constant(r, frame, JFR_METHOD, &method)) {
		jfr_field_text(r, &method, JFR_TYPE, &r->class_name);
		jfr_field_text(r, &method, JFR_NAME, &r->name);
	}
	class = buf_str(&r->class_name);
	if (type.of_object || (type.kind == FRAME_NATIVE && names_object(class))) {
		f.object = profile_string(r->p, class);
		f.name = profile_string(r->p, r->name.n ? buf_str(&r->name) : S("[unknown]"));
		return profile_function(r->p, f);
	}
	for (size_t i = 0; i < class.n; i++)
		if (r->class_name.p[i] == '/' && (i + 1 == class.n || class.p[i + 1] != '0'))
			r->class_name.p[i] = '.';
	if (r->options->strip_hidden)
		class = without_address(class);
	r->scratch.n = 0;
	buf_add(&r->scratch, class);
	if (class.n && r->name.n)
		buf_byte(&r->scratch, '.');
	buf_add(&r->scratch, buf_str(&r->name));
	if (r->options->signatures)
		jfr_field_text(r, &method, JFR_DESCRIPTOR, &r->scratch);
	f.name = profile_string(r->p, r->scratch.n ? buf_str(&r->scratch) : S("[unknown]"));
	return profile_function(r->p, f);
}

static frame_id make_frame(struct jfr_reader *r, const struct jfr_record *record)
{
	struct jfr_frame_type type = frame_type(r, record);
	struct jfr_constant *method = jfr_constant_of(r, record, JFR_METHOD);
	uint64_t line = jfr_number_of(record, JFR_LINE_NUMBER);
	struct frame f = { .kind = type.kind, .inlined = type.inlined };

	if (method && jfr_is_made(r, method, JFR_FUNCTION))
		f.function = method->made;
	else
		f.function = make_function(r, record, type);
	if (method) {
		method->made = f.function;
		method->made_as = JFR_FUNCTION;
	}
	f.line = line <= INT32_MAX ? (uint32_t)line : 0;
	return profile_frame(r->p, f);
}

/* A frame of ours, for what the file has no method. */
static frame_id own_frame(struct jfr_reader *r, const char *name)
{
	struct function f = { .name = profile_string(r->p, str_of(name)) };

	return profile_frame(r->p, (struct frame){ .function = profile_function(r->p, f) });
}

/* --- stacks --- */

static bool read_frames(struct jfr_reader *r, const struct jfr_record *trace)
{
	const struct jfr_member *m = jfr_member(trace, JFR_FRAMES);
	struct jfr_bytes b = { r->chunk.p, r->chunk.p + r->chunk.n, false };
	struct jfr_record frame;

	r->frame_count = 0;
	if (m)
		b.p = trace->at[JFR_FRAMES];
	if (!m || !m->array || m->shape != JFR_STRUCT) {
		jfr_expected(r, b.p, "a stack with frames in their place");
		return false;
	}
	for (uint64_t i = 0; i < trace->number[JFR_FRAMES]; i++) {
		if (r->in->failed || !jfr_read_value(r, &b, &r->types.rows[m->type_row], &frame))
			return false;
		ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
		r->frames[r->frame_count++] = make_frame(r, &frame);
	}
	return true;
}

stack_id jfr_stack(struct jfr_reader *r, const struct jfr_record *event)
{
	struct jfr_constant *c = jfr_constant_of(r, event, JFR_STACK_TRACE);
	stack_id stack = EMPTY_STACK;
	struct jfr_record trace;

	if (c && jfr_is_made(r, c, JFR_STACK))
		return c->made;
	if (c && jfr_read_constant(r, event, JFR_STACK_TRACE, &trace)) {
		if (!read_frames(r, &trace))
			return EMPTY_STACK;
		if (jfr_number_of(&trace, JFR_TRUNCATED)) {
			stack = stacks_push(&r->p->stacks, stack, own_frame(r, "[truncated]"));
			r->truncated++;
		}
		for (size_t i = r->frame_count; i-- > 0;)
			stack = stacks_push(&r->p->stacks, stack, r->frames[i]);
	}
	if (stack == EMPTY_STACK)
		stack = stacks_push(&r->p->stacks, stack, own_frame(r, "[unknown]"));
	if (c) {
		c->made = stack;
		c->made_as = JFR_STACK;
	}
	return stack;
}

/* --- threads --- */

thread_id jfr_thread(struct jfr_reader *r, const struct jfr_record *event)
{
	enum jfr_field field = jfr_thread_field(event);
	struct jfr_constant *c = jfr_constant_of(r, event, field);
	struct jfr_record record;
	struct thread t = { 0 };
	thread_id thread;

	if (c && jfr_is_made(r, c, JFR_THREAD))
		return c->made;
	if (jfr_read_constant(r, event, field, &record)) {
		r->name.n = 0;
		jfr_field_text(r, &record, JFR_JAVA_NAME, &r->name);
		if (!r->name.n)
			jfr_field_text(r, &record, JFR_OS_NAME, &r->name);
		t.name = profile_string(r->p, buf_str(&r->name));
		t.tid = jfr_number_of(&record, JFR_OS_THREAD_ID);
	}
	thread = profile_thread(r->p, t);
	if (c) {
		c->made = thread;
		c->made_as = JFR_THREAD;
	}
	return thread;
}
