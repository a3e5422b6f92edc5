/*
 * collapsed/format - folded stacks: "main;parse;read 42", one stack a line
 *
 * There is no specification. What writers do, and what is taken here:
 *
 * - The count is what follows the last run of blanks: frame names hold blanks. An
 *   integer, a fraction ("5.5", "5.", ".5"), or a negative number (austin's memory
 *   mode). Two counts ("a;b 2 5") are a difference: before and after.
 * - py-spy writes frames as "name (file:line)" or "name (file)"; they are taken
 *   apart so that other formats get the file and the line, and put together again
 *   to the same text. A text that would not come back the same stays a name.
 * - py-spy writes an empty stack as a line that starts with the blank.
 * - austin writes "file:name:line" below "P<pid>;T<thread>". Its "# key: value" lines
 *   tell that counts are microseconds or bytes; full mode writes "time,idle,memory".
 * - Python's own sampler (3.15) writes the same below "tid:<thread>", which becomes the
 *   thread of the stack; built-in frames such as "<GC>" are bare names.
 * - Lines that start with "# " are comments; others with '#' are stacks.
 * - CRLF, byte order marks, UTF-16 and gzip are taken off by the input.
 *
 * Written: one line a distinct stack, sorted by the stack's bytes. Where readers would
 * take the ends of all names for a first count, a comment says that there is one.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/frame_text.h"
#include "common/program/time_units.h"
#include "common/transform/calltree/folded_lines.h"
#include "converters/collapsed/internal.h"

struct collapsed_write_options {
	int unit; /* 0: automatic, otherwise a time unit + 1 */
	int frames_short;
};

#define AT(field) offsetof(struct collapsed_write_options, field)

static const struct option_row write_rows[] = {
	OPT_CHOICE(0, "unit", "auto|" TIME_UNIT_CHOICES,
		   "how times are counted (auto: ns, or as bare counts came in)", AT(unit)),
	OPT_CHOICE(0, "frames", "full|name", "write frames as name (file:line), or the name alone",
		   AT(frames_short)),
	OPT_END
};

enum { COUNTS_TEXT = 3 * (NUM_TEXT + 1) };

struct collapsed_writer {
	struct output *out;
	const struct profile *p;
	int unit;                /* as in write_options */
	const struct str *texts; /* of frames */
	enum frame_style style;
	bool begun;
	bool waiting;     /* all stacks so far end like "f 2", and a number follows */
	struct buf ahead; /* their lines */
};

/* ';' ends a frame and '\n' a stack: ':' and ' ' stand in for them; so does ' ' for a
 * '\r', which at the end of a line would be taken for the line's end. */
static void replace_marks(struct buf *text)
{
	for (size_t i = 0; i < text->n; i++) {
		if (text->p[i] == ';')
			text->p[i] = ':';
		if (text->p[i] == '\n' || text->p[i] == '\r')
			text->p[i] = ' ';
	}
}

/*
 * A name at the beginning of a file that would be read as the gzip magic or a byte order mark.
 */
static bool looks_like_mark(struct str text)
{
	return str_starts(text, S("\x1f\x8b")) || str_starts(text, S("\xef\xbb\xbf")) ||
	       str_starts(text, S("\xff\xfe")) || str_starts(text, S("\xfe\xff"));
}

static size_t counts_text(const struct collapsed_writer *w, const int64_t *values, char *to)
{
	const struct profile *p = w->p;
	char mark = ' ', *at = to;

	for (value_id v = 0; v < p->value_count; v++) {
		const struct value_type *type = &p->value_types[v];
		int power = w->unit        ? time_units[w->unit - 1].power
			    : type->counts ? type->source_scale
					   : 0;

		*at++ = mark;
		at += decimal_text(at, profile_decimal(p, v, values[v], power));
		mark = p->value_count == 3 ? ',' : ' ';
	}
	*at++ = '\n';
	return (size_t)(at - to);
}

static void put_comment(struct collapsed_writer *w, struct str line)
{
	output_str(w->out, line);
	output_byte(w->out, '\n');
}

/* Writes the line that was held back, below a comment if a reader would misread it. */
static void stop_waiting(struct collapsed_writer *w, bool explain)
{
	if (explain)
		put_comment(w, COLLAPSED_ONE_COUNT);
	output_str(w->out, buf_str(&w->ahead));
	buf_free(&w->ahead);
	w->waiting = false;
}

/*
 * Whether the line must be held back: if all are like "f 2 5" and "g 3 6", stacks seem to have
 * two counts each. One line that is not, where readers look for it, is enough.
 */
static bool must_wait(struct collapsed_writer *w, struct str stack)
{
	bool seen = !w->ahead.n || w->ahead.n + stack.n + COUNTS_TEXT < COLLAPSED_WINDOW;

	if (seen && collapsed_ends_in_number(stack))
		return true;
	stop_waiting(w, !seen);
	return false;
}

/* Writes what a reader must know before the first line. */
static void begin(struct collapsed_writer *w, struct str stack)
{
	frame_id f = 0;

	w->begun = true;
	if (looks_like_mark(stack))
		put_comment(w, S("# folded stacks"));
	if (collapsed_sampler_thread(stack, NULL))
		put_comment(w, COLLAPSED_FULL_FRAMES);
	if (w->style == FRAMES_AUSTIN || !collapsed_austin_stack(stack))
		return;
	while (f < w->p->frame_count && frame_text_is_whole(w->texts[f]))
		f++;
	if (f < w->p->frame_count)
		put_comment(w, COLLAPSED_FULL_FRAMES);
}

/*
 * For a stack of one function without a name: the empty stack, which looks the same, comes
 * first.
 */
