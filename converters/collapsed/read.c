/* collapsed/read - see format.c for the language */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/frame_text.h"
#include "common/program/time_units.h"
#include "converters/collapsed/internal.h"

#define AT(field) offsetof(struct collapsed_read_options, field)

const struct option_row collapsed_read_rows[] = {
	OPT_FLAG(0, "skip-bad-lines", "skip malformed lines instead of stopping",
		 AT(skip_bad_lines)),
	OPT_CHOICE(0, "counts", "auto|1|2", "how many counts end a line", AT(counts)),
	OPT_CHOICE(0, "input-unit", "none|" TIME_UNIT_CHOICES "|bytes", "what the counts count",
		   AT(unit)),
	OPT_END
};

enum { MAX_COUNTS = 3, INPUT_BYTES = TIME_UNITS + 1 };

/* One line taken apart. */
struct collapsed_line {
	struct str stack;
	struct decimal counts[MAX_COUNTS];
	unsigned count;
};

struct collapsed_reader {
	struct input *in;
	const struct collapsed_read_options *options;
	struct profile *p;
	thread_id thread;
	unsigned counts; /* a line */
	bool commas;     /* between them: austin */
	bool austin;     /* its header lines say what is counted */
	value_id values[MAX_COUNTS];
	struct str mode; /* austin's, in the profile's strings */
	bool sampler;    /* stacks begin with a thread, as Python's sampler writes them */
	uint64_t tid;    /* the number of `thread` there */
	enum frame_style style;

	struct strings texts; /* of frames */
	frame_id *frames;     /* by text */
	size_t frame_count, frame_cap;

	/* stack of the last line: the next one often begins like it */
	struct buf last;
	struct collapsed_step {
		size_t end; /* of the frame, in `last` */
		frame_id frame;
		stack_id stack;
	} * steps;
	size_t step_count, step_cap;
};

/* Splits off the last word: "a b 12" -> "a b" and "12". */
static bool cut_last_word(struct str *s, struct str *word)
{
	size_t i = s->n;

	while (i && !collapsed_blank(s->p[i - 1]))
		i--;
	if (!i || i == s->n)
		return false;
	*word = str_from(*s, i);
	*s = collapsed_trim(str_head(*s, i));
	return true;
}

static bool take_count(struct collapsed_reader *r, struct str word, struct decimal *count)
{
	enum exactness exactness;

	if (!str_to_decimal(word, count, &exactness))
		return false;
	profile_count_rounding(r->p, exactness == ROUNDED, count->mantissa);
	return true;
}

static bool split_line(struct collapsed_reader *r, struct str text, struct collapsed_line *line)
{
	struct str word, part, rest;

	line->stack = collapsed_trim(text);
	line->count = 0;
	if (!cut_last_word(&line->stack, &word))
		return false;
	if (r->commas)
		while (line->count < r->counts - 1 && str_cut(word, ',', &part, &rest) &&
		       take_count(r, part, &line->counts[line->count++]))
			word = rest;
	if (!take_count(r, word, &line->counts[line->count++]))
		return false;
	if (r->counts == 2 && !r->commas) {
		line->counts[1] = line->counts[0];
		if (!cut_last_word(&line->stack, &word) || !take_count(r, word, &line->counts[0]))
			return false;
		line->count = 2;
	}
	return line->count == r->counts;
}

static bool is_number(struct str word)
{
	struct decimal d;
	enum exactness exactness;

	return str_to_decimal(word, &d, &exactness);
}

bool collapsed_ends_in_number(struct str stack)
{
	struct str word;

	stack = collapsed_trim(stack);
	return cut_last_word(&stack, &word) && is_number(word);
}

size_t collapsed_process(struct str text)
{
	size_t i = 1;

	while (i < text.n && text.p[i] >= '0' && text.p[i] <= '9')
		i++;
	return i > 1 && text.p[0] == 'P' ? i : 0;
}

