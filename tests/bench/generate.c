/*
 * generate - profiles of any size for the benchmarks, the same bytes each time
 *
 *     generate KIND COUNT FILE     writes FILE and prints its total self value
 *     generate merge COUNT FOLDER  writes COUNT small pstat files
 *
 * The kinds are in the table at the end, with what COUNT counts. A total of times is
 * in nanoseconds.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- chance, memory, output --- */

static uint64_t state = 1;
static FILE *out;

static uint64_t chance(void)
{
	uint64_t x = state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static uint32_t below(uint64_t n)
{
	return (uint32_t)((chance() >> 32) * n >> 32);
}

static void *room(size_t n, size_t size)
{
	void *p = calloc(n + 1, size);

	if (!p) {
		fprintf(stderr, "generate: out of memory\n");
		exit(2);
	}
	return p;
}

static void open_file(const char *name)
{
	out = fopen(name, "wb");
	if (!out) {
		perror(name);
		exit(2);
	}
	setvbuf(out, NULL, _IOFBF, 1 << 20);
}

static void close_file(void)
{
	bool bad = ferror(out);

	if (fclose(out) != 0 || bad) {
		perror("generate");
		exit(2);
	}
}

static void text(const char *s)
{
	fwrite(s, 1, strlen(s), out);
}

static void byte(int c)
{
	putc_unlocked(c, out);
}

static void number(uint64_t n)
{
	char digits[20];
	size_t i = sizeof digits;

	do
		digits[--i] = (char)('0' + n % 10);
	while (n /= 10);
	fwrite(digits + i, 1, sizeof digits - i, out);
}

/* --- collapsed --- */

/* A million stacks that have little in common: 14 new contexts each. */
static uint64_t collapsed_wide(uint32_t stacks)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < stacks; i++) {
		uint32_t depth = 8 + below(16), value = 1 + below(99);

		for (uint32_t d = 0; d < depth; d++) {
			text(d ? ";fn_" : "fn_");
			number(1000 + below(2000));
		}
		byte(' ');
		number(value);
		byte('\n');
		total += value;
	}
	return total;
}

/* A walk over a call tree: neighbours share most of their callers. */
enum { MIN_WALK = 8, MAX_WALK = 24, WALK_FRAMES = 4000 };

struct random_walk {
	uint32_t frames[MAX_WALK];
	uint32_t depth;
};

/* One of three callees, the first one most of the time. */
static uint32_t callee_of(uint32_t frame, uint32_t depth, uint32_t frames)
{
	uint32_t dice = below(20), which = dice < 14 ? 0 : dice < 18 ? 1 : 2;

	return (frame * 31 + depth * 17 + which * 1009 + 1) % frames;
}

static void walk_on(struct random_walk *w)
{
	uint32_t keep = w->depth > 4 ? w->depth - 1 - below(w->depth / 2) : 0;
	uint32_t depth = MIN_WALK + below(MAX_WALK - MIN_WALK);

	w->depth = keep < depth ? keep : depth - 1;
	for (; w->depth < depth; w->depth++)
		w->frames[w->depth] = w->depth ? callee_of(w->frames[w->depth - 1], w->depth,
							   WALK_FRAMES)
					       : 0;
}

static void walk_name(uint32_t frame)
{
	text("function_");
	number(frame);
	text("_of_module_");
	number(frame % 37);
}

static uint64_t collapsed_tree(uint32_t stacks)
{
	struct random_walk w = { .depth = 0 };
	uint64_t total = 0;

	for (uint32_t i = 0; i < stacks; i++) {
		uint32_t value = 1 + below(99);

		walk_on(&w);
		for (uint32_t d = 0; d < w.depth; d++) {
			if (d)
				byte(';');
			walk_name(w.frames[d]);
		}
		byte(' ');
		number(value);
		byte('\n');
		total += value;
	}
	return total;
}

/* --- pprof: the same stacks as collapsed_tree, as protocol buffers --- */

static size_t varint(uint8_t *to, uint64_t n)
{
	size_t i = 0;

	for (; n > 127; n >>= 7)
		to[i++] = (uint8_t)(n | 128);
	to[i++] = (uint8_t)n;
	return i;
}

/* A field that is bytes: its key, its length. */
static void field(unsigned key, const uint8_t *bytes, size_t n)
{
	uint8_t head[20];
	size_t used = varint(head, key << 3 | 2);

	used += varint(head + used, n);
	fwrite(head, 1, used, out);
	fwrite(bytes, 1, n, out);
}

