/*
 * flamegraph/read_picture - boxes with titles and places, back into stacks
 *
 * The row of a box is its depth, and its caller is the box of the row before on which
 * it stands. Self is what a box counts beyond all that stand on it.
 *
 *	  [ b 30 ][c 12]        all;a      100 - 42 = 58
 *	[     a 100        ]    all;a;b    30
 *	[    all 100       ]    all;a;c    12
 *
 * Where the file has fg:x and fg:w the figures and the places are exact. Else the
 * count is in the title, and the place is rounded to a tenth of a pixel.
 *
 * A picture lacks the boxes that were too narrow for it. Their counts are in what
 * their callers count, so they come back as self of these, and that is said; unless
 * a box is one sample wide: then nothing can have been narrower.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/flamegraph/boxes.h"

void flame_picture_init(struct flame_picture *picture)
{
	*picture = (struct flame_picture){ 0 };
	strings_init(&picture->texts);
}

void flame_picture_free(struct flame_picture *picture)
{
	strings_free(&picture->texts);
	alloc_free(picture->boxes);
}

void flame_picture_add(struct flame_picture *picture, const struct flame_place *place,
		       struct str title)
{
	struct flame_title t = { 0 };
	struct flame_box *box;
	bool counted = flame_title(title, &t);

	if (place->exact && !place->exact_width)
		return;
	if (!counted)
		t = (struct flame_title){ .name = str_trim(title) };
	ARRAY_ROOM(picture->boxes, picture->count, picture->cap);
	box = &picture->boxes[picture->count++];
	*box = (struct flame_box){
		.x = place->exact ? place->exact_x : place->x,
		.width = place->exact ? place->exact_width : place->width,
		.y = place->y,
		.title_value = t.value,
		.name = strings_add(&picture->texts, t.name),
		.word = strings_add(&picture->texts, t.word),
		.line = place->line,
		.height = place->height,
		/* a box with exact values needs only a name */
		.uncounted = !counted && !place->exact,
		.number = (uint32_t)picture->count,
	};
	picture->exact += place->exact;
	picture->difference |= t.kind == TITLE_DIFFERENCE;
	picture->flameprof |= t.kind == TITLE_FLAMEPROF;
	if (!box->uncounted && place->height > picture->height)
		picture->height = place->height;
}

void flame_boxes_fail(struct flame_boxes_reader *r, const struct flame_box *box, const char *what)
{
	r->in->line = box->line;
	input_error(r->in, "expected %s, got %s", what,
		    diag_quote(strings_text(&r->picture->texts, box->name)));
}

/* --- self values --- */

/* A merged graph has each context once. */
static bool is_chart(const struct flame_boxes_reader *r)
{
	bool *seen = alloc_zero(r->p->stacks.count, sizeof *seen), twice = false;

	for (size_t i = 0; i < r->count; i++) {
		twice |= seen[r->boxes[i].stack];
		seen[r->boxes[i].stack] = true;
	}
	alloc_free(seen);
	return twice;
}

/* Callers before callees: boxes that begin at the same place are sorted upwards. */
static int compare_times(const void *a, const void *b)
{
	const struct flame_box *x = a, *y = b;

	if (x->x != y->x)
		return x->x < y->x ? -1 : 1;
	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return (x->number > y->number) - (x->number < y->number);
}

static void add_self(struct flame_boxes_reader *r, const struct flame_box *box, int64_t self)
{
	/* times of an earlier file may be in another unit */
	int shift = r->power - r->p->value_types[r->v].source_scale;
	int64_t value;

	if (!self)
		return;
	if (profile_number(r->p, r->v, (struct decimal){ self, r->exponent + shift }, &value))
		profile_sample(r->p, r->thread, box->stack, r->v, value, 1);
	else
		flame_boxes_fail(r, box, "a frame with a count that fits in 64 bits");
}

static void add_samples(struct flame_boxes_reader *r)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct flame_box *box = &r->boxes[i];

		r->clamped += box->rest < 0;
		add_self(r, box, box->rest > 0 ? box->rest : 0);
	}
}

/* Also what ended before one that stands on nothing: that is above it in no sense but its row. */
static bool is_over(const struct flame_box *box, const struct flame_box *next)
{
	return box->level >= next->level || (next->width && box->x + box->width <= next->x);
}

/*
 * In a chart with exact places a box's self values are where nothing stands on it.
 *
 *	  [b 2]   [c 1]      a 3, a;b 2, a 1, a;c 1
 *	[    a 7      ]
 */
