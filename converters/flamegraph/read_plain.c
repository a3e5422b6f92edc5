/*
 * flamegraph/read_plain - boxes whose titles have no value
 *
 * Buttons, legends and backgrounds may have a title, and so has a frame whose title was replaced
 * (flamegraph.pl's --nameattr). It is one if it is as high as the frames with a value, in a row
 * of theirs, and between the ends of the widest.
 */
#include "converters/flamegraph/boxes.h"

enum { PIXEL = 1000000, TENTH = PIXEL / 10 };

static const struct flame_box *widest_counted(const struct flame_boxes_reader *r)
{
	const struct flame_box *best = NULL;

	for (size_t i = 0; i < r->count; i++)
		if (!r->boxes[i].uncounted && (!best || r->boxes[i].width > best->width))
			best = &r->boxes[i];
	return best;
}

static bool is_in_row(int64_t distance, int64_t pitch)
{
	return pitch > 0 && distance % pitch == 0;
}

static bool is_like(const struct flame_box *box, const struct flame_box *frame)
{
	int64_t distance = box->y - frame->y, height = frame->height;

	return box->height == height && box->width > 0 && box->x >= frame->x &&
	       box->x + box->width <= frame->x + frame->width + 2 * TENTH &&
	       (is_in_row(distance, height) || is_in_row(distance, height + PIXEL));
}

void flame_boxes_drop_uncounted(struct flame_boxes_reader *r)
{
	const struct flame_box *frame = widest_counted(r);
	struct flame_box like = frame ? *frame : (struct flame_box){ 0 };
	bool any = frame && !r->exact && !r->picture->flameprof;
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		struct flame_box *box = &r->boxes[i];

		if (box->uncounted && !(any && is_like(box, &like)))
			continue;
		r->uncounted += box->uncounted;
		r->boxes[kept++] = *box;
	}
	r->count = kept;
}
