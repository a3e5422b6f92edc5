#include "converters/speedscope/texts.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"

enum {
	MAX_BYTES = 16 << 20, /* that are remembered */
	FEW_BYTES = 1 << 18,  /* that are in the cache anyway */
};

void sample_texts_init(struct sample_texts *t)
{
	*t = (struct sample_texts){ 0 };
	strings_init(&t->texts);
}

void sample_texts_free(struct sample_texts *t)
{
	strings_free(&t->texts);
	alloc_free(t->stacks);
}

static void forget(struct sample_texts *t)
{
	strings_free(&t->texts);
	strings_init(&t->texts);
	t->bytes = 0;
}

static void fetch(const struct sample_texts *t, enum prefetch_step what)
{
	for (unsigned i = 0; i < t->count; i++)
		strings_prefetch(&t->texts, t->ahead[i].hash, what);
}

static void look_ahead(struct sample_texts *t, const struct json *j, struct str text)
{
	uint64_t at = input_offset(j->in);
	const char *from = text.p;

	t->next = t->count = 0;
	do
		t->ahead[t->count++] = (struct ahead){ text, hash_text(text),
						       at + (uint64_t)(text.p - from) };
	while (t->count < TEXTS_AHEAD && json_flat_neighbour(j, &text));
	if (t->bytes < FEW_BYTES)
		return;
	fetch(t, PREFETCH_SLOT);
	fetch(t, PREFETCH_ROW);
	fetch(t, PREFETCH_TEXT);
}

/* The text of the next array, looked up ahead; NULL if there is none or it is too long. */
static const struct ahead *next_text(struct sample_texts *t, struct json *j)
{
	struct str text;

	/* the window may have moved: the offsets in it and in the input must agree */
	if (json_peek(j) == JSON_ARRAY && t->next < t->count &&
	    t->ahead[t->next].text.p == j->in->p && t->ahead[t->next].at == input_offset(j->in))
		return &t->ahead[t->next++];
	if (!json_flat_array(j, &text))
		return NULL;
	look_ahead(t, j, text);
	return &t->ahead[t->next++];
}

bool sample_texts_find(struct sample_texts *t, struct json *j, stack_id *stack)
{
	const struct ahead *ahead = next_text(t, j);
	size_t known;

	t->last = 0;
	if (!ahead)
		return false;
	if (t->bytes > MAX_BYTES)
		forget(t);
	known = t->texts.count;
	t->last = strings_add_hashed(&t->texts, ahead->text, ahead->hash);
	if (t->last < known && t->stacks[t->last] == NO_ID) {
		t->last = 0;
		return false;
	}
	if (t->last < known) {
		*stack = t->stacks[t->last];
		json_pass(j, ahead->text.n);
		return true;
	}
	t->bytes += ahead->text.n;
	return false;
}

void sample_texts_learn(struct sample_texts *t, stack_id stack)
{
	if (!t->last)
		return;
	if (t->last >= t->cap)
		t->stacks = alloc_grow(t->stacks, &t->cap, t->last + 1, sizeof *t->stacks);
	t->stacks[t->last] = stack;
}