static size_t number_field(uint8_t *to, unsigned key, uint64_t n)
{
	size_t used = varint(to, key << 3);

	return used + varint(to + used, n);
}

static void pprof_sample(const struct random_walk *w, uint32_t value)
{
	uint8_t ids[MAX_WALK * 5], sample[MAX_WALK * 5 + 32];
	size_t used = 0, n;

	for (uint32_t d = w->depth; d-- > 0;)
		used += varint(ids + used, w->frames[d] + 1);
	n = varint(sample, 1 << 3 | 2);
	n += varint(sample + n, used);
	memcpy(sample + n, ids, used);
	n += used;
	n += number_field(sample + n, 2, value);
	field(2, sample, n);
}

static void pprof_function(uint32_t frame)
{
	uint8_t line[32], message[64];
	size_t used = number_field(line, 1, frame + 1), n = number_field(message, 1, frame + 1);

	n += varint(message + n, 4 << 3 | 2);
	n += varint(message + n, used);
	memcpy(message + n, line, used);
	field(4, message, n + used);
	n = number_field(message, 1, frame + 1);
	n += number_field(message + n, 2, frame + 3);
	field(5, message, n);
}

static uint64_t pprof(uint32_t stacks)
{
	struct random_walk w = { .depth = 0 };
	uint64_t total = 0;
	uint8_t type[16];
	size_t n = number_field(type, 1, 1);

	n += number_field(type + n, 2, 2);
	field(1, type, n);
	for (uint32_t i = 0; i < stacks; i++) {
		uint32_t value = 1 + below(99);

		walk_on(&w);
		pprof_sample(&w, value);
		total += value;
	}
	for (uint32_t f = 0; f < WALK_FRAMES; f++)
		pprof_function(f);
	field(6, (const uint8_t *)"", 0);
	field(6, (const uint8_t *)"samples", 7);
	field(6, (const uint8_t *)"count", 5);
	for (uint32_t f = 0; f < WALK_FRAMES; f++) {
		char name[64];
		int size = snprintf(name, sizeof name, "function_%u_of_module_%u", f, f % 37);

		field(6, (const uint8_t *)name, (size_t)size);
	}
	return total;
}

/* --- pprof as Go's profiler writes it: two value types, labels, inlined lines, deep stacks --- */

enum { SERVICE_DEPTH = 40, CALLEES = 4, WORKERS = 20, SITES = 3, INLINED = 5 };

struct service {
	uint32_t functions;
	uint32_t (*callees)[CALLEES]; /* by function */
};

enum { WORD_NONE, WORD_SAMPLES, WORD_COUNT, WORD_CPU, WORD_NANOSECONDS, WORD_WORKER, FIRST_WORKER };

static size_t nested(uint8_t *to, unsigned key, const uint8_t *bytes, size_t n)
{
	size_t used = varint(to, key << 3 | 2);

	used += varint(to + used, n);
	memcpy(to + used, bytes, n);
	return used + n;
}

static void service_type(uint32_t name, uint32_t unit)
{
	uint8_t type[16];
	size_t n = number_field(type, 1, name);

	n += number_field(type + n, 2, unit);
	field(1, type, n);
}

/* The first callees are called more often than the others. */
static uint32_t service_callee(const struct service *s, uint32_t function)
{
	uint32_t k = 0;

	while (k < CALLEES - 1 && below(5) < 2)
		k++;
	return s->callees[function][k];
}

static uint64_t service_sample(const struct service *s)
{
	uint32_t path[SERVICE_DEPTH], depth = SERVICE_DEPTH / 2 + below(SERVICE_DEPTH / 2),
				      function = 0;
	uint8_t ids[SERVICE_DEPTH * 5], values[16], label[16], sample[SERVICE_DEPTH * 5 + 64];
	uint64_t value = 1 + below(50);
	size_t used = 0, n;

	for (uint32_t d = 0; d < depth; d++) {
		uint32_t site = d + 1 < depth ? (function + d) % SITES : below(SITES);

		path[d] = function * SITES + site + 1;
		function = service_callee(s, function);
	}
	for (uint32_t d = depth; d-- > 0;)
		used += varint(ids + used, path[d]);
	n = nested(sample, 1, ids, used);
	used = varint(values, value);
	used += varint(values + used, value * 10000000);
	n += nested(sample + n, 2, values, used);
	used = number_field(label, 1, WORD_WORKER);
	used += number_field(label + used, 2, FIRST_WORKER + below(WORKERS));
	n += nested(sample + n, 3, label, used);
	field(2, sample, n);
	return value;
}

