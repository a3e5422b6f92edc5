/*
 * firefox/format - the Firefox Profiler: what https://profiler.firefox.com saves, what samply and
 * others write for it, and what Firefox itself writes
 *
 *	{"meta": {"version": 29, "preprocessedProfileVersion": 48, "interval": 1,
 *	          "categories": [{"name": "Other", "color": "grey"}, ...]}, "libs": [],
 *	 "threads": [{"name": "main", "pid": "7", "tid": 1,
 *	   "samples": {"length": 2, "stack": [1, null], "time": [0, 1.5], "weight": null, ...},
 *	   "stackTable": {"length": 2, "frame": [0, 1], "prefix": [null, 0], ...},
 *	   "frameTable": {...}, "funcTable": {...}, "stringArray": ["main", "a.c", ...]}]}
 *
 * Version 60 moved all tables but samples to "shared", 66 made offsets of prefixes, and Firefox
 * has rows with a schema instead of columns (the "gecko" form), with the profiles of its child
 * processes in "processes".
 */
#include "common/base/alloc.h"
#include "converters/firefox/internal.h"

static const struct {
	enum frame_kind kind;
	const char *name;
} categories[] = {
	{ FRAME_KERNEL, "Kernel" },
	{ FRAME_NATIVE, "Native" },
	{ FRAME_INTERPRETED, "Interpreter" },
	{ FRAME_JIT, "JIT" },
	{ FRAME_GC, "GC / CC" },
	{ FRAME_IDLE, "Idle" },
};
enum { CATEGORIES = sizeof categories / sizeof *categories };

const char *firefox_category_of(enum frame_kind kind)
{
	for (size_t i = 0; i < CATEGORIES; i++)
		if (categories[i].kind == kind)
			return categories[i].name;
	return NULL;
}

enum frame_kind firefox_kind_of(struct str category)
{
	for (size_t i = 0; i < CATEGORIES; i++)
		if (str_eq(category, str_of(categories[i].name)))
			return categories[i].kind;
	return FRAME_UNKNOWN;
}

static bool has(struct str head, const char *key)
{
	return str_contains(head, str_of(key));
}

int firefox_bid(struct str head, bool whole)
{
	enum { CERTAIN = 95, LIKELY = 80, POSSIBLE = 65 };

	(void)whole;
	if (!str_starts(str_after_blanks(head), S("{")))
		return 0;
	if (has(head, "\"preprocessedProfileVersion\""))
		return CERTAIN;
	/* OTLP has a stackTable too, and no frames */
	if ((has(head, "\"stackTable\"") && !has(head, "\"resourceProfiles\"") &&
	     !has(head, "\"resource_profiles\"") && !has(head, "\"locationTable\"") &&
	     !has(head, "\"location_table\"")) ||
	    has(head, "\"breakpadId\""))
		return LIKELY;
	return has(head, "\"meta\"") && (has(head, "\"interval\"") || has(head, "\"stackwalk\""))
		       ? POSSIBLE
		       : 0;
}

/* Whether all samples have times, and each thread's are in order. */
static unsigned features_of(const struct profile *p, const void *options)
{
	int64_t *last = alloc_resize(NULL, p->thread_count, sizeof *last);
	bool timed = p->sample_count > 0;

	(void)options;
	for (size_t t = 0; t < p->thread_count; t++)
		last[t] = INT64_MIN;
	for (size_t i = 0; i < p->sample_count && timed; i++) {
		struct sample s = profile_sample_at(p, i);

		timed = s.timed && s.time >= last[s.thread];
		last[s.thread] = s.time;
	}
	alloc_free(last);
	return timed ? FEATURE_SAMPLE_TIMES : 0;
}

static const struct firefox_read_options usual_reading;

const struct format firefox_format = {
	.name = "firefox",
	.title = "JSON of the Firefox Profiler, samply, and of Firefox itself",
	.suffixes = ".firefox.json",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_FUNCTION_LINES |
		    FEATURE_LINES | FEATURE_COLUMNS | FEATURE_THREADS | FEATURE_PARTS |
		    FEATURE_VALUE_TYPES | FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_ORDER |
		    FEATURE_IDLE | FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES |
		    FEATURE_RECORDING | FEATURE_METADATA,
	.features_of = features_of,
	.bid = firefox_bid,
	.read = firefox_read,
	.read_options = FORMAT_OPTIONS(firefox_read_rows, usual_reading),
	.write = firefox_write,
};
