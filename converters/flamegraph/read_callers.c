/*
 * flamegraph/read_callers - which box stands on which
 *
 * Where the file has fg:x and fg:w the places are exact. Else they are rounded to a tenth
 * of a pixel: a box still begins where its caller does or after it, since both are rounded
 * alike; where boxes are narrower than that, counts tell which stands on which.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/frame_text.h"
#include "converters/flamegraph/boxes.h"

enum { TENTH = 100000, TRIES = 256 };

/* --- frames --- */

/* Splits "a.py:56:spin" into file, line and name, as in pstat. */
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

			return profile_frame(p,
					     (struct frame){ .function = profile_function(p, f) });
		}
	}
	return frame_from_text(p, text, FRAMES_NAME);
}

static frame_id frame_of(struct flame_boxes_reader *r, string_id name)
{
	struct str text = strings_text(&r->picture->texts, name);

	if (r->frames[name] == NO_ID)
		r->frames[name] = r->picture->flameprof ? flameprof_frame(r->p, text)
							: frame_from_text(r->p, text, FRAMES_FULL);
	return r->frames[name];
}

/* --- callers --- */

/*
 * Sorts row by row from the ground, each from the left. Of boxes with the same rounded position
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

/*
 * Titles are rounded: a box of 3 may carry two of 1.5, both labelled 2. The widths of flameprof
 * come from a call graph and need not add up at all.
 */
static int64_t slack(const struct flame_boxes_reader *r, const struct flame_box *box)
{
	if (r->exact)
		return 0;
	return r->picture->flameprof ? INT64_MAX / 4 : (box->callees + 2) / 2;
}

/* Judges by position: rounding may let it stick out. */
static bool stands_on(const struct flame_boxes_reader *r, const struct flame_box *box,
		      const struct flame_box *caller)
{
	int64_t end = caller->x + caller->width + (r->exact ? 0 : 2 * TENTH);

	return caller->x <= box->x && (r->picture->flameprof || box->x + box->width <= end);
}

/*
 * The caller of a box, or NULL; `at` is the last one of the row below that begins no
 * later. Boxes of less than a tenth of a pixel can stand on any of their like nearby:
 * best on one as wide as they are, else on one with room, else on the roomiest.
 */
static struct flame_box *find_caller(const struct flame_boxes_reader *r,
				     const struct flame_box *box, size_t first, size_t at)
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

static void stand_on(struct flame_box *box, struct flame_box *caller)
{
	box->caller = caller;
	caller->rest -= box->value;
	caller->callees++;
}

/*
 * A value that comes from a width is as exact as that: where what stands on the box makes nearly
 * all of it, it is all of it.
 */
static void settle_uncounted(struct flame_boxes_reader *r)
{
	for (size_t i = r->count; i-- > 0;) {
		struct flame_box *box = &r->boxes[i];
		int64_t near = r->pixel / 5;

		if (!box->uncounted || !box->callees || box->rest > near || box->rest < -near)
			continue;
		if (box->caller)
			box->caller->rest += box->rest;
		box->value -= box->rest;
		box->rest = 0;
	}
}

/* --- what stands on nothing --- */

/* The last box of a row that begins no later than x; the first if there is none. */
static size_t last_before(const struct flame_boxes_reader *r, size_t first, size_t end, int64_t x)
{
	while (end - first > 1) {
		size_t half = first + (end - first) / 2;

		if (r->boxes[half].x <= x)
			first = half;
		else
			end = half;
	}
	return first;
}

/* Whether a box of the row is below any part of the box. */
static bool is_above_any(const struct flame_boxes_reader *r, const struct flame_box *box,
			 uint32_t level)
{
	int64_t near = r->exact ? 0 : 2 * TENTH, begin = box->x + near;
	int64_t end = box->x + box->width - near;
	size_t first = r->rows[level], last = r->rows[level + 1];

	for (size_t i = last_before(r, first, last, box->x); i < last; i++) {
		if (r->boxes[i].x >= end)
			return false;
		if (r->boxes[i].x + r->boxes[i].width > begin)
			return true;
	}
	return false;
}