static size_t service_line(uint8_t *to, uint32_t function, uint32_t line)
{
	uint8_t message[32];
	size_t used = number_field(message, 1, function + 1);

	used += number_field(message + used, 2, line);
	return nested(to, 4, message, used);
}

static void service_location(const struct service *s, uint32_t id)
{
	uint32_t function = (id - 1) / SITES;
	uint8_t message[96];
	size_t n = number_field(message, 1, id);

	n += number_field(message + n, 3, 0x400000 + 16 * id);
	if (id % INLINED == 0)
		n += service_line(message + n, function * 7 % s->functions, id % 97 + 1);
	n += service_line(message + n, function, id % 300 + 10);
	field(4, message, n);
}

static void service_tables(const struct service *s)
{
	static const char *const words[] = {
		"", "samples", "count", "cpu", "nanoseconds", "worker"
	};
	char name[96];

	for (uint32_t id = 1; id <= s->functions * SITES; id++)
		service_location(s, id);
	for (uint32_t f = 0; f < s->functions; f++) {
		uint8_t message[64];
		size_t n = number_field(message, 1, f + 1);

		n += number_field(message + n, 2, FIRST_WORKER + WORKERS + 2 * f);
		n += number_field(message + n, 4, FIRST_WORKER + WORKERS + 2 * f + 1);
		n += number_field(message + n, 5, f % 300 + 1);
		field(5, message, n);
	}
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		field(6, (const uint8_t *)words[i], strlen(words[i]));
	for (uint32_t i = 0; i < WORKERS; i++)
		field(6, (const uint8_t *)name, (size_t)snprintf(name, sizeof name, "w%u", i));
	for (uint32_t f = 0; f < s->functions; f++) {
		int n = snprintf(name, sizeof name, "example.org/app/pkg%u.(*Type%u).method%u",
				 f % 50, f % 7, f);

		field(6, (const uint8_t *)name, (size_t)n);
		n = snprintf(name, sizeof name, "/src/app/pkg%u/file%u_%u.go", f % 50, f % 9, f);
		field(6, (const uint8_t *)name, (size_t)n);
	}
}

static uint64_t service(uint32_t samples, uint32_t functions)
{
	struct service s = { functions, room(functions, sizeof *s.callees) };
	uint64_t total = 0;

	for (uint32_t f = 0; f < functions; f++)
		for (uint32_t k = 0; k < CALLEES; k++)
			s.callees[f][k] = below(functions);
	service_type(WORD_SAMPLES, WORD_COUNT);
	service_type(WORD_CPU, WORD_NANOSECONDS);
	for (uint32_t i = 0; i < samples; i++)
		total += service_sample(&s);
	service_tables(&s);
	free(s.callees);
	return total;
}

static uint64_t pprof_service(uint32_t samples)
{
	return service(samples, 20000);
}

static uint64_t small_pprof(void)
{
	return service(180, 300);
}

/* --- speedscope --- */

enum { DEPTH = 30, FRAMES = 8000, STACKS = 20000 };

/* Frames after the profiles, as py-spy writes them. */
static void speedscope_end(uint32_t frames)
{
	text("],\"shared\":{\"frames\":[");
	for (uint32_t f = 0; f < frames; f++) {
		text(f ? ",{\"name\":\"" : "{\"name\":\"");
		walk_name(f);
		text("\",\"file\":\"module_");
		number(f % 37);
		text(".py\",\"line\":");
		number(f % 900 + 1);
		byte('}');
	}
	text("]},\"activeProfileIndex\":0,\"exporter\":\"generate\",\"name\":\"bench\"}\n");
}

static void speedscope_profile(const char *type, const char *name, uint64_t end)
{
	text("{\"type\":\"");
	text(type);
	text("\",\"name\":\"");
	text(name);
	text("\",\"unit\":\"microseconds\",\"startValue\":0,\"endValue\":");
	number(end);
}

static void speedscope_start(void)
{
	text("{\"$schema\":\"https://www.speedscope.app/file-format-schema.json\",\"profiles\":[");
}

