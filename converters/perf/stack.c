/*
 * perf/stack - stacks of lines
 *
 * The same functions come again and again, and often the same stacks: a stack is found by its
 * bytes, or else its frames by the bytes of symbols and objects.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/perf/internal.h"

/* What the cache of texts may hold, and the longest text in it, in bytes. */
enum { CACHED_TEXTS = 1 << 21, CACHED_TEXT = 1 << 18 };

void perf_stacks_start(struct perf_stacks *s, struct input *in, struct profile *p)
{
	*s = (struct perf_stacks){ .in = in, .p = p, .options = in->options };
	strings_init(&s->names);
}

void perf_stacks_free(struct perf_stacks *s)
{
	strings_free(&s->names);
	alloc_free(s->functions);
	index_free(&s->function_index);
	alloc_free(s->texts);
	buf_free(&s->bytes);
	index_free(&s->index);
	alloc_free(s->rows);
	buf_free(&s->name);
}

/* --- a frame --- */

/* "perf-123.map", and "jitted-123-4.so" which perf inject --jit makes */
static bool is_jit(struct str object)
{
	struct str base = str_base(object);

	return (str_starts(base, S("perf-")) && str_ends(base, S(".map"))) ||
	       str_starts(base, S("jitted-")) || str_starts(object, S("[JIT]"));
}

/* The kernel's modules are in brackets too, and so is what the kernel maps into a process. */
static bool is_kernel(struct str object)
{
	static const char *const users[] = { "[vdso", "[vsyscall", "[heap", "[stack", "[anon" };

	if (!str_starts(object, S("[")))
		return str_starts(str_base(object), S("vmlinux")) ||
		       str_contains(str_base(object), S(".ko"));
	for (size_t i = 0; i < sizeof users / sizeof *users; i++)
		if (str_starts(object, str_of(users[i])))
			return false;
	return true;
}

static enum frame_kind kind_of(const struct perf_frame *f, struct str object)
{
	if (f->python)
		return FRAME_INTERPRETED;
	if (is_jit(object))
		return FRAME_JIT;
	if (is_kernel(object))
		return FRAME_KERNEL;
	return object.n && object.p[0] == '/' && object.p[1] != '/' ? FRAME_NATIVE : FRAME_UNKNOWN;
}

/* The first that fits, as stackcollapse-perf.pl has it. */
static struct str mark_of(const struct perf_stacks *s, const struct perf_frame *f,
			  enum frame_kind kind, struct str object)
{
	if (f->inlined && s->options->inlined)
		return S("_[i]");
	if (kind == FRAME_KERNEL && s->options->kernel)
		return S("_[k]");
	return s->options->jit && is_jit(object) ? S("_[j]") : S("");
}

static string_id name_of(struct perf_stacks *s, const struct perf_frame *f, enum frame_kind kind,
			 struct str object)
{
	buf_replace(&s->name, f->symbol.n ? f->symbol : S("[unknown]"));
	buf_add(&s->name, mark_of(s, f, kind, object));
	return profile_string(s->p, buf_str(&s->name));
}

/* The object of a function of Python is a file that was made for it alone. */
static frame_id new_frame(struct perf_stacks *s, const struct perf_frame *f, bool in_caller)
{
	struct profile *p = s->p;
	enum frame_kind kind = kind_of(f, f->object);
	struct function function;

	if (!f->symbol.n && (!f->asked || s->options->addrs)) {
		/* the address on the line of a sample is not one of the file */
		struct mapping m = { .object = s->text ? profile_string(p, f->object) : 0 };

		return profile_unsymbolised_frame(p, m.object ? profile_mapping(p, m) : 0,
						  f->address, kind);
	}
	function = (struct function){ .name = name_of(s, f, kind, f->object),
				      .file = profile_string(p, f->file),
				      .object = f->python ? 0 : profile_string(p, f->object) };
	return profile_frame(p, (struct frame){ .function = profile_function(p, function),
						.line = f->line,
						.kind = kind,
						.inlined = in_caller });
}

static frame_id frame_of(struct perf_stacks *s, const struct perf_frame *f, bool in_caller)
{
	uint64_t hash = hash_mix(hash_text(f->symbol), hash_text(f->object) + in_caller);
	struct perf_function *new;

	if (!f->symbol.n || f->file.n)
		return new_frame(s, f, in_caller);
	for (struct probe at = index_probe(&s->function_index, hash);
	     index_next(&s->function_index, &at);) {
		const struct perf_function *have = &s->functions[at.row];

		if (have->in_caller == in_caller && have->inlined == f->inlined &&
		    str_eq(have->symbol, f->symbol) && str_eq(have->object, f->object))
			return have->frame;
	}
	ARRAY_ROOM(s->functions, s->function_count, s->function_cap);
	new = &s->functions[s->function_count];
	*new = (struct perf_function){
		.symbol = strings_text(&s->names, strings_add(&s->names, f->symbol)),
		.object = strings_text(&s->names, strings_add(&s->names, f->object)),
		.in_caller = in_caller,
		.inlined = f->inlined,
		.frame = new_frame(s, f, in_caller),
	};
	index_add(&s->function_index, hash, (uint32_t)s->function_count++);
	return new->frame;
}