bool collapsed_austin_stack(struct str line)
{
	size_t process = collapsed_process(line);

	return process && str_starts(str_from(line, process), S(";T"));
}

size_t collapsed_sampler_thread(struct str stack, uint64_t *tid)
{
	size_t begin = 4, i = begin;
	uint64_t number;

	if (!str_starts(stack, S("tid:")))
		return 0;
	while (i < stack.n && stack.p[i] >= '0' && stack.p[i] <= '9')
		i++;
	if ((i < stack.n && stack.p[i] != ';' && !collapsed_blank(stack.p[i])) ||
	    !str_to_u64(str_head(str_from(stack, begin), i - begin), &number))
		return 0;
	if (tid)
		*tid = number;
	return i < stack.n && stack.p[i] == ';' ? i + 1 : i;
}

/* How many numbers end the line: 0: it is not a stack; 1 or 2, or 3 separated by commas. */
static unsigned counts_of(struct str line)
{
	struct str word, a, b, c;

	/* blanks at the beginning are kept: counts may also follow an empty stack */
	if (str_ends(line, S("\r")))
		line.n--;
	line = collapsed_trim(line);
	if (!cut_last_word(&line, &word))
		return 0;
	if (str_cut(word, ',', &a, &b) && str_cut(b, ',', &b, &c))
		return is_number(a) && is_number(b) && is_number(c) ? 3 : 0;
	if (!is_number(word))
		return 0;
	return collapsed_ends_in_number(line) ? 2 : 1;
}

static struct str seen_of(const struct input *in)
{
	return (struct str){ in->p, (size_t)(in->end - in->p) };
}

/* Reads the beginning of the file, at least to the end of its first stack. */
static struct str look_ahead(struct input *in)
{
	struct str line, rest;
	size_t comments = 0, seen = 0;

	input_want(in, COLLAPSED_WINDOW);
	while (str_cut(str_from(seen_of(in), comments), '\n', &line, &rest) &&
	       collapsed_comment(line))
		comments += line.n + 1;
	seen = comments;
	while (!str_has(str_from(seen_of(in), seen), '\n')) {
		seen = seen_of(in).n;
		if (!input_more(in))
			break;
	}
	return seen_of(in);
}

/*
 * "worker 12 5" may be a stack with two counts or a frame with a blank. What all lines at the
 * beginning have decides, as known renderers do line by line.
 */
static void find_dialect(struct collapsed_reader *r)
{
	struct str rest = look_ahead(r->in), line;
	unsigned fewest = 2;
	bool any = false, austin = true, sampler = true, plain = false;

	while (str_cut(rest, '\n', &line, &rest) || (!any && (line = rest).n)) {
		unsigned n = collapsed_comment(line) ? 0 : counts_of(line);

		r->austin |= str_starts(line, S("# austin: "));
		if (n == 3)
			r->commas = true;
		else if (n && n < fewest)
			fewest = n;
		if (str_starts(line, COLLAPSED_ONE_COUNT))
			fewest = 1;
		plain |= str_starts(line, COLLAPSED_FULL_FRAMES);
		any |= n > 0;
		austin &= !n || collapsed_austin_stack(line);
		sampler &= !n || collapsed_sampler_thread(line, NULL);
		if (line.p + line.n >= rest.p + rest.n)
			break;
	}
	r->counts = r->options->counts ? (unsigned)r->options->counts
		    : r->commas        ? 3
		    : any              ? fewest
				       : 1;
	r->commas &= r->counts == 3;
	r->sampler = any && sampler && !plain;
	if (r->sampler || (any && austin && !plain))
		r->style = FRAMES_AUSTIN;
}

static value_id add_value(struct collapsed_reader *r, const char *name, enum unit unit, int power)
{
	struct value_type type = {
		.name = profile_string(r->p, str_of(name)),
		.unit = unit,
		.source_scale = power,
		.counts = true,
	};

	return profile_value_type(r->p, type);
}

