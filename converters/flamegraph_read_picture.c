/*
 * flamegraph_read_picture - boxes with titles and places, back into stacks
 *
 * The row of a box is its depth, and its caller is the box of the row before on which
 * it stands. Self is what a box counts beyond all that stand on it.
 *
 *	  [ b 30 ][c 12]        all;a      100 - 42 = 58
 *	[     a 100        ]    all;a;b    30
 *	[    all 100       ]    all;a;c    12
 *
 * Where the file has fg:x and fg:w the figures and the places are exact. Else the
 * count is in the title, and the place is rounded to a tenth of a pixel: a box still
 * begins where its caller does or after it, since both are rounded alike; where
 * boxes are narrower than that, counts tell which stands on which.
 *
 * A picture lacks the boxes that were too narrow for it. Their counts are in what
 * their callers count, so they come back as self of these, and that is said; unless
 * a box is one sample wide: then nothing can have been narrower.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/frame_text.h"
#include "common/program/time_units.h"
#include "converters/flamegraph_reading.h"

enum { TENTH = 100000, PIXEL = 1000000, FINEST = -9, TRIES = 256 };

struct flame_box {
	int64_t x, width;      /* exact ones where the picture has them */
	int64_t y;
	struct decimal figure; /* of the title, in units of `word` */
	string_id name, word;
	uint32_t line, number; /* in the file */
	uint32_t level;        /* 0: on the ground */
	uint32_t callees;
	stack_id stack;
	int64_t value, rest;   /* what is not its callees' */
};

struct reader {
	struct flame_picture *picture;
	struct flame_box *boxes;
	size_t count;
	struct input *in;
	struct profile *p;
	thread_id thread;
	value_id v;
	int exponent;          /* of the boxes' values */
	int64_t pixel;         /* what one of them is worth, 0 if places are exact */
	int power;             /* of a nanosecond */
	bool exact;
	bool rooted;           /* the only box of level 0 is everything */
	frame_id *frames;      /* by name, NO_ID until needed */
	uint64_t clamped;      /* boxes that count less than what stands on them */
};

void flame_picture_init(struct flame_picture *picture)
{
	*picture = (struct flame_picture){ 0 };
	strings_init(&picture->texts);
}

void flame_picture_free(struct flame_picture *picture)
{
	strings_free(&picture->texts);
	free(picture->boxes);
}

void flame_picture_add(struct flame_picture *picture, const struct flame_place *place,
		       struct str title)
{
	struct flame_title t = { 0 };
	struct flame_box *box;

	if (place->exact && !place->exact_width)
		return;
	if (!flame_title(title, &t)) {
		/* a name alone will do for a box that has exact figures */
		if (!place->exact)
			return;
		t = (struct flame_title){ .name = str_trim(title) };
	}
	ARRAY_ROOM(picture->boxes, picture->count, picture->cap);
	box = &picture->boxes[picture->count++];
	*box = (struct flame_box){
		.x = place->exact ? place->exact_x : place->x,
		.width = place->exact ? place->exact_width : place->width,
		.y = place->y,
		.figure = t.value,
		.name = strings_add(&picture->texts, t.name),
		.word = strings_add(&picture->texts, t.word),
		.line = place->line,
		.number = (uint32_t)picture->count,
	};
	picture->exact += place->exact;
	picture->difference |= t.kind == TITLE_DIFFERENCE;
	picture->flameprof |= t.kind == TITLE_FLAMEPROF;
	if (place->height > picture->height)
		picture->height = place->height;
}

static void fail(struct reader *r, const struct flame_box *box, const char *what)
{
	r->in->line = box->line;
	input_error(r->in, "expected %s, got %s", what,
		    quote(strings_text(&r->picture->texts, box->name)));
}

/* --- rows --- */

static int compare_numbers(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

/* The distinct y of all boxes, ascending: from the picture's top down. */
static size_t find_rows(const struct reader *r, int64_t *rows)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++)
		rows[i] = r->boxes[i].y;
	qsort(rows, r->count, sizeof *rows, compare_numbers);
	for (size_t i = 0; i < r->count; i++)
		if (!n || rows[n - 1] != rows[i])
			rows[n++] = rows[i];
	return n;
}