static uint32_t (*distinct_stacks(uint32_t count))[DEPTH]
{
	uint32_t(*stacks)[DEPTH] = room(count, sizeof *stacks);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t shared = i ? 5 + below(DEPTH - 6) : 0;

		if (i)
			memcpy(stacks[i], stacks[i - 1], shared * sizeof **stacks);
		for (uint32_t d = shared; d < DEPTH; d++)
			stacks[i][d] = below(FRAMES);
	}
	return stacks;
}

static uint32_t weight_of(uint32_t sample)
{
	return 9900 + sample * 7919 % 200;
}

static uint64_t speedscope_sampled(uint32_t samples)
{
	uint32_t count = samples / 30 + 1 < STACKS ? samples / 30 + 1 : STACKS;
	uint32_t(*stacks)[DEPTH] = distinct_stacks(count);
	uint64_t total = 0;

	for (uint32_t i = 0; i < samples; i++)
		total += weight_of(i);
	speedscope_start();
	speedscope_profile("sampled", "main", total);
	text(",\"samples\":[");
	for (uint32_t i = 0; i < samples; i++) {
		const uint32_t *stack = stacks[below(count)];

		text(i ? ",[" : "[");
		for (uint32_t d = 0; d < DEPTH; d++) {
			if (d)
				byte(',');
			number(stack[d]);
		}
		byte(']');
	}
	text("],\"weights\":[");
	for (uint32_t i = 0; i < samples; i++) {
		if (i)
			byte(',');
		number(weight_of(i));
	}
	text("]}");
	speedscope_end(FRAMES);
	free(stacks);
	return total * 1000;
}

static void event(char type, uint32_t frame, uint64_t at)
{
	text("{\"type\":\"");
	byte(type);
	text("\",\"frame\":");
	number(frame);
	text(",\"at\":");
	number(at);
	byte('}');
}

/* Something is open until the last event; one comes every 3 microseconds. */
static uint64_t speedscope_evented(uint32_t events)
{
	uint32_t open[DEPTH], depth = 0;
	uint64_t at = 0, end;

	events &= ~(uint32_t)1;
	end = (uint64_t)(events - 1) * 3;
	speedscope_start();
	speedscope_profile("evented", "main", end);
	text(",\"events\":[");
	for (uint32_t left = events; left; left--, at += 3) {
		bool enter = depth < left && depth < DEPTH && (depth < 2 || below(100) < 54);

		if (at)
			byte(',');
		if (enter) {
			open[depth] = depth ? callee_of(open[depth - 1], depth, FRAMES) : 0;
			event('O', open[depth++], at);
		} else {
			event('C', open[--depth], at);
		}
	}
	text("]}");
	speedscope_end(FRAMES);
	return end * 1000;
}

/* --- call graphs: callers come before callees --- */

enum { MAX_COSTS = 232 };

struct random_graph {
	uint32_t functions, arcs;
	uint32_t *first; /* by function: its arcs as a caller */
	uint32_t *caller, *callee, *calls;
	uint64_t *called;           /* by function */
	uint64_t *self, *inclusive; /* by function */
	uint64_t *through;          /* by arc: the part of the callee's inclusive value */
};

static struct random_graph graph_new(uint32_t functions, uint32_t arcs)
{
	struct random_graph g = { .functions = functions, .arcs = arcs };

	g.first = room(functions, sizeof *g.first);
	g.caller = room(arcs, sizeof *g.caller);
	g.callee = room(arcs, sizeof *g.callee);
	g.calls = room(arcs, sizeof *g.calls);
	g.called = room(functions, sizeof *g.called);
	g.self = room(functions, sizeof *g.self);
	g.inclusive = room(functions, sizeof *g.inclusive);
	g.through = room(arcs, sizeof *g.through);
	return g;
}

static void graph_free(struct random_graph *g)
{
	void *columns[] = { g->first,  g->caller, g->callee,    g->calls,
			    g->called, g->self,   g->inclusive, g->through };

	for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
		free(columns[i]);
}

static void graph_arc(struct random_graph *g, uint32_t at, uint32_t from, uint32_t to)
{
	g->caller[at] = from;
	g->callee[at] = to;
	g->calls[at] = 1 + below(20);
	g->called[to] += g->calls[at];
}

/* Each function calls about as many others; the first two arcs make a tree of all. */
static uint32_t callee_in_graph(uint32_t functions, uint32_t f, uint32_t arc)
{
	uint64_t child = 2 * (uint64_t)f + 1 + arc;

	return arc < 2 && child < functions ? (uint32_t)child : f + 1 + below(functions - f - 1);
}