static bool is_nameless(const struct collapsed_writer *w, struct str stack)
{
	if (collapsed_trim(stack).n)
		return false;
	for (size_t i = 0; !stack.n && !w->begun && i < w->p->sample_count; i++)
		if (w->p->samples[i].stack == EMPTY_STACK)
			return false;
	return true;
}

/* A count behind "#" makes it "# " too. */
static bool begins_comment(struct str stack)
{
	return collapsed_comment(stack) || str_eq(stack, S("#"));
}

/* The replacement for the beginning of a stack that would be read as a comment. */
static struct str cut_comment(struct str *stack)
{
	if (!begins_comment(*stack))
		return S("");
	*stack = str_from(*stack, stack->n < 2 ? stack->n : 2);
	return S("#_");
}

static void put_line(void *context, struct str stack, const int64_t *values)
{
	struct collapsed_writer *w = context;
	struct str mark = S("");

	if (is_nameless(w, stack))
		stack = S("???");
	if (!w->begun)
		begin(w, stack);
	if (stack.n && *stack.p == '#')
		mark = cut_comment(&stack);
	if (w->waiting && must_wait(w, stack)) {
		char counts[COUNTS_TEXT];

		buf_add(&w->ahead, mark);
		buf_add(&w->ahead, stack);
		buf_add(&w->ahead, (struct str){ counts, counts_text(w, values, counts) });
		return;
	}
	if (mark.n)
		output_str(w->out, mark);
	output_str(w->out, stack);
	w->out->p += counts_text(w, values, output_room(w->out));
}

static bool has_metadata(const struct profile *p, struct str key, struct str value)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (str_eq(profile_text(p, p->metadata[i].key), key) &&
		    str_eq(profile_text(p, p->metadata[i].value), value))
			return true;
	return false;
}

/*
 * All stacks are below a process and a thread of austin's, otherwise a reader could not
 * recognise its frames.
 */
static bool all_austin(const struct profile *p)
{
	enum { OTHER, PROCESS, THREAD };
	char *kinds = alloc_zero(p->stacks.count, sizeof *kinds);
	bool all = true;

	for (stack_id s = 1; s < p->stacks.count; s++) {
		stack_id parent = p->stacks.parent[s];
		struct function_row *f = &p->functions[p->frames[p->stacks.frame[s]].function];
		struct str name = f->file || f->object ? S("") : profile_text(p, f->name);

		if (parent == EMPTY_STACK)
			kinds[s] = name.n && collapsed_process(name) == name.n ? PROCESS : OTHER;
		else
			kinds[s] = kinds[parent] == THREAD || (kinds[parent] == PROCESS &&
							       str_starts(name, S("T")))
					   ? THREAD
					   : OTHER;
	}
	for (size_t i = 0; i < p->sample_count; i++)
		all = all && kinds[p->samples[i].stack] == THREAD;
	alloc_free(kinds);
	return all;
}

static enum frame_style style_of(const struct profile *p, const struct collapsed_write_options *o)
{
	if (o->frames_short)
		return FRAMES_NAME;
	return has_metadata(p, S("frames"), S("austin")) && all_austin(p) ? FRAMES_AUSTIN
									  : FRAMES_FULL;
}

static void collapsed_write(struct output *out, const struct profile *p)
{
	const struct collapsed_write_options *o = out->options;
	struct buf *bufs = alloc_zero(p->frame_count, sizeof *bufs);
	struct str *texts = alloc_zero(p->frame_count, sizeof *texts);
	struct collapsed_writer w = {
		.out = out,
		.p = p,
		.texts = texts,
		.unit = o->unit,
		.style = style_of(p, o),
		.waiting = p->value_count == 1,
	};

	for (frame_id f = 0; f < p->frame_count; f++) {
		frame_to_text(p, f, w.style, &bufs[f]);
		replace_marks(&bufs[f]);
		texts[f] = buf_str(&bufs[f]);
	}
	folded_lines(p, texts, put_line, &w);
	stop_waiting(&w, w.ahead.n);
	for (frame_id f = 0; f < p->frame_count; f++)
		buf_free(&bufs[f]);
	alloc_free(bufs);
	alloc_free(texts);
}

/* Two counts, and austin's three, are several value types that a line can hold. */
static unsigned collapsed_features_of(const struct profile *p, const void *options)
{
	static const char *const sets[][4] = { { "base", "new", NULL },
					       { "time", "idle", "memory", NULL } };

	(void)options;
	for (size_t s = 0; s < 2; s++) {
		size_t i = 0;

		while (sets[s][i] && i < p->value_count &&
		       str_eq(profile_text(p, p->value_types[i].name), str_of(sets[s][i])))
			i++;
		if (!sets[s][i] && i == p->value_count)
			return FEATURE_VALUE_TYPES;
	}
	return 0;
}

static bool collapsed_can_spell(struct str name)
{
	return !str_has(name, ';') && !str_has(name, '\n') && !str_has(name, '\r') &&
	       collapsed_trim(name).n == name.n && !begins_comment(name);
}

static const struct collapsed_read_options usual_reading;
static const struct collapsed_write_options usual_writing;

const struct format collapsed_format = {
	.name = "collapsed",
	.title = "folded stacks, one a line: py-spy raw, austin, perf and eBPF collapsers",
	.suffixes = ".collapsed .folded .txt",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_FUNCTION_LINES | FEATURE_LINES |
		    FEATURE_IDLE,
	.features_of = collapsed_features_of,
	.any_total = true,
	.reads_empty = true,
	.reads_threads = true,
	.bid = collapsed_bid,
	.read = collapsed_read,
	.read_options = FORMAT_OPTIONS(collapsed_read_rows, usual_reading),
	.write = collapsed_write,
	.write_options = FORMAT_OPTIONS(write_rows, usual_writing),
	.can_spell = collapsed_can_spell,
};
