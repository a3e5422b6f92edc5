/*
 * frame_text - converts frames to text and back
 *
 * "name (file:line)" is how py-spy writes a frame in formats that only have a text for it,
 * "file:name:line" how austin does. A text is parsed into its parts only if formatting those
 * parts gives the same bytes again, so every text survives the round trip.
 */
#ifndef PROFILE_FRAME_TEXT_H
#define PROFILE_FRAME_TEXT_H

#include "common/profile/profile.h"

enum frame_style { FRAMES_FULL, FRAMES_NAME, FRAMES_AUSTIN };

frame_id frame_from_text(struct profile *p, struct str text, enum frame_style style);

/* Whether the text would be read as a bare name in every style. */
bool frame_text_is_whole(struct str text);

/* Appends the text. The line is that of the frame or, if unknown, that of its function. */
void frame_to_text(const struct profile *p, frame_id f, enum frame_style style, struct buf *out);

#endif
