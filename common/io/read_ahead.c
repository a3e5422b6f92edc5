/*
 * read_ahead - a thread reads ahead while the program works on what it has
 *
 * Blocks go round between the two. The thread begins only when a few blocks have been
 * read without it: a small file has no use for one.
 */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/task.h"
#include "common/io/source.h"

enum { BLOCKS = 4, BLOCK = 1 << 18, FIRST = 1 << 20 };

struct read_ahead_source {
	struct source base;
	struct task *task; /* the task that the thread works for; the thread neither allocates
			        nor reports */
	size_t passed;     /* number of bytes read before the thread was started */
	bool running;
	pthread_t thread;
	pthread_mutex_t lock; /* protects what follows */
	pthread_cond_t changed;
	unsigned filled, taken; /* number of blocks filled and taken so far */
	size_t sizes[BLOCKS];
	bool ended;
	ptrdiff_t last; /* result of the last read, and errno */
	int trouble;
	char *blocks[BLOCKS];
	size_t given; /* of the current block */
};

/* Waits for a free block, fills it and hands it over, until the end. */
static bool fill_one(struct read_ahead_source *b)
{
	unsigned at;
	ptrdiff_t got;

	pthread_mutex_lock(&b->lock);
	while (b->filled - b->taken == BLOCKS)
		pthread_cond_wait(&b->changed, &b->lock);
	at = b->filled % BLOCKS;
	pthread_mutex_unlock(&b->lock);
	got = b->base.below->read(b->base.below, b->blocks[at], BLOCK);
	pthread_mutex_lock(&b->lock);
	if (got > 0) {
		b->sizes[at] = (size_t)got;
		b->filled++;
	} else {
		b->trouble = errno;
		b->last = got;
		b->ended = true;
	}
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
	return got > 0;
}

static void *fill(void *argument)
{
	struct read_ahead_source *b = argument;

	task_current = b->task;
	while (fill_one(b))
		;
	return NULL;
}

static void start(struct read_ahead_source *b)
{
	for (int i = 0; i < BLOCKS; i++)
		b->blocks[i] = alloc_bytes(BLOCK);
	pthread_mutex_init(&b->lock, NULL);
	pthread_cond_init(&b->changed, NULL);
	/* without a thread, reading continues as before */
	b->running = pthread_create(&b->thread, NULL, fill, b) == 0;
}

/* A block with bytes that have not been returned yet; NULL at the end. */
static const char *wait_for_block(struct read_ahead_source *b, size_t *size)
{
	const char *block = NULL;

	pthread_mutex_lock(&b->lock);
	while (b->filled == b->taken && !b->ended)
		pthread_cond_wait(&b->changed, &b->lock);
	if (b->filled != b->taken) {
		*size = b->sizes[b->taken % BLOCKS];
		block = b->blocks[b->taken % BLOCKS];
	}
	pthread_mutex_unlock(&b->lock);
	return block;
}

static void give_back(struct read_ahead_source *b)
{
	pthread_mutex_lock(&b->lock);
	b->taken++;
	b->given = 0;
	pthread_cond_signal(&b->changed);
	pthread_mutex_unlock(&b->lock);
}

static ptrdiff_t read_block(struct read_ahead_source *b, char *to, size_t n)
{
	size_t size = 0;
	const char *block = wait_for_block(b, &size);

	if (!block) {
		errno = b->trouble;
		return b->last;
	}
	if (n > size - b->given)
		n = size - b->given;
	memcpy(to, block + b->given, n);
	b->given += n;
	if (b->given == size)
		give_back(b);
	return (ptrdiff_t)n;
}

static ptrdiff_t read_ahead_read(struct source *s, char *to, size_t n)
{
	struct read_ahead_source *b = (struct read_ahead_source *)s;
	ptrdiff_t got;

	if (b->running)
		return read_block(b, to, n);
	got = s->below->read(s->below, to, n);
	if (got > 0 && b->passed < FIRST) {
		b->passed += (size_t)got;
		if (b->passed >= FIRST)
			start(b);
	}
	return got;
}

/* The thread may be blocked reading a pipe, so cancel it before joining. */
static void read_ahead_close(struct source *s)
{
	struct read_ahead_source *b = (struct read_ahead_source *)s;

	if (b->running) {
		pthread_cancel(b->thread);
		pthread_join(b->thread, NULL);
	}
	for (int i = 0; i < BLOCKS; i++)
		alloc_free(b->blocks[i]);
	s->below->close(s->below);
	alloc_free(b);
}

struct source *source_read_ahead(struct source *below)
{
	struct read_ahead_source *b = alloc_zero(1, sizeof *b);

	b->base = (struct source){ .read = read_ahead_read,
				   .close = read_ahead_close,
				   .below = below };
	b->task = task_current;
	return &b->base;
}