static void add_value_types(struct collapsed_reader *r)
{
	bool memory = str_eq(r->mode, S("memory"));
	int unit = r->options->unit;

	if (r->commas) {
		r->values[0] = add_value(r, "time", UNIT_TIME, 3);
		r->values[1] = add_value(r, "idle", UNIT_NONE, 0);
		r->values[2] = add_value(r, "memory", UNIT_BYTES, 0);
	} else if (r->counts == 2) {
		r->values[0] = add_value(r, "base", UNIT_NONE, 0);
		r->values[1] = add_value(r, "new", UNIT_NONE, 0);
	} else if (unit == INPUT_BYTES || (!unit && r->austin && memory)) {
		r->values[0] = add_value(r, "memory", UNIT_BYTES, 0);
	} else if (unit) {
		r->values[0] = add_value(r, "time", UNIT_TIME, time_units[unit - 1].power);
	} else if (r->austin) {
		r->values[0] = add_value(r, "time", UNIT_TIME, 3);
	} else {
		r->values[0] = add_value(r, "samples", UNIT_NONE, 0);
	}
}

/* The frame of a text, which is parsed only the first time. */
static frame_id frame_of(struct collapsed_reader *r, struct str text)
{
	string_id id = strings_add(&r->texts, text);

	while (r->frame_count <= id) {
		ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
		r->frames[r->frame_count] = frame_from_text(r->p,
							    strings_text(&r->texts,
									 (string_id)r->frame_count),
							    r->style);
		r->frame_count++;
	}
	return r->frames[id];
}

static size_t common_bytes(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n, i = 0;

	while (i + 64 <= n && memcmp(a.p + i, b.p + i, 64) == 0)
		i += 64;
	while (i < n && a.p[i] == b.p[i])
		i++;
	return i;
}

static void add_step(struct collapsed_reader *r, struct str name, size_t end)
{
	ARRAY_ROOM(r->steps, r->step_count, r->step_cap);
	r->steps[r->step_count++] = (struct collapsed_step){ end, frame_of(r, name), EMPTY_STACK };
}

static stack_id push_step(struct collapsed_reader *r, size_t at)
{
	stack_id parent = at ? r->steps[at - 1].stack : EMPTY_STACK;

	return r->steps[at].stack = stacks_push(&r->p->stacks, parent, r->steps[at].frame);
}

/*
 * Pushes the frames of the line after the first `kept`. The second new frame is usually where
 * it leaves all earlier lines, so its memory is prefetched.
 */
static void push_frames(struct collapsed_reader *r, struct str text, size_t kept)
{
	size_t at = kept ? r->steps[kept - 1].end + 1 : 0, pushed = kept;

	while (at <= text.n) {
		struct str rest = str_from(text, at);
		const char *semicolon = rest.n ? memchr(rest.p, ';', rest.n) : NULL;
		size_t n = semicolon ? (size_t)(semicolon - rest.p) : rest.n;

		add_step(r, str_head(rest, n), at + n);
		at += n + 1;
		if (r->step_count == kept + 2) {
			push_step(r, pushed++);
			stacks_prefetch(&r->p->stacks, r->steps[kept].stack,
					r->steps[kept + 1].frame);
		}
	}
	while (pushed < r->step_count)
		push_step(r, pushed++);
}

/* The stack of the line; frames shared with the last line are not looked up. */
static stack_id find_stack(struct collapsed_reader *r, struct str text)
{
	size_t same = common_bytes(text, buf_str(&r->last)), kept = 0;

	if (!text.n)
		return EMPTY_STACK;
	while (kept < r->step_count && r->steps[kept].end < same)
		kept++;
	r->step_count = kept;
	push_frames(r, text, kept);
	r->last.n = 0;
	buf_add(&r->last, text);
	return r->steps[r->step_count - 1].stack;
}

