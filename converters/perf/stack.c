/*
 * perf/stack - stacks of lines, each line and each stack parsed only the first time
 *
 * The same lines come again and again, and often the same stacks: a stack is found by its bytes,
 * or else its frames by those of their lines.
 */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/perf/internal.h"

/* What the caches may hold, in bytes of the file. */
enum { CACHED_LINES = 1 << 22, CACHED_TEXTS = 1 << 21, CACHED_TEXT = 1 << 18 };

void perf_stacks_start(struct perf_stacks *s, struct input *in, struct profile *p)
{
	*s = (struct perf_stacks){ .in = in, .p = p, .options = in->options };
	strings_init(&s->lines);
}

void perf_stacks_free(struct perf_stacks *s)
{
	strings_free(&s->lines);
	alloc_free(s->known);
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
static frame_id frame_of(struct perf_stacks *s, const struct perf_frame *f,
			 const struct perf_known_line *known)
{
	struct str text = profile_text(s->p, known->object);
	enum frame_kind kind = kind_of(f, text);
	struct function function;

	if (!f->symbol.n && (!f->asked || s->options->addrs)) {
		/* the address on the line of a sample is not one of the file */
		struct mapping m = { .object = known->flat ? 0 : known->object };

		return profile_unsymbolised_frame(s->p, m.object ? profile_mapping(s->p, m) : 0,
						  f->address, kind);
	}
	function = (struct function){ .name = name_of(s, f, kind, text),
				      .file = profile_string(s->p, f->file),
				      .object = f->python ? 0 : known->object };
	return profile_frame(s->p, (struct frame){ .function = profile_function(s->p, function),
						   .line = f->line,
						   .kind = kind,
						   .inlined = known->in_caller });
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
 * Fills in what is known of a row but for its caller. What is inlined has the address of its
 * caller, and its object; perf leaves some of these callers out.
 */
static void parse_row(struct perf_stacks *s, struct str row, const struct perf_known_line *caller,
		      struct perf_known_line *known)
{
	struct perf_frame f;
	struct str line = row, srcline = S("");

	str_cut(row, '\n', &line, &srcline);
	if (!perf_parse_frame(str_trim(line), srcline, &f)) {
		report_row(s, row, line);
		return;
	}
	known->address = f.address;
	known->inlined = f.inlined;
	known->in_caller = f.inlined && caller && caller->address == f.address;
	known->flat = !s->text;
	known->object = known->in_caller ? caller->object : profile_string(s->p, f.object);
	known->frame = frame_of(s, &f, known);
}

static void forget_lines(struct perf_stacks *s)
{
	strings_clear(&s->lines);
	s->known_count = 0;
	s->line_bytes = 0;
}

/* What is known of these bytes; *is_new: nothing. */
static struct perf_known_line *known_line(struct perf_stacks *s, struct str row, bool *is_new)
{
	string_id id;

	if (s->line_bytes > CACHED_LINES)
		forget_lines(s);
	id = strings_add(&s->lines, row);
	*is_new = s->known_count <= id;
	while (s->known_count <= id) {
		ARRAY_ROOM(s->known, s->known_count, s->known_cap);
		s->known[s->known_count++] = (struct perf_known_line){ 0 };
	}
	if (*is_new)
		s->line_bytes += row.n + sizeof(struct str) + sizeof *s->known;
	return &s->known[id];
}

static bool fits(const struct perf_known_line *known, const struct perf_known_line *caller,
		 bool flat)
{
	bool in_caller = known->inlined && caller && caller->address == known->address;

	return known->flat == flat && known->in_caller == in_caller &&
	       (!in_caller || known->object == caller->object);
}

/* Pushes the frame of a row, and makes it the caller of the next one; NULL: it has none. */
static stack_id push_row(struct perf_stacks *s, struct str row,
			 const struct perf_known_line **caller, stack_id stack)
{
	bool is_new;
	struct perf_known_line *known = known_line(s, row, &is_new);

	if (is_new || !fits(known, *caller, !s->text))
		parse_row(s, row, *caller, known);
	if (s->in->failed)
		return stack;
	*caller = known;
	return stacks_push(&s->p->stacks, stack, known->frame);
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
	struct perf_known_line last;
	const struct perf_known_line *caller = NULL;

	split_rows(s, text);
	for (size_t i = s->row_count; i-- > 0 && !s->in->failed;) {
		stack = push_row(s, s->rows[i], &caller, stack);
		/* the cache may move */
		last = caller ? *caller : (struct perf_known_line){ 0 };
		caller = &last;
	}
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

stack_id perf_stack_of(struct perf_stacks *s, stack_id root, struct str text)
{
	uint64_t hash = hash_mix(hash_text(text), root);
	stack_id stack;

	for (struct probe at = index_probe(&s->index, hash); index_next(&s->index, &at);) {
		const struct perf_known_text *known = &s->texts[at.row];

		if (known->root == root && known->n == text.n &&
		    memcmp(s->bytes.p + known->at, text.p, text.n) == 0)
			return known->stack;
	}
	s->text = text.p;
	stack = read_rows(s, root, text);
	if (!s->in->failed)
		remember(s, hash, (struct perf_known_text){ .root = root, .stack = stack }, text);
	return stack;
}

stack_id perf_flat_stack(struct perf_stacks *s, stack_id root, struct str row)
{
	const struct perf_known_line *caller = NULL;

	s->text = NULL;
	return push_row(s, row, &caller, root);
}
