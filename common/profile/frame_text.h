/*
 * frame_text - frames as one text, and the text taken apart again
 *
 * "name (file:line)" is how py-spy writes a frame where there is only room for a
 * text, "file:name:line" how austin does. A text is taken apart only if putting it
 * together gives the same bytes; so texts always come back as they were.
 */
#ifndef PROFILE_FRAME_TEXT_H
#define PROFILE_FRAME_TEXT_H

#include "common/profile/profile.h"

enum frame_style { FRAMES_FULL, FRAMES_NAME, FRAMES_AUSTIN };

frame_id frame_from_text(struct profile *p, struct str text, enum frame_style style);

/* Whether it is a name and nothing else in any style. */
bool frame_text_is_whole(struct str text);

/* Appends the text; the line is the frame's or else its function's. */
void frame_to_text(const struct profile *p, frame_id f, enum frame_style style,
		   struct buf *out);

#endif