/* flameprof draws the callers of functions below its flame graph, after an empty row. */
static size_t drop_second_graph(struct reader *r, const int64_t *rows, size_t row_count)
{
	size_t kept = 0, n = 1;

	while (n < row_count && rows[n] - rows[n - 1] < r->picture->height * 3 / 2)
		n++;
	for (size_t i = 0; i < r->count; i++)
		if (r->boxes[i].y <= rows[n - 1])
			r->boxes[kept++] = r->boxes[i];
	r->count = kept;
	return n;
}

/* Whether the only box of a row is "all". */
static bool is_root(const struct reader *r, int64_t y)
{
	struct str name = S("");
	size_t n = 0;

	for (size_t i = 0; i < r->count && n < 2; i++) {
		if (r->boxes[i].y != y)
			continue;
		name = strings_text(&r->picture->texts, r->boxes[i].name);
		n++;
	}
	return n == 1 && (str_eq(name, S("all")) || str_eq(name, S("(all)")) || !name.n);
}

static double row_width(const struct reader *r, int64_t y)
{
	double width = 0;

	for (size_t i = 0; i < r->count; i++)
		if (r->boxes[i].y == y)
			width += (double)r->boxes[i].width;
	return width;
}

/* Whether it is an icicle: "all", or else the widest row, is at the top. */
static bool is_icicle(struct reader *r, int64_t top, int64_t bottom)
{
	double above = row_width(r, top), below = row_width(r, bottom);
	bool low = below >= above && is_root(r, bottom);
	bool high = above >= below && is_root(r, top);

	r->rooted = low || high;
	return r->rooted ? !low : above > below;
}

static uint32_t find_row(const int64_t *rows, size_t n, int64_t y)
{
	size_t low = 0;

	while (n > 1) {
		size_t half = n / 2;

		if (rows[low + half] <= y)
			low += half;
		n -= half;
	}
	return (uint32_t)low;
}

static void find_levels(struct reader *r)
{
	int64_t *rows = alloc_zero(r->count, sizeof *rows);
	size_t n = find_rows(r, rows);
	bool icicle;

	if (r->picture->flameprof)
		n = drop_second_graph(r, rows, n);
	icicle = is_icicle(r, rows[0], rows[n - 1]);
	for (size_t i = 0; i < r->count; i++) {
		uint32_t row = find_row(rows, n, r->boxes[i].y);

		r->boxes[i].level = icicle ? row : (uint32_t)(n - 1) - row;
	}
	free(rows);
}

/* --- what is counted --- */

/* The power of ten of a nanosecond, or -1: not a time. */
static int time_power(struct str word)
{
	if (str_eq(word, S("\xc2\xb5s")) || str_eq(word, S("\xce\xbcs")))
		return 3;
	for (int i = 0; i < TIME_UNITS; i++)
		if (str_eq(word, str_of(time_units[i].name)) ||
		    str_eq(word, str_of(time_units[i].word)))
			return time_units[i].power;
	return -1;
}

static bool is_bytes(struct str word, bool scaled)
{
	if (str_eq(word, S("bytes")) || str_eq(word, S("B")))
		return true;
	return scaled && (str_eq(word, S("KiB")) || str_eq(word, S("MiB")) ||
			  str_eq(word, S("GiB")) || str_eq(word, S("TiB")));
}

static struct str word_of(const struct reader *r, const struct flame_box *box)
{
	return strings_text(&r->picture->texts, box->word);
}

/* The one whose title tells for all what is counted. */
static const struct flame_box *widest(const struct reader *r)
{
	const struct flame_box *best = r->boxes;

	for (size_t i = 1; i < r->count; i++)
		if (r->boxes[i].width > best->width)
			best = &r->boxes[i];
	return best;
}

/* 45 under "4.5 samples" are tenths: the power of ten, or 0 if there is none. */
static int places_under(const struct flame_box *box)
{
	int64_t figure;

	for (int places = -1; places >= FINEST; places--)
		if (decimal_at(box->figure, places, &figure) == EXACT && figure == box->width)
			return places;
	return 0;
}

/*
 * Exact figures are usually in the title's unit. Titles for people are not: where
 * "1.24 s" stands over 1239870000, nanoseconds are counted, and bytes under "2 KiB".
 */
