/*
 * speedscope/texts - a cache from the text of a sample's array to its stack
 *
 * Most samples repeat an earlier array literally: its text gives the stack, and the numbers
 * need not be parsed again. There are more texts than fit in the caches of the processor, so
 * the texts of the next samples are looked up some steps ahead.
 */
#ifndef SPEEDSCOPE_TEXTS_H
#define SPEEDSCOPE_TEXTS_H

#include "common/profile/profile.h"
#include "common/syntax/json_scan.h"

enum { TEXTS_AHEAD = 16 };

struct sample_texts {
	struct strings texts;
	size_t bytes;     /* size of the texts */
	stack_id *stacks; /* stack of each text */
	size_t cap;
	string_id last; /* the text that gets a stack next; 0: none */
	struct ahead {
		struct str text;
		uint64_t hash, at; /* its offset in the input */
	} ahead[TEXTS_AHEAD];
	unsigned next, count; /* position and number in `ahead` */
};

void sample_texts_init(struct sample_texts *t);
void sample_texts_free(struct sample_texts *t);

/* Skips the next array if its text is known, and sets *stack. */
bool sample_texts_find(struct sample_texts *t, struct json *j, stack_id *stack);
/* Records the stack of the array that was not known. */
void sample_texts_learn(struct sample_texts *t, stack_id stack);

#endif