static stack_id push_missing(struct flame_boxes_reader *r, stack_id stack, uint32_t count)
{
	frame_id missing = frame_from_text(r->p, S("[missing]"), FRAMES_NAME);

	while (count--)
		stack = stacks_push(&r->p->stacks, stack, missing);
	return stack;
}

/*
 * flamegraph.pl can lose a box below others: what stands on nothing is put on a frame for each
 * row down to a box that has room for it.
 *
 *	[read 20]                        all;main;[missing];read 20
 *	          [    run 50    ]       all;other;run 50
 *	[main 20] [   other 50   ]
 *	[         all 70         ]
 */
static bool place_orphan(struct flame_boxes_reader *r, struct flame_box *box)
{
	enum { FARTHEST = 64 };
	uint32_t level = box->level, gap = 0;
	struct flame_box *caller = NULL;
	stack_id below = EMPTY_STACK;

	while (level && !caller && gap < FARTHEST) {
		level--;
		if (is_above_any(r, box, level)) {
			size_t first = r->rows[level];

			caller = find_caller(r, box, first,
					     last_before(r, first, r->rows[level + 1], box->x));
			break;
		}
		gap++;
	}
	if (!gap || (!caller && (level || r->rooted || gap < box->level)))
		return false;
	if (caller) {
		stand_on(box, caller);
		below = caller->stack;
	}
	below = push_missing(r, below, gap);
	box->stack = stacks_push(&r->p->stacks, below, frame_of(r, box->name));
	r->orphans++;
	return true;
}

/* --- rows --- */

static void place_box(struct flame_boxes_reader *r, struct flame_box *box, size_t first, size_t at)
{
	struct flame_box *caller = find_caller(r, box, first, at);

	if (!caller) {
		if (!place_orphan(r, box))
			flame_boxes_fail(r, box, "a frame that stands on one with room for it");
		return;
	}
	stand_on(box, caller);
	box->stack = stacks_push(&r->p->stacks, caller->stack, frame_of(r, box->name));
}

/* Places the row of boxes from `first` to `end` on the row that begins at `below`. */
static void place_row(struct flame_boxes_reader *r, size_t below, size_t first, size_t end)
{
	size_t at = below;

	for (size_t i = first; i < end && !r->in->failed; i++) {
		struct flame_box *box = &r->boxes[i];

		while (at + 1 < first && r->boxes[at + 1].x <= box->x)
			at++;
		place_box(r, box, below, at);
	}
}

static void place_ground(struct flame_boxes_reader *r, size_t end)
{
	for (size_t i = 0; i < end && !r->rooted; i++)
		r->boxes[i].stack = stacks_push(&r->p->stacks, EMPTY_STACK,
						frame_of(r, r->boxes[i].name));
}

static size_t end_of_row(const struct flame_boxes_reader *r, size_t first)
{
	size_t end = first + 1;

	while (end < r->count && r->boxes[end].level == r->boxes[first].level)
		end++;
	return end;
}

static void check_row(struct flame_boxes_reader *r, size_t first, size_t end)
{
	for (size_t i = first + 1; i < end && r->exact && !r->in->failed; i++)
		if (r->boxes[i].x < r->boxes[i - 1].x + r->boxes[i - 1].width)
			flame_boxes_fail(r, &r->boxes[i], "a frame beside the one before it");
}

static void find_row_starts(struct flame_boxes_reader *r)
{
	uint32_t level = 0;

	for (size_t i = 0; i < r->count; i++)
		while (level <= r->boxes[i].level)
			r->rows[level++] = i;
	r->rows[level] = r->count;
}

void flame_boxes_find_stacks(struct flame_boxes_reader *r)
{
	size_t below = 0, first = 0, end;

	qsort(r->boxes, r->count, sizeof *r->boxes, compare_places);
	r->rows = alloc_zero(r->count + 1, sizeof *r->rows);
	find_row_starts(r);
	for (; first < r->count && !r->in->failed; first = end) {
		end = end_of_row(r, first);
		check_row(r, first, end);
		if (r->boxes[first].level)
			place_row(r, below, first, end);
		else
			place_ground(r, end);
		below = first;
	}
	settle_uncounted(r);
	alloc_free(r->rows);
	r->rows = NULL;
}