static void find_unit(struct reader *r)
{
	const struct flame_box *box = widest(r);
	struct str word = word_of(r, box);
	struct value_type type = { .counts = true };
	int power = time_power(word);
	int64_t figure;
	bool same = !r->exact || (decimal_at(box->figure, 0, &figure) == EXACT &&
				  figure == box->width);

	if (power >= 0) {
		type.unit = UNIT_TIME;
		type.counts = !r->picture->flameprof && same;
		type.power = same ? power : 0;
		word = S("time");
	} else if (is_bytes(word, !same)) {
		type.unit = UNIT_BYTES;
		word = S("bytes");
	} else {
		if (!same)
			r->exponent = places_under(box);
		if (!word.n)
			word = S("samples");
	}
	r->power = type.power;
	type.name = profile_string(r->p, word);
	r->v = profile_value_type(r->p, type);
}

/* Times in titles may have different units: each is taken in the profile's. */
static void scale_figures(struct reader *r)
{
	bool times = r->p->value_types[r->v].unit == UNIT_TIME;

	r->exponent = 0;
	for (size_t i = 0; i < r->count; i++) {
		struct flame_box *box = &r->boxes[i];
		int power = times ? time_power(word_of(r, box)) : -1;
		int finest = times ? -r->power : FINEST;

		if (power >= 0)
			box->figure.exponent += power - r->power;
		if (box->figure.exponent < r->exponent)
			r->exponent = box->figure.exponent;
		if (r->exponent < finest)
			r->exponent = finest;
	}
}

static void find_values(struct reader *r)
{
	if (!r->exact)
		scale_figures(r);
	for (size_t i = 0; i < r->count && !r->in->failed; i++) {
		struct flame_box *box = &r->boxes[i];
		enum exactness how = EXACT;

		if (r->exact)
			box->value = box->width;
		else
			how = decimal_at(box->figure, r->exponent, &box->value);
		if (how == OUT_OF_RANGE || box->value < 0 || box->value > INT64_MAX / 4)
			fail(r, box, "a frame with a count from 0 to 2^61");
		r->p->rounded += how == ROUNDED;
		box->rest = box->value;
	}
	if (!r->exact && widest(r)->width > PIXEL)
		r->pixel = widest(r)->value / (widest(r)->width / PIXEL);
}

/* --- frames --- */

/* "a.py:56:spin" as pstat has it: file, line, name. */
static frame_id flameprof_frame(struct profile *p, struct str text)
{
	struct str file, rest, digits, name;
	uint64_t line;

	for (size_t i = 0; i < text.n; i++) {
		file = str_head(text, i);
		rest = str_from(text, i);
		if (rest.p[0] == ':' && str_cut(str_from(rest, 1), ':', &digits, &name) &&
		    str_to_u64(digits, &line) && line <= UINT32_MAX) {
			struct function f = { .name = profile_string(p, name),
					      .file = profile_string(p, file),
					      .line = (uint32_t)line };

			return profile_frame(p, (struct frame){ profile_function(p, f), 0, 0 });
		}
	}
	return frame_from_text(p, text, FRAMES_NAME);
}

static frame_id frame_of(struct reader *r, string_id name)
{
	struct str text = strings_text(&r->picture->texts, name);

	if (r->frames[name] == NO_ID)
		r->frames[name] = r->picture->flameprof ? flameprof_frame(r->p, text)
				: frame_from_text(r->p, text, FRAMES_FULL);
	return r->frames[name];
}

/* --- callers --- */

/*
 * Row by row from the ground, each from the left. Of boxes with the same rounded place
 * only the last can be wide.
 */
