/*
 * use - what the library promises, in one process
 *
 *	use SAMPLES FOLDER    SAMPLES is the folder of samples, FOLDER one to write to
 *
 * Linked with libprofpipe.a so that its allocations can be counted and made to fail: each
 * one in turn, and after each failure nothing may be left.
 */
#undef NDEBUG
#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/library/profpipe.h"

/* --- the allocator of libprofpipe.a (-Wl,--wrap) --- */

static _Thread_local long living, until_failure; /* until_failure 0: never */

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t n);
void __real_free(void *p);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t n);
void __wrap_free(void *p);

static int fails(void)
{
	return until_failure && --until_failure == 0;
}

static void *counted(void *p)
{
	living += p != NULL;
	return p;
}

void *__wrap_malloc(size_t n)
{
	return fails() ? NULL : counted(__real_malloc(n));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : counted(__real_calloc(n, size));
}

void *__wrap_realloc(void *old, size_t n)
{
	void *p = fails() ? NULL : __real_realloc(old, n);

	living += p && !old;
	return p;
}

void __wrap_free(void *p)
{
	living -= p != NULL;
	__real_free(p);
}

/* --- inputs --- */

static const char *samples, *folder;

static const char *sample(const char *name)
{
	static _Thread_local char path[4096];

	snprintf(path, sizeof path, "%s/%s", samples, name);
	return path;
}