static struct random_graph random_graph(uint32_t functions, uint32_t arcs)
{
	struct random_graph g = graph_new(functions, arcs);
	uint32_t at = 0;

	for (uint32_t f = 0; f < functions; f++) {
		uint32_t end = (uint32_t)((uint64_t)arcs * (f + 1) / functions);

		g.first[f] = at;
		for (uint32_t i = 0; at < end && f + 1 < functions; i++)
			graph_arc(&g, at++, f, callee_in_graph(functions, f, i));
	}
	g.first[functions] = g.arcs = at;
	return g;
}

/* Callees first: what a function took goes to its callers by their calls. */
static uint64_t graph_values(struct random_graph *g)
{
	uint64_t total = 0;

	for (uint32_t f = g->functions; f-- > 0;) {
		g->inclusive[f] = g->self[f];
		total += g->self[f];
		for (uint32_t a = g->first[f]; a < g->first[f + 1]; a++) {
			uint32_t to = g->callee[a];

			g->through[a] = (uint64_t)((double)g->inclusive[to] * g->calls[a] /
						   (double)g->called[to]);
			g->inclusive[f] += g->through[a];
		}
	}
	return total;
}

/* --- pstat: Python's marshal, version 4 --- */

enum { REF = 0x80, FILES = 400 };

static uint32_t refs, *function_ref, file_ref[FILES];

static void little(uint32_t n)
{
	for (int i = 0; i < 4; i++)
		byte((int)(n >> 8 * i & 255));
}

static void marshal_int(uint64_t n)
{
	byte('i');
	little((uint32_t)n);
}

static void marshal_time(double seconds)
{
	uint64_t bits;

	memcpy(&bits, &seconds, sizeof bits);
	byte('g');
	little((uint32_t)bits);
	little((uint32_t)(bits >> 32));
}

static void marshal_text(const char *s)
{
	byte('Z' | REF);
	byte((int)strlen(s));
	text(s);
	refs++;
}

static void marshal_ref(uint32_t ref)
{
	byte('r');
	little(ref - 1);
}

/* (file, line, name); the same object each time, as in cProfile */
static void marshal_function(uint32_t f)
{
	uint32_t file = f % FILES;
	char name[64];

	if (function_ref[f]) {
		marshal_ref(function_ref[f]);
		return;
	}
	byte(')' | REF);
	byte(3);
	function_ref[f] = ++refs;
	if (file_ref[file]) {
		marshal_ref(file_ref[file]);
	} else {
		snprintf(name, sizeof name, "/usr/lib/python3/package_%u/module.py", file);
		file_ref[file] = refs + 1;
		marshal_text(name);
	}
	marshal_int(f % 2000 + 1);
	snprintf(name, sizeof name, "method_%u_of_the_handler_of_requests", f);
	marshal_text(name);
}

static void marshal_numbers(int size, uint64_t calls, uint64_t self, uint64_t inclusive)
{
	byte(')');
	byte(size);
	marshal_int(calls);
	marshal_int(calls);
	marshal_time((double)self / 1e6);
	marshal_time((double)inclusive / 1e6);
}

/* Arcs sorted by callee: order[first[f]] and on are those of f. */
static uint32_t *by_callee(const struct random_graph *g, uint32_t *first)
{
	uint32_t *order = room(g->arcs, sizeof *order), *next = room(g->functions, sizeof *next);

	for (uint32_t a = 0; a < g->arcs; a++)
		first[g->callee[a] + 1]++;
	for (uint32_t f = 0; f < g->functions; f++)
		next[f] = first[f + 1] += first[f];
	for (uint32_t a = g->arcs; a-- > 0;)
		order[--next[g->callee[a]]] = a;
	free(next);
	return order;
}

/* One caller may call in two places: the dictionary has it once. */
static void marshal_callers(const struct random_graph *g, const uint32_t *arcs, uint32_t count)
{
	byte('{');
	for (uint32_t i = 0; i < count; i++) {
		uint32_t a = arcs[i], f = g->callee[a];
		uint64_t calls = g->calls[a], through = g->through[a];

		for (; i + 1 < count && g->caller[arcs[i + 1]] == g->caller[a]; i++) {
			calls += g->calls[arcs[i + 1]];
			through += g->through[arcs[i + 1]];
		}
		marshal_function(g->caller[a]);
		marshal_numbers(4, calls,
				(uint64_t)((double)g->self[f] * (double)calls /
					   (double)g->called[f]),
				through);
	}
	byte('0');
}