static int compare_places(const void *a, const void *b)
{
	const struct flame_box *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	if (x->value != y->value)
		return x->value < y->value ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/* Callers before callees: what begins at the same place goes up from the ground. */
static int compare_times(const void *a, const void *b)
{
	const struct flame_box *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

/*
 * Titles are rounded: a box of 3 may have two of 1.5, both called 2, on it. flameprof's
 * widths come from a call graph and need not add up at all.
 */
static int64_t slack(const struct reader *r, const struct flame_box *box)
{
	if (r->exact)
		return 0;
	return r->picture->flameprof ? INT64_MAX / 4 : (box->callees + 2) / 2;
}

/* By place: rounding may let it stick out. */
static bool stands_on(const struct reader *r, const struct flame_box *box,
		      const struct flame_box *caller)
{
	int64_t end = caller->x + caller->width + (r->exact ? 0 : 2 * TENTH);

	return caller->x <= box->x &&
	       (r->picture->flameprof || box->x + box->width <= end);
}

/*
 * The caller of a box, or NULL; `at` is the last one of the row below that begins no
 * later. Boxes of less than a tenth of a pixel can stand on any of their like nearby:
 * best on one as wide as they are, else on one with room, else on the roomiest.
 */
static struct flame_box *find_caller(const struct reader *r, const struct flame_box *box,
				     size_t first, size_t at)
{
	struct flame_box *with_room = NULL, *roomiest = NULL;

	for (size_t i = at + 1; i-- > first && at - i < TRIES;) {
		struct flame_box *caller = &r->boxes[i];

		if (stands_on(r, box, caller)) {
			if (caller->rest == box->value)
				return caller;
			if (!with_room && box->value - caller->rest <= slack(r, caller))
				with_room = caller;
			if (!roomiest || caller->rest > roomiest->rest)
				roomiest = caller;
		} else if (caller->x + caller->width + 2 * TENTH < box->x) {
			break;
		}
		if (r->exact)
			break;
	}
	if (with_room || r->exact || !roomiest)
		return with_room;
	return box->value - roomiest->rest <= slack(r, roomiest) + r->pixel ? roomiest : NULL;
}

static void place_box(struct reader *r, struct flame_box *box, size_t first, size_t at)
{
	struct flame_box *caller = find_caller(r, box, first, at);

	if (!caller) {
		fail(r, box, "a frame that stands on one with room for it");
		return;
	}
	caller->rest -= box->value;
	caller->callees++;
	box->stack = stacks_push(&r->p->stacks, caller->stack, frame_of(r, box->name));
}

/* The row of boxes from `first` to `end` stands on the one that begins at `below`. */
static void place_row(struct reader *r, size_t below, size_t first, size_t end)
{
	size_t at = below;

	for (size_t i = first; i < end && !r->in->failed; i++) {
		struct flame_box *box = &r->boxes[i];

		while (at + 1 < first && r->boxes[at + 1].x <= box->x)
			at++;
		place_box(r, box, below, at);
	}
}

static void place_ground(struct reader *r, size_t end)
{
	for (size_t i = 0; i < end && !r->rooted; i++)
		r->boxes[i].stack = stacks_push(&r->p->stacks, EMPTY_STACK,
						frame_of(r, r->boxes[i].name));
}

static size_t end_of_row(const struct reader *r, size_t first)
{
	size_t end = first + 1;

	while (end < r->count && r->boxes[end].level == r->boxes[first].level)
		end++;
	return end;
}

static void check_row(struct reader *r, size_t first, size_t end)
{
	for (size_t i = first + 1; i < end && r->exact && !r->in->failed; i++)
		if (r->boxes[i].x < r->boxes[i - 1].x + r->boxes[i - 1].width)
			fail(r, &r->boxes[i], "a frame beside the one before it");
}

static void find_stacks(struct reader *r)
{
	size_t below = 0, first = 0, end;

	qsort(r->boxes, r->count, sizeof *r->boxes, compare_places);
	for (; first < r->count && !r->in->failed; first = end) {
		end = end_of_row(r, first);
		check_row(r, first, end);
		if (r->boxes[first].level)
			place_row(r, below, first, end);
		else
			place_ground(r, end);
		below = first;
	}
}

/* A merged graph has each context once. */
static bool is_chart(const struct reader *r)
{
	bool *seen = alloc_zero(r->p->stacks.count, sizeof *seen), twice = false;

	for (size_t i = 0; i < r->count; i++) {
		twice |= seen[r->boxes[i].stack];
		seen[r->boxes[i].stack] = true;
	}
	free(seen);
	return twice;
}

/* --- self values --- */

static void add_self(struct reader *r, const struct flame_box *box, int64_t self)
{
	/* an earlier file's times may be in another unit */
	int shift = r->power - r->p->value_types[r->v].power;
	int64_t value;

	if (!self)
		return;
	if (profile_number(r->p, r->v, (struct decimal){ self, r->exponent + shift }, &value))
		profile_sample(r->p, r->thread, box->stack, r->v, value, 1);
	else
		fail(r, box, "a frame with a count that fits in 64 bits");
}

static void add_samples(struct reader *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct flame_box *box = &r->boxes[i];

		r->clamped += box->rest < 0;
		add_self(r, box, box->rest > 0 ? box->rest : 0);
	}
}

/*
 * In a chart with exact places a box's self values are where nothing stands on it.
 *
 *	  [b 2]   [c 1]      a 3, a;b 2, a 1, a;c 1
 *	[    a 7      ]
 */
static void add_samples_in_order(struct reader *r)
{
	uint32_t *open = alloc_zero(r->count + 1, sizeof *open);
	size_t depth = 0;
	int64_t now = 0;

	for (size_t i = 0; i <= r->count; i++) {
		const struct flame_box *next = i < r->count ? &r->boxes[i] : NULL;

		while (depth && (!next || r->boxes[open[depth - 1]].level >= next->level)) {
			const struct flame_box *box = &r->boxes[open[--depth]];

			add_self(r, box, box->x + box->width - now);
			now = box->x + box->width;
		}
		if (!next)
			break;
		if (depth)
			add_self(r, &r->boxes[open[depth - 1]], next->x - now);
		now = next->x;
		open[depth++] = (uint32_t)i;
	}
	free(open);
}

static void add_all(struct reader *r)
{
	if (!r->p->want_order || !is_chart(r)) {
		add_samples(r);
		return;
	}
	r->p->ordered = true;
	qsort(r->boxes, r->count, sizeof *r->boxes, compare_times);
	if (r->exact)
		add_samples_in_order(r);
	else
		add_samples(r);
}

/* --- what is missing --- */

/* Counts are integers: where a box of 1 is drawn, no other can have been narrower. */
static const struct flame_box *narrowest(const struct reader *r)
{
	const struct flame_box *best = r->boxes;

	for (size_t i = 1; i < r->count; i++)
		if (r->boxes[i].value < best->value)
			best = &r->boxes[i];
	return best->value <= 1 && r->exponent == 0 ? NULL : best;
}

static const char *unit_text(const struct reader *r)
{
	const struct value_type *type = &r->p->value_types[r->v];

	return type->unit == UNIT_TIME ? "ns" : masked(profile_text(r->p, type->name));
}

static void tell_narrow(struct reader *r)
{
	const struct flame_box *least = narrowest(r);
	struct buf text = { 0 };
	char digits[NUM_TEXT];
	size_t n;

	if (!least)
		return;
	n = decimal_text(digits, (struct decimal){ least->value, r->exponent + r->power });
	buf_print(&text, "frames below %.*s %s may be left out of the picture: what is theirs "
		  "counts as their callers'", (int)n, digits, unit_text(r));
	flame_tell_missing(r->in, r->p, text.p);
	buf_free(&text);
}

static void tell(struct reader *r)
{
	struct buf text = { 0 };

	if (r->picture->difference)
		flame_tell_missing(r->in, r->p, "the picture of a difference: what it was "
				   "compared with is not in it");
	tell_narrow(r);
	if (!r->clamped)
		return;
	buf_print(&text, "%" PRIu64 " frames count less than what stands on them: figures or "
		  "places are rounded", r->clamped);
	flame_tell_missing(r->in, r->p, text.p);
	buf_free(&text);
}

static bool is_whole(struct reader *r)
{
	if (!r->count)
		input_error(r->in, "expected a flame graph, got no box with a title like "
			    "'name (12 samples, 3.45%%)'");
	else if (r->exact && r->picture->exact < r->count)
		input_error(r->in, "expected fg:x and fg:w in each of %zu boxes, got %zu",
			    r->count, r->picture->exact);
	return !r->in->failed;
}

static void read_boxes(struct reader *r)
{
	find_levels(r);
	find_unit(r);
	find_values(r);
	find_stacks(r);
	if (r->in->failed)
		return;
	add_all(r);
	tell(r);
}

void flame_picture_read(struct flame_picture *picture, struct input *in, struct profile *p)
{
	struct reader r = { .picture = picture, .boxes = picture->boxes, .in = in, .p = p,
			    .count = picture->count, .exact = picture->exact > 0 };

	if (!is_whole(&r))
		return;
	r.thread = profile_thread(p, (struct thread){ 0 });
	r.frames = alloc_zero(picture->texts.count, sizeof *r.frames);
	for (size_t i = 0; i < picture->texts.count; i++)
		r.frames[i] = NO_ID;
	read_boxes(&r);
	free(r.frames);
}