static const char *in_folder(const char *name)
{
	static _Thread_local char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void expect(profpipe *p, enum profpipe_status got, enum profpipe_status expected, int line)
{
	if (got == expected && (got == PROFPIPE_OK) == !*profpipe_error(p))
		return;
	fprintf(stderr, "use.c:%d: status %d, not %d: %s\n", line, got, expected,
		profpipe_error(p));
	abort();
}
#define EXPECT(p, call, status) expect(p, call, status, __LINE__)
#define OK(p, call) EXPECT(p, call, PROFPIPE_OK)

static int same(const void *bytes, size_t size, const char *text)
{
	return size == strlen(text) && memcmp(bytes, text, size) == 0;
}

static profpipe *with_stacks(const char *text)
{
	profpipe *p = profpipe_open();

	assert(p);
	OK(p, profpipe_read_memory(p, "collapsed", text, strlen(text)));
	return p;
}

/* --- what it does --- */

static void converts_and_merges(void)
{
	profpipe *p = with_stacks("main;parse 3\nmain 1\n");
	const void *bytes;
	size_t size;

	OK(p, profpipe_read_memory(p, NULL, "main;parse 4\nmain;write 2\n", 26));
	OK(p, profpipe_write_memory(p, "collapsed", &bytes, &size));
	assert(same(bytes, size, "main 1\nmain;parse 7\nmain;write 2\n"));
	OK(p, profpipe_write_file(p, NULL, in_folder("sum.callgrind.gz")));
	profpipe_clear(p);
	EXPECT(p, profpipe_write_memory(p, "collapsed", &bytes, &size), PROFPIPE_USAGE);
	assert(!bytes && !size);
	OK(p, profpipe_read_file(p, NULL, in_folder("sum.callgrind.gz")));
	assert(strcmp(profpipe_source(p), "callgrind") == 0);
	profpipe_close(p);
}

static void shows_what_is_in_it(void)
{
	profpipe *p = with_stacks("main;parse (a.py:3) 3\nmain 1\nmain;main 2\n");
	const struct profpipe_function *f;
	struct profpipe_value value;
	int64_t total;
	size_t count;

	assert(profpipe_value_count(p) == 1);
	OK(p, profpipe_value(p, 0, &value));
	assert(strcmp(value.name, "samples") == 0 && value.exponent == 0 && !*value.unit);
	EXPECT(p, profpipe_value(p, 1, &value), PROFPIPE_USAGE);
	OK(p, profpipe_total(p, 0, &total));
	assert(total == 6);
	OK(p, profpipe_functions(p, 0, &f, &count));
	assert(count == 2);
	assert(strcmp(f[0].name, "main") == 0 && f[0].self == 3 && f[0].inclusive == 6);
	assert(strcmp(f[1].name, "parse") == 0 && f[1].self == 3 && f[1].inclusive == 3);
	assert(strcmp(f[1].file, "a.py") == 0 && f[1].file_size == 4);
	profpipe_close(p);
}

struct seen {
	int stacks, stop_after;
	int64_t sum;
	size_t deepest;
};

static int look(void *user, const struct profpipe_stack *stack)
{
	struct seen *seen = user;

	seen->sum += stack->values[0];
	if (stack->frame_count > seen->deepest)
		seen->deepest = stack->frame_count;
	for (size_t i = 0; i < stack->frame_count; i++)
		assert(strlen(stack->frames[i].name) == stack->frames[i].name_size);
	return ++seen->stacks == seen->stop_after;
}

static void visits_stacks(void)
{
	profpipe *p = with_stacks("a;b;c 3\na 1\nd 5\n");
	struct seen all = { 0 }, first = { .stop_after = 1 }, estimated = { 0 };

	OK(p, profpipe_stacks(p, look, &all));
	assert(all.stacks == 3 && all.sum == 9 && all.deepest == 3);
	OK(p, profpipe_stacks(p, look, &first));
	assert(first.stacks == 1);
	profpipe_clear(p);
	OK(p, profpipe_read_file(p, NULL, sample("pstat/marshal-v0.pstat")));
	OK(p, profpipe_stacks(p, look, &estimated));
	assert(estimated.stacks > 1);
	profpipe_close(p);
}

static void takes_options(void)
{
	profpipe *p = profpipe_open();
	const void *bytes;
	size_t size;

	OK(p, profpipe_set(p, "collapsed", PROFPIPE_INPUT, "input-unit", "s"));
	OK(p, profpipe_set(p, "collapsed", PROFPIPE_OUTPUT, "unit", "ms"));
	OK(p, profpipe_read_memory(p, "collapsed", "a 2\n", 4));
	OK(p, profpipe_write_memory(p, "collapsed", &bytes, &size));
	assert(same(bytes, size, "a 2000\n"));
	EXPECT(p, profpipe_set(p, "collapsed", PROFPIPE_OUTPUT, "unit", "years"), PROFPIPE_USAGE);
	EXPECT(p, profpipe_set(p, "collapsed", PROFPIPE_OUTPUT, "counts", "1"), PROFPIPE_USAGE);
	EXPECT(p, profpipe_set(p, "nothing", PROFPIPE_OUTPUT, "unit", "ms"), PROFPIPE_USAGE);
	EXPECT(p, profpipe_set(p, NULL, PROFPIPE_OUTPUT, "colour", "red"), PROFPIPE_USAGE);
	EXPECT(p, profpipe_set(p, NULL, PROFPIPE_OUTPUT, "strict", "yes"), PROFPIPE_USAGE);
	OK(p, profpipe_set(p, NULL, PROFPIPE_OUTPUT, "strict", "1"));
	profpipe_clear(p);
	OK(p, profpipe_read_file(p, NULL, sample("pstat/marshal-v0.pstat")));
	EXPECT(p, profpipe_write_memory(p, "collapsed", &bytes, &size), PROFPIPE_BAD);
	assert(strstr(profpipe_error(p), "--strict"));
	OK(p, profpipe_write_memory(p, "pstat", &bytes, &size));
	profpipe_close(p);
}

/* --- what goes wrong --- */

/* A bad input, one that counts something else and a limit leave what was read before. */
static void keeps_what_was_read(void)
{
	static const char stacks[] = "a;b 1\nc 2\n";
	profpipe *p = with_stacks(stacks);
	const void *bytes;
	size_t size;

	EXPECT(p, profpipe_read_memory(p, "collapsed", "a;b one\n", 8), PROFPIPE_BAD);
	EXPECT(p, profpipe_read_memory(p, NULL, "\0\0\0", 3), PROFPIPE_BAD);
	EXPECT(p, profpipe_read_memory(p, NULL, "", 0), PROFPIPE_BAD);
	EXPECT(p, profpipe_read_memory(p, "nothing", "a 1\n", 4), PROFPIPE_USAGE);
	EXPECT(p, profpipe_read_file(p, NULL, in_folder("is-not-there")), PROFPIPE_BAD);
	EXPECT(p, profpipe_read_file(p, NULL, folder), PROFPIPE_BAD);
	EXPECT(p, profpipe_read_file(p, NULL, sample("callgrind/valgrind-main.callgrind")),
	       PROFPIPE_BAD);
	OK(p, profpipe_set(p, NULL, PROFPIPE_INPUT, "limit", "stacks=1"));
	EXPECT(p, profpipe_read_memory(p, NULL, "x;y;z 1\n", 8), PROFPIPE_LIMIT);
	EXPECT(p, profpipe_write_memory(p, "collapsed", &bytes, &size), PROFPIPE_LIMIT);
	OK(p, profpipe_set(p, NULL, PROFPIPE_INPUT, "limit", "stacks=1k"));
	OK(p, profpipe_write_memory(p, "collapsed", &bytes, &size));
	assert(same(bytes, size, stacks));
	EXPECT(p, profpipe_write_memory(p, "nothing", &bytes, &size), PROFPIPE_USAGE);
	EXPECT(p, profpipe_write_file(p, "pstat", in_folder("no/such/folder")), PROFPIPE_BAD);
	profpipe_close(p);
}

/* Adding meets the limit: nothing is left, and the handle can be used again. */
static void is_empty_after_a_limit_in_merging(void)
{
	profpipe *p = with_stacks("a;b 9223372036854775807\n");
	const void *bytes;
	size_t size;

	EXPECT(p, profpipe_read_memory(p, "collapsed", "a;b 1\n", 6), PROFPIPE_BAD);
	EXPECT(p, profpipe_write_memory(p, "collapsed", &bytes, &size), PROFPIPE_USAGE);
	OK(p, profpipe_read_memory(p, "collapsed", "a;b 1\n", 6));
	profpipe_close(p);
}

static void keeps_an_old_file(void)
{
	profpipe *p = with_stacks("a -5\n");
	FILE *file = fopen(in_folder("old.svg"), "w");
	char text[16] = "";

	assert(file && fputs("old", file) >= 0 && fclose(file) == 0);
	EXPECT(p, profpipe_write_file(p, NULL, in_folder("old.svg")), PROFPIPE_BAD);
	file = fopen(in_folder("old.svg"), "r");
	assert(file && fread(text, 1, sizeof text - 1, file) == 3 && strcmp(text, "old") == 0);
	fclose(file);
	profpipe_close(p);
}

/* --- callbacks --- */

struct pipe {
	profpipe *p;
	const char *text;
	size_t at, size, refuse_after;
};

static ptrdiff_t give_one(void *user, void *to, size_t size)
{
	struct pipe *in = user;

	/* the handle is in use: nothing is disturbed */
	assert(size);
	profpipe_clear(in->p);
	assert(profpipe_set(in->p, NULL, PROFPIPE_INPUT, "strict", "1") == PROFPIPE_USAGE);
	if (in->refuse_after && in->at == in->refuse_after)
		return -1;
	if (in->at == in->size)
		return 0;
	*(char *)to = in->text[in->at++];
	return 1;
}

static int take(void *user, const void *bytes, size_t size)
{
	struct pipe *out = user;

	(void)bytes;
	out->size += size;
	return out->refuse_after && out->size > out->refuse_after;
}

static void reads_and_writes_through_callbacks(void)
{
	profpipe *p = profpipe_open();
	struct pipe in = { .p = p, .text = "a;b 12\nc 3\n", .size = 11 }, out = { 0 };
	struct pipe broken = in, full = { .refuse_after = 1 };

	broken.refuse_after = 5;
	EXPECT(p, profpipe_read_callback(p, "collapsed", "a pipe", give_one, &broken),
	       PROFPIPE_BAD);
	assert(strstr(profpipe_error(p), "a pipe"));
	OK(p, profpipe_read_callback(p, "collapsed", "a pipe", give_one, &in));
	OK(p, profpipe_write_callback(p, "collapsed", take, &out));
	assert(out.size == 11);
	EXPECT(p, profpipe_write_callback(p, "collapsed", take, &full), PROFPIPE_BAD);
	profpipe_close(p);
}

static void hear(void *user, enum profpipe_message kind, const char *text)
{
	int *heard = user;

	assert(*text);
	heard[kind]++;
}

static void tells_a_listener(void)
{
	profpipe *p = profpipe_open();
	int heard[3] = { 0 };
	const void *bytes;
	size_t size;

	profpipe_listen(p, hear, heard);
	OK(p, profpipe_read_file(p, NULL, sample("pstat/marshal-v0.pstat")));
	OK(p, profpipe_write_memory(p, "collapsed", &bytes, &size));
	assert(heard[PROFPIPE_WARNING] >= 1 && heard[PROFPIPE_NOTE] >= 1);
	profpipe_close(p);
}

/* --- every allocation fails once --- */

static const struct work {
	const char *input, *format;
} works[] = {
	{ "collapsed/pyspy.collapsed", "flamegraph" },
	{ "pstat/marshal-v0.pstat", "collapsed" },
	{ "speedscope/pyspy-subprocesses.speedscope.json", "pstat" },
	{ "callgrind/valgrind-recs3-fib.callgrind", "speedscope" },
	{ "collapsed/pyspy.collapsed.gz", "callgrind" },
	{ "flamegraph/inferno.svg", "dot" },
};
enum { WORKS = sizeof works / sizeof *works };

/* A status, or -1 where not even the handle could be had. */
static int convert(const struct work *w)
{
	profpipe *p = profpipe_open();
	const void *bytes;
	size_t size;
	int status;

	if (!p)
		return -1;
	status = profpipe_read_file(p, NULL, sample(w->input));
	if (status == PROFPIPE_OK)
		status = profpipe_read_file(p, NULL, sample(w->input));
	if (status == PROFPIPE_OK)
		status = profpipe_write_memory(p, w->format, &bytes, &size);
	assert(status == PROFPIPE_OK || *profpipe_error(p));
	profpipe_close(p);
	return status;
}

static void leaves_nothing_when_memory_fails(void)
{
	for (size_t i = 0; i < WORKS; i++) {
		long before = living;
		int status = -1, tried = 0;

		/* all of the first ones, then ever fewer of the many */
		for (long n = 1; status != PROFPIPE_OK; n += 1 + n / 64, tried++) {
			until_failure = n;
			status = convert(&works[i]);
			assert(status == -1 || status == PROFPIPE_OK || status == PROFPIPE_MEMORY);
			assert(living == before);
		}
		until_failure = 0;
		assert(tried > 100);
	}
}

/* --- threads --- */

static void *convert_all(void *failed)
{
	for (int round = 0; round < 3; round++)
		for (size_t i = 0; i < WORKS; i++)
			if (convert(&works[i]) != PROFPIPE_OK)
				*(int *)failed = 1;
	return NULL;
}

static void works_in_threads(void)
{
	enum { THREADS = 4 };
	pthread_t threads[THREADS];
	int failed[THREADS] = { 0 };

	for (int i = 0; i < THREADS; i++)
		assert(pthread_create(&threads[i], NULL, convert_all, &failed[i]) == 0);
	for (int i = 0; i < THREADS; i++) {
		assert(pthread_join(threads[i], NULL) == 0);
		assert(!failed[i]);
	}
}

/* --- the process is not the library's --- */

static void changes_nothing_of_the_process(void)
{
	static const int signals[] = { SIGINT,  SIGTERM, SIGHUP,  SIGQUIT,
				       SIGALRM, SIGXCPU, SIGXFSZ, SIGPIPE };
	enum { SIGNALS = sizeof signals / sizeof *signals };
	struct sigaction before[SIGNALS], now; /* whoever runs the test may ignore some */
	profpipe *p;

	for (size_t i = 0; i < SIGNALS; i++)
		assert(sigaction(signals[i], NULL, &before[i]) == 0);
	p = with_stacks("a 1\n");
	OK(p, profpipe_write_file(p, NULL, in_folder("signals.svg")));
	profpipe_close(p);
	for (size_t i = 0; i < SIGNALS; i++)
		assert(sigaction(signals[i], NULL, &now) == 0 &&
		       now.sa_handler == before[i].sa_handler);
}

static void lists_formats(void)
{
	size_t n = 0, readers = 0;

	for (; profpipe_format_name(n); n++) {
		assert(*profpipe_format_title(n) && *profpipe_format_suffixes(n));
		readers += profpipe_format_reads(n) != 0;
		assert(profpipe_format_reads(n) || profpipe_format_writes(n));
	}
	assert(n >= 6 && readers >= 5 && !profpipe_format_title(n) && !profpipe_format_reads(n));
}

int main(int argc, char **argv)
{
	static void (*const tests[])(void) = {
		changes_nothing_of_the_process,
		lists_formats,
		converts_and_merges,
		shows_what_is_in_it,
		visits_stacks,
		takes_options,
		keeps_what_was_read,
		is_empty_after_a_limit_in_merging,
		keeps_an_old_file,
		reads_and_writes_through_callbacks,
		tells_a_listener,
		leaves_nothing_when_memory_fails,
		works_in_threads,
	};

	if (argc != 3)
		return 2;
	samples = argv[1];
	folder = argv[2];
	for (size_t i = 0; i < sizeof tests / sizeof *tests; i++) {
		long before = living;

		tests[i]();
		assert(living == before);
	}
	printf("%zu tests\n", sizeof tests / sizeof *tests);
	return 0;
}