/* --- a line --- */

/* A message about a row names its line. */
static void report_row(struct perf_stacks *s, struct str row, struct str line)
{
	for (const char *at = s->text; at && at <= row.p; at++) {
		at = memchr(at, '\n', (size_t)(row.p + row.n - at) + 1);
		s->in->line++;
	}
	input_error(s->in, "expected 'address symbol (object)', got %s", diag_quote(line));
}

/*
 * Pushes the frame of a row, which becomes the caller of the next one. What is inlined has the
 * address of its caller, and its object; perf leaves some of these callers out.
 */
static stack_id push_row(struct perf_stacks *s, struct str row, struct perf_caller *caller,
			 stack_id stack)
{
	struct perf_frame f;
	struct str line = row, srcline = S("");
	bool in_caller;

	str_cut(row, '\n', &line, &srcline);
	if (!perf_parse_frame(str_trim(line), srcline, &f)) {
		report_row(s, row, line);
		return stack;
	}
	in_caller = f.inlined && caller->any && caller->address == f.address;
	if (in_caller)
		f.object = caller->object;
	*caller = (struct perf_caller){ true, f.address, f.object };
	return stacks_push(&s->p->stacks, stack, frame_of(s, &f, in_caller));
}

/* --- a text --- */

static void add_row(struct perf_stacks *s, struct str row)
{
	ARRAY_ROOM(s->rows, s->row_count, s->row_cap);
	s->rows[s->row_count++] = row;
}

/* A row is a line, and the source line behind it. */
static void split_rows(struct perf_stacks *s, struct str text)
{
	s->row_count = 0;
	while (text.n) {
		const char *newline = memchr(text.p, '\n', text.n);
		size_t n = (size_t)(newline - text.p);

		if (text.p[0] == '\t') {
			size_t blanks = 1;

			while (blanks < n && text.p[blanks] == ' ')
				blanks++;
			add_row(s, (struct str){ text.p + blanks, n - blanks });
		} else if (s->row_count) {
			struct str *row = &s->rows[s->row_count - 1];

			row->n = (size_t)(newline - row->p);
		}
		text = str_from(text, n + 1);
	}
}

static stack_id read_rows(struct perf_stacks *s, stack_id stack, struct str text)
{
	struct perf_caller caller = { 0 };

	split_rows(s, text);
	for (size_t i = s->row_count; i-- > 0 && !s->in->failed;)
		stack = push_row(s, s->rows[i], &caller, stack);
	return stack;
}

static void remember(struct perf_stacks *s, uint64_t hash, struct perf_known_text known,
		     struct str text)
{
	if (text.n > CACHED_TEXT)
		return;
	if (s->bytes.n + s->text_count * sizeof *s->texts > CACHED_TEXTS) {
		s->bytes.n = s->text_count = 0;
		index_clear(&s->index);
	}
	known.at = s->bytes.n;
	known.n = text.n;
	buf_add(&s->bytes, text);
	ARRAY_ROOM(s->texts, s->text_count, s->text_cap);
	s->texts[s->text_count] = known;
	index_add(&s->index, hash, (uint32_t)s->text_count++);
}

/*
 * Where addresses hardly ever come again, the cache only takes time: it rests, and is tried again
 * later.
 */
static bool is_resting(struct perf_stacks *s)
{
	enum { TRIED = 1 << 12, MIN_FOUND = TRIED / 16, RESTING = 1 << 16 };

	if (s->resting) {
		s->resting--;
		return true;
	}
	if (++s->searched == TRIED) {
		s->resting = s->found < MIN_FOUND ? RESTING : 0;
		s->searched = s->found = 0;
	}
	return false;
}

stack_id perf_stack_of(struct perf_stacks *s, stack_id root, struct str text)
{
	uint64_t hash;
	stack_id stack;

	s->text = text.p;
	if (is_resting(s))
		return read_rows(s, root, text);
	hash = hash_mix(hash_text(text), root);
	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);) {
		const struct perf_known_text *known = &s->texts[at.row];

		if (known->root == root && known->n == text.n &&
		    memcmp(s->bytes.p + known->at, text.p, text.n) == 0) {
			s->found++;
			return known->stack;
		}
	}
	stack = read_rows(s, root, text);
	if (!s->in->failed)
		remember(s, hash, (struct perf_known_text){ .root = root, .stack = stack }, text);
	return stack;
}

stack_id perf_flat_stack(struct perf_stacks *s, stack_id root, struct str row)
{
	struct perf_caller caller = { 0 };

	s->text = NULL;
	return push_row(s, row, &caller, root);
}