static void read_comment(struct collapsed_reader *r, struct str line)
{
	if (r->austin && str_starts(line, S("# mode: "))) {
		string_id mode = profile_string(r->p, str_trim(str_from(line, 8)));

		r->mode = profile_text(r->p, mode);
	}
	r->p->comments++;
}

/* Takes the thread off a stack; a stack without one is in that of number 0. */
static void take_thread(struct collapsed_reader *r, struct str *stack)
{
	uint64_t tid = 0;

	*stack = str_from(*stack, collapsed_sampler_thread(*stack, &tid));
	if (r->thread == NO_ID || r->tid != tid)
		r->thread = profile_thread(r->p, (struct thread){ .tid = tid });
	r->tid = tid;
}

static void read_stack(struct collapsed_reader *r, struct str text)
{
	struct collapsed_line line;
	stack_id stack;

	if (!split_line(r, text, &line)) {
		if (r->options->skip_bad_lines)
			r->p->bad_lines++;
		else
			input_error(r->in, "expected 'frame;frame count'%s, got %s",
				    r->counts > 1 ? " with as many counts as the lines before" : "",
				    diag_quote(text));
		return;
	}
	if (!r->p->value_count || r->values[0] == NO_ID)
		add_value_types(r);
	if (r->sampler)
		take_thread(r, &line.stack);
	stack = find_stack(r, line.stack);
	for (unsigned i = 0; i < r->counts; i++) {
		int64_t value;

		if (!profile_number(r->p, r->values[i], line.counts[i], &value))
			input_error(r->in, "expected a count below 2^63, got %s", diag_quote(text));
		else
			profile_sample(r->p, r->thread, stack, r->values[i], value, i == 0);
	}
}

int collapsed_read(struct input *in, struct profile *p)
{
	struct collapsed_reader r = {
		.in = in, .options = in->options, .p = p, .values = { NO_ID }
	};
	struct str line;

	in->place = PLACE_LINE;
	strings_init(&r.texts);
	find_dialect(&r);
	r.thread = r.sampler ? NO_ID : profile_thread(p, (struct thread){ 0 });
	if (r.style == FRAMES_AUSTIN && !r.sampler)
		profile_metadata(p, NO_ID, S("frames"), S("austin"));
	while (input_skip_empty_lines(in), input_line(in, &line)) {
		if (collapsed_comment(line))
			read_comment(&r, line);
		else if (collapsed_trim(line).n)
			read_stack(&r, line);
	}
	if (r.values[0] == NO_ID)
		add_value_types(&r);
	strings_free(&r.texts);
	alloc_free(r.frames);
	buf_free(&r.last);
	alloc_free(r.steps);
	return input_status(in);
}

/*
 * Every line at the beginning looks like a stack, as there is no better sign. Where most do and
 * have several frames, the others are bad lines: the reader names them, or skips them.
 */
int collapsed_bid(struct str head, bool whole)
{
	enum { SURE = 30, LIKELY = 15, DAMAGED = 12 };
	struct str line, rest = head;
	int stacks = 0, deep = 0, bad = 0;

	/* metrics: series with a number look like stacks with a count */
	if (str_starts(head, S("# HELP ")) || str_starts(head, S("# TYPE ")))
		return 0;
	for (int i = 0; i < 50 && rest.n; i++) {
		if (!str_cut(rest, '\n', &line, &rest)) {
			/* cut in the middle: a stack may be longer than what is visible */
			if (!whole && !stacks && !bad)
				return str_has(rest, ';') ? LIKELY : 0;
			if (!whole)
				break;
			line = rest;
			rest.n = 0;
		}
		line = str_trim(line);
		if (!line.n || collapsed_comment(line) || str_eq(line, S("#")))
			continue;
		if (!counts_of(line) && !is_number(line)) {
			bad++;
		} else {
			stacks++;
			deep += str_has(line, ';');
		}
	}
	return bad ? (deep > bad ? DAMAGED : 0) : stacks ? SURE : 0;
}
