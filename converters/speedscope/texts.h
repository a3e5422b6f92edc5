/*
 * speedscope/texts - the samples' arrays as they are written, and the stack of each
 *
 * Most samples repeat an earlier one to the letter: its text tells its stack, and the
 * numbers need not be read again. There are more texts than caches hold, so those of the
 * next samples are looked up some steps ahead.
 */
#ifndef SPEEDSCOPE_TEXTS_H
#define SPEEDSCOPE_TEXTS_H

#include "common/profile/profile.h"
#include "common/syntax/json_scan.h"

enum { TEXTS_AHEAD = 16 };

struct sample_texts {
	struct strings texts;
	size_t bytes;                  /* of them */
	stack_id *stacks;              /* by text */
	size_t cap;
	string_id last;                /* the text that is to get a stack; 0: none */
	struct ahead {
		struct str text;
		uint64_t hash, at;     /* where it is in the input */
	} ahead[TEXTS_AHEAD];
	unsigned next, count;          /* of those */
};

void sample_texts_init(struct sample_texts *t);
void sample_texts_free(struct sample_texts *t);

/* Passes over the array that comes next if its text is known. */
bool sample_texts_find(struct sample_texts *t, struct json *j, stack_id *stack);
/* That array, which was not known, is this stack. */
void sample_texts_learn(struct sample_texts *t, stack_id stack);

#endif