static void marshal_graph(const struct random_graph *g)
{
	uint32_t *first = room(g->functions, sizeof *first), *order = by_callee(g, first);

	refs = 0;
	memset(file_ref, 0, sizeof file_ref);
	function_ref = room(g->functions, sizeof *function_ref);
	byte('{');
	for (uint32_t f = 0; f < g->functions; f++) {
		marshal_function(f);
		marshal_numbers(5, g->called[f] ? g->called[f] : 1, g->self[f], g->inclusive[f]);
		marshal_callers(g, order + first[f], first[f + 1] - first[f]);
	}
	byte('0');
	free(function_ref);
	free(order);
	free(first);
}

/* Microseconds, so that no sum depends on how a peer rounds. */
static uint64_t pstat(uint32_t functions)
{
	struct random_graph g = random_graph(functions, functions * 5);
	uint64_t total;

	for (uint32_t f = 0; f < functions; f++)
		g.self[f] = 1 + below(50);
	total = graph_values(&g);
	marshal_graph(&g);
	graph_free(&g);
	return total * 1000;
}

static uint64_t small_pstat(void)
{
	return pstat(20 + below(60));
}

/* A folder of files to merge. */
static uint64_t merge(uint32_t files, const char *folder, const char *suffix,
		      uint64_t (*make_one)(void))
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < files; i++) {
		char name[4096];

		snprintf(name, sizeof name, "%s/%05u.%s", folder, i, suffix);
		open_file(name);
		total += make_one();
		close_file();
	}
	return total;
}

/* --- callgrind --- */

static void callgrind_start(const char *events)
{
	text("# callgrind format\nversion: 1\ncreator: generate\npositions: line\nevents: ");
	text(events);
	byte('\n');
}

/* The name where it is new, later its number alone. */
static void callgrind_name(const char *key, uint32_t id, bool *known)
{
	text(key);
	text("=(");
	number(id + 1);
	byte(')');
	if (!known[id]) {
		text(key[1] == 'n' || key[2] == 'n' ? " function_" : " module_");
		number(id);
	}
	byte('\n');
	known[id] = true;
}

static void callgrind_values(uint64_t value)
{
	byte(' ');
	number(value);
	byte(' ');
	number(value / 3);
	byte(' ');
	number(value / 7);
	byte('\n');
}

/* A function's own lines come out the same whenever they are asked for. */
static uint64_t callgrind_costs(uint32_t f, bool write)
{
	uint64_t kept = state, sum = 0;
	uint32_t lines;

	state = f * 0x1000003ull + 7;
	lines = 20 + below(MAX_COSTS);
	for (uint32_t i = 0; i < lines; i++) {
		uint32_t value = 1 + below(9000), step = 1 + below(3);

		if (write) {
			byte('+');
			number(step);
			callgrind_values(value);
		}
		sum += value;
	}
	state = kept;
	return sum;
}

static uint64_t callgrind(uint32_t functions)
{
	struct random_graph g = random_graph(functions, (uint32_t)((uint64_t)functions * 128 / 6));
	bool *known = room(functions, sizeof *known), files[FILES] = { false };
	uint64_t total;

	for (uint32_t f = 0; f < functions; f++)
		g.self[f] = callgrind_costs(f, false);
	total = graph_values(&g);
	callgrind_start("Ir Dr Dw");
	for (uint32_t f = 0; f < functions; f++) {
		byte('\n');
		callgrind_name("fl", f % FILES, files);
		callgrind_name("fn", f, known);
		callgrind_costs(f, true);
		for (uint32_t a = g.first[f]; a < g.first[f + 1]; a++) {
			callgrind_name("cfi", g.callee[a] % FILES, files);
			callgrind_name("cfn", g.callee[a], known);
			text("calls=");
			number(g.calls[a]);
			text(" 1\n+2");
			callgrind_values(g.through[a]);
		}
	}
	free(known);
	graph_free(&g);
	return total;
}

/* --- the worst cases --- */

/* One context with COUNT callees. */
static uint64_t wide(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		text("main;f");
		number(i);
		text(" 1\n");
	}
	return count;
}

