#include "common/io/progress.h"

#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "common/base/diag.h"

enum { PATIENCE_MS = 1000, PACE_MS = 100, BAR = 30 };

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void progress_start(const char *what, uint64_t total)
{
	struct progress *work = task_current->progress;

	if (!work || work->whole)
		return;
	progress_end();
	work->active = !task_current->quiet && isatty(STDERR_FILENO);
	/* time counts from the start of the first part */
	if (!work->started)
		work->started = now();
	work->total = total;
	work->done = 0;
	snprintf(work->what, sizeof work->what, "%s", diag_masked(str_of(what)));
}

static void draw(const struct progress *work)
{
	const char *program = task_current->program;
	char bar[BAR + 1];
	int filled;

	if (!work->total || work->done > work->total) {
		fprintf(stderr, "\r%s: %s: %.0f MB\033[K", program, work->what,
			(double)work->done / 1e6);
		return;
	}
	filled = (int)((double)work->done / (double)work->total * BAR);
	memset(bar, ' ', BAR);
	memset(bar, '#', (size_t)filled);
	bar[BAR] = '\0';
	fprintf(stderr, "\r%s: %s [%s] %3.0f%%\033[K", program, work->what, bar,
		100 * (double)work->done / (double)work->total);
}

/* Redraws the bar, after a delay and not too often. */
static void show(struct progress *work)
{
	int64_t at = now();

	if (at - work->started < PATIENCE_MS || at - work->last < PACE_MS)
		return;
	work->last = at;
	work->shown = true;
	draw(work);
	fflush(stderr);
}

void progress_add(uint64_t bytes)
{
	struct progress *work = task_current->progress;

	if (!work || !work->active)
		return;
	work->done += work->whole ? 0 : bytes;
	show(work);
}

void progress_start_steps(const char *what, uint64_t steps)
{
	progress_start(what, steps);
	if (task_current->progress)
		task_current->progress->whole = true;
}

void progress_step(void)
{
	struct progress *work = task_current->progress;

	if (!work || !work->active)
		return;
	work->done++;
	show(work);
}

void progress_end_steps(void)
{
	if (task_current->progress)
		task_current->progress->whole = false;
	progress_end();
}

void progress_end(void)
{
	struct progress *work = task_current->progress;

	if (!work || work->whole)
		return;
	if (work->shown) {
		fputs("\r\033[K", stderr);
		fflush(stderr);
	}
	work->shown = work->active = false;
}