static void add_samples_in_order(struct flame_boxes_reader *r)
{
	uint32_t *open = alloc_zero(r->count + 1, sizeof *open);
	size_t depth = 0;
	int64_t now = 0;

	for (size_t i = 0; i <= r->count; i++) {
		const struct flame_box *next = i < r->count ? &r->boxes[i] : NULL;

		while (depth && (!next || is_over(&r->boxes[open[depth - 1]], next))) {
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
	alloc_free(open);
}

static void add_all(struct flame_boxes_reader *r)
{
	if (!r->p->keep_order || !is_chart(r)) {
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

/* Counts are integers: if a box of 1 is drawn, no other can have been narrower. */
static const struct flame_box *narrowest(const struct flame_boxes_reader *r)
{
	const struct flame_box *best = r->boxes;

	for (size_t i = 1; i < r->count; i++)
		if (r->boxes[i].value < best->value)
			best = &r->boxes[i];
	if (r->factor)
		return best->value <= r->factor ? NULL : best;
	return best->value <= 1 && r->exponent == 0 ? NULL : best;
}

static const char *unit_text(const struct flame_boxes_reader *r)
{
	const struct value_type *type = &r->p->value_types[r->v];

	return type->unit == UNIT_TIME ? "ns" : diag_masked(profile_text(r->p, type->name));
}

static void report_narrow(struct flame_boxes_reader *r)
{
	const struct flame_box *narrow = narrowest(r);
	struct buf text = { 0 };
	char digits[NUM_TEXT];
	size_t n;

	if (!narrow)
		return;
	n = decimal_text(digits, (struct decimal){ narrow->value, r->exponent + r->power });
	buf_print(&text,
		  "frames below %.*s %s may be left out of the picture: what is theirs "
		  "counts as their callers'",
		  (int)n, digits, unit_text(r));
	flame_report_missing(r->in, r->p, text.p);
	buf_free(&text);
}

static void report(struct flame_boxes_reader *r)
{
	struct buf text = { 0 };

	if (r->picture->difference)
		flame_report_missing(r->in, r->p,
				     "the picture of a difference: what it was "
				     "compared with is not in it");
	report_narrow(r);
	if (r->uncounted) {
		buf_print(&text, "%" PRIu64 " titles have no count: it is estimated from widths",
			  r->uncounted);
		flame_report_missing(r->in, r->p, text.p);
		text.n = 0;
	}
	if (r->orphans) {
		buf_print(&text,
			  "%" PRIu64 " frames stand on nothing: what was below them is [missing]",
			  r->orphans);
		flame_report_missing(r->in, r->p, text.p);
		text.n = 0;
	}
	if (!r->clamped) {
		buf_free(&text);
		return;
	}
	buf_print(&text,
		  "%" PRIu64 " frames count less than what stands on them: figures or "
		  "places are rounded",
		  r->clamped);
	flame_report_missing(r->in, r->p, text.p);
	buf_free(&text);
}

/* --- all steps --- */

static bool is_whole(struct flame_boxes_reader *r)
{
	if (!r->count)
		input_error(r->in, "expected a flame graph, got no box with a title like "
				   "'name (12 samples, 3.45%%)'");
	else if (r->exact && r->picture->exact < r->count)
		input_error(r->in, "expected fg:x and fg:w in each of %zu boxes, got %zu", r->count,
			    r->picture->exact);
	return !r->in->failed;
}

static void read_boxes(struct flame_boxes_reader *r)
{
	flame_boxes_find_levels(r);
	flame_boxes_find_unit(r);
	flame_boxes_find_values(r);
	flame_boxes_find_stacks(r);
	if (r->in->failed)
		return;
	add_all(r);
	report(r);
}

void flame_picture_read(struct flame_picture *picture, struct input *in, struct profile *p)
{
	struct flame_boxes_reader r = { .picture = picture,
					.boxes = picture->boxes,
					.in = in,
					.p = p,
					.count = picture->count,
					.exact = picture->exact > 0 };

	flame_boxes_drop_uncounted(&r);
	if (!is_whole(&r))
		return;
	r.thread = profile_thread(p, (struct thread){ 0 });
	r.frames = alloc_zero(picture->texts.count, sizeof *r.frames);
	for (size_t i = 0; i < picture->texts.count; i++)
		r.frames[i] = NO_ID;
	read_boxes(&r);
	alloc_free(r.frames);
}