/* COUNT threads of one sample each. */
static uint64_t threads(uint32_t count)
{
	char name[64];

	speedscope_start();
	for (uint32_t i = 0; i < count; i++) {
		if (i)
			byte(',');
		snprintf(name, sizeof name, "thread %u", i);
		speedscope_profile("sampled", name, 1);
		text(",\"samples\":[[0,1]],\"weights\":[1]}");
	}
	speedscope_end(2);
	return (uint64_t)count * 1000;
}

static void callgrind_call(const char *callee, uint64_t id, uint64_t value)
{
	text("cfn=");
	text(callee);
	number(id);
	text("\ncalls=1 0\n0 ");
	number(value);
	byte('\n');
}

static void callgrind_function(const char *name, uint64_t id, uint64_t self)
{
	text("fn=");
	text(name);
	number(id);
	text("\n0 ");
	number(self);
	byte('\n');
}

/* One function with COUNT callers. */
static uint64_t callers(uint32_t count)
{
	callgrind_start("Ir");
	for (uint32_t i = 0; i < count; i++) {
		callgrind_function("caller", i, 1);
		callgrind_call("callee", 0, 2);
	}
	callgrind_function("callee", 0, 2 * (uint64_t)count);
	return 3 * (uint64_t)count;
}

/* COUNT layers of two functions, each calling both of the next: 2^COUNT paths. */
static uint64_t diamonds(uint32_t count)
{
	callgrind_start("Ir");
	for (uint32_t i = 0; i < count; i++)
		for (int side = 0; side < 2; side++) {
			callgrind_function(side ? "right" : "left", i, 100);
			if (i + 1 < count) {
				uint64_t half = 100 * (uint64_t)(count - i - 1) / 2;

				callgrind_call("left", i + 1, half);
				callgrind_call("right", i + 1, half);
			}
		}
	return 200 * (uint64_t)count;
}

/* One stack of COUNT frames. */
static uint64_t deep(uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		text(i ? ";f" : "f");
		number(i);
	}
	text(" 1\n");
	return 1;
}

/* A name of COUNT bytes. */
static uint64_t name(uint32_t count)
{
	text("main;");
	for (uint32_t i = 0; i < count; i++)
		byte('a' + (int)(i % 26));
	text(" 1\n");
	return 1;
}

/* --- explain --- */

static void plan_key(const char *key, uint64_t value)
{
	text(",\n          \"");
	text(key);
	text("\": ");
	number(value);
}

/* A table of so many partitions as EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) shows it, 500 bytes each. */
static uint64_t explain(uint32_t partitions)
{
	text("[\n  {\n    \"Plan\": {\n      \"Node Type\": \"Append\",\n      \"Plans\": [");
	for (uint32_t i = 0; i < partitions; i++) {
		text(i ? ",\n        {\n" : "\n        {\n");
		text("          \"Node Type\": \"Seq Scan\",\n"
		     "          \"Parent Relationship\": \"Member\",\n"
		     "          \"Parallel Aware\": false,\n          \"Relation Name\": \"part_");
		number(i);
		text("\",\n          \"Alias\": \"part_");
		number(i);
		text("\",\n          \"Filter\": \"(day > '2026-01-01'::date)\"");
		plan_key("Plan Rows", 1000 + below(9000));
		plan_key("Actual Total Time", 1 + below(5));
		plan_key("Actual Rows", below(9000));
		plan_key("Actual Loops", 1);
		plan_key("Rows Removed by Filter", below(100));
		plan_key("Shared Hit Blocks", below(900));
		plan_key("Shared Read Blocks", 0);
		plan_key("Temp Read Blocks", 0);
		text("\n        }");
	}
	text("\n      ],\n      \"Actual Total Time\": ");
	number(6 * (uint64_t)partitions);
	text(",\n      \"Actual Rows\": 1,\n      \"Actual Loops\": 1\n    }\n  }\n]\n");
	return 6000000 * (uint64_t)partitions;
}

/* --- what perf script prints --- */

/*
 * Stacks of 2,000 call paths, the leaf first. Paths share their callers, and each function was at
 * one of eight addresses, so that few stacks are the same text.
 */
static uint64_t perf_samples(uint32_t samples, uint32_t depth)
{
	const uint32_t period = 3344481;

	for (uint32_t i = 0; i < samples; i++) {
		uint32_t path = below(2000);

		fprintf(out,
			"pool %" PRIu32 ": io %" PRIu32 " %5" PRIu32 ".%06" PRIu32 ":    %" PRIu32
			" cpu-clock: \n",
			path % 8, 26783 + path % 8, 801 + i / 1000, i % 1000 * 1000, period);
		for (uint32_t level = 0; level < depth; level++) {
			uint32_t f = (path >> level / 4) * 31 + level, site = below(8);

			fprintf(out,
				"\t%16" PRIx32 " service::Function%" PRIu32
				"<int>::operator()+0x%" PRIx32
				" (/usr/lib/x86_64-linux-gnu/libservice%" PRIu32 ".so)\n",
				f * 256 + site * 16, f, site * 16 + 1, f % 20);
		}
		fputc('\n', out);
	}
	return (uint64_t)samples * period;
}

static uint64_t perf_deep(uint32_t samples)
{
	return perf_samples(samples, 40);
}

static uint64_t perf_short(uint32_t samples)
{
	return perf_samples(samples, 4);
}

/* --- trace events --- */

/* A complete event of a thread, from and to in nanoseconds, as VizTracer writes it. */
static void trace_event(uint64_t from, uint64_t to, uint32_t name)
{
	fprintf(out,
		"{\"pid\": 7, \"tid\": 7, \"ts\": %" PRIu64 ".%03" PRIu64
		", \"ph\": \"X\", \"cat\": \"fee\", \"dur\": %" PRIu64 ".%03" PRIu64
		", \"name\": \"Service.method%" PRIu32 " (/srv/app/module%" PRIu32 ".py:%" PRIu32
		")\"},\n",
		from / 1000, from % 1000, (to - from) / 1000, (to - from) % 1000, name, name % 40,
		name % 900 + 1);
}

/* Calls that call up to six others each, written when they end; all of them in ten outer ones. */
static uint64_t trace(uint32_t events)
{
	const uint64_t start = 946700531431;
	uint64_t now = start;
	uint32_t written = 0;

	text("{\"traceEvents\": [\n");
	while (written < events) {
		uint64_t outer = now, inner;

		for (uint32_t i = below(7); i-- > 0;) {
			inner = now;
			for (uint32_t k = below(7); k-- > 0; written++) {
				uint64_t from = now += 1 + below(2000);

				trace_event(from, now += 1 + below(9000), below(2000));
			}
			now += 1 + below(2000);
			trace_event(inner, now, below(300));
			written++;
		}
		now += 1 + below(500);
		trace_event(outer, now, below(20));
		written++;
	}
	for (uint32_t i = 0; i < 10; i++)
		trace_event(start, ++now, 3000 + i);
	text("{}]}\n");
	return now - start;
}

/* --- the table --- */

static const struct {
	const char *name;
	uint64_t (*make)(uint32_t count);
} kinds[] = {
	{ "collapsed-wide", collapsed_wide },         /* stacks */
	{ "collapsed-tree", collapsed_tree },         /* stacks */
	{ "pprof", pprof },                           /* stacks */
	{ "pprof-service", pprof_service },           /* samples */
	{ "speedscope-sampled", speedscope_sampled }, /* samples */
	{ "speedscope-evented", speedscope_evented }, /* events */
	{ "pstat", pstat },                           /* functions; five times as many arcs */
	{ "callgrind", callgrind },                   /* functions; 21 times as many calls */
	{ "explain", explain },                       /* partitions */
	{ "perf-deep", perf_deep },                   /* samples */
	{ "perf-short", perf_short },                 /* samples */
	{ "trace", trace },                           /* events */
	{ "wide", wide },
	{ "threads", threads },
	{ "callers", callers },
	{ "diamonds", diamonds },
	{ "deep", deep },
	{ "name", name },
};

static bool make(const char *kind, uint32_t count, const char *file, uint64_t *total)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, kind) == 0) {
			open_file(file);
			*total = kinds[i].make(count);
			close_file();
			return true;
		}
	return false;
}

int main(int argc, char **argv)
{
	uint32_t count = argc == 4 ? (uint32_t)strtoul(argv[2], NULL, 10) : 0;
	uint64_t total;

	if (count && strcmp(argv[1], "merge") == 0) {
		total = merge(count, argv[3], "pstat", small_pstat);
	} else if (count && strcmp(argv[1], "pprof-merge") == 0) {
		total = merge(count, argv[3], "pb", small_pprof);
	} else if (!count || !make(argv[1], count, argv[3], &total)) {
		fprintf(stderr, "usage: generate KIND COUNT FILE\n");
		return 2;
	}
	printf("%" PRIu64 "\n", total);
	return 0;
}
