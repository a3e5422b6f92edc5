/*
 * profcheck/details - labels, mappings, kinds of frames and the recording, where there are some
 *
 * Nothing is printed of what a profile has not: most formats know none of it.
 */
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/features.h"
#include "converters/tools/profcheck/internal.h"

/* --- what there is --- */

/* A key of labels: the number of its distinct labels, and of the samples that have it. */
struct label_key {
	string_id key;
	size_t labels;
	uint64_t samples;
};

/* The keys in the order of their first labels; place[string] is the position of a key + 1. */
static struct label_key *find_keys(const struct profile *p, size_t *place, size_t *count)
{
	struct label_key *keys = NULL;
	size_t cap = 0;

	*count = 0;
	for (label_id l = 0; l < p->label_count; l++) {
		string_id key = p->labels[l].key;

		if (!place[key]) {
			ARRAY_ROOM(keys, *count, cap);
			keys[*count] = (struct label_key){ .key = key };
			place[key] = ++*count;
		}
		keys[place[key] - 1].labels++;
	}
	return keys;
}

static struct label_key *list_keys(const struct profile *p, size_t *count)
{
	size_t *place = alloc_zero(p->strings.count, sizeof *place);
	struct label_key *keys = find_keys(p, place, count);
	uint64_t *samples = alloc_zero(p->label_sets.count, sizeof *samples);
	size_t *last = alloc_zero(*count, sizeof *last);

	for (size_t i = 0; i < p->sample_label_count; i++)
		samples[p->sample_labels[i]] += p->samples[i].count;
	for (size_t set = 1; set < p->label_sets.count; set++)
		for (label_set_id at = (label_set_id)set; samples[set] && at;
		     at = p->label_sets.rest[at]) {
			size_t key = place[p->labels[p->label_sets.label[at]].key] - 1;

			/* a key that a set has several times counts once */
			if (last[key] != set)
				keys[key].samples += samples[set];
			last[key] = set;
		}
	alloc_free(place);
	alloc_free(samples);
	alloc_free(last);
	return keys;
}

struct frame_counts {
	size_t of_kind[FRAME_KINDS], inlined, unsymbolised, addresses;
};

static struct frame_counts count_frames(const struct profile *p)
{
	struct frame_counts c = { .inlined = 0 };

	for (size_t i = 0; i < p->frame_detail_count; i++) {
		const struct frame_detail *d = &p->frame_details[i];

		c.of_kind[d->kind]++;
		c.inlined += d->inlined;
		c.unsymbolised += d->unsymbolised;
		c.addresses += d->address != 0;
	}
	return c;
}

static size_t count_system_names(const struct profile *p)
{
	size_t count = 0;

	for (size_t i = 0; i < p->function_count; i++)
		count += profile_system_name(p, (function_id)i) != 0;
	return count;
}

/* "2026-11-27T14:00:00.5Z" */
static void add_time(struct buf *b, int64_t start)
{
	const int64_t second = 1000000000;
	int64_t fraction = start % second;
	time_t seconds = (time_t)(start / second - (fraction < 0));
	struct tm tm;
	char text[64];

	if (fraction < 0)
		fraction += second;
	if (!gmtime_r(&seconds, &tm) || !strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm))
		return;
	buf_add(b, str_of(text));
	if (fraction) {
		char digits[16];
		int n = snprintf(digits, sizeof digits, ".%09" PRId64, fraction);

		while (n > 1 && digits[n - 1] == '0')
			n--;
		buf_add(b, (struct str){ digits, (size_t)n });
	}
	buf_byte(b, 'Z');
}

/* --- text --- */

static void put_line(struct output *out, const char *label, struct str text)
{
	output_text(out, label);
	output_text(out, diag_masked(text));
	output_byte(out, '\n');
}

static void put_recording(struct output *out, const struct profile *p)
{
	const struct recording *r = &p->recording;
	struct buf text = { 0 };

	if (r->default_value)
		put_line(out, "default        ", profile_text(p, r->default_value));
	if (r->period || r->period_name) {
		buf_print(&text, "%" PRId64 " ", r->period);
		buf_add(&text, profile_text(p, r->period_unit));
		buf_add(&text, S(" of "));
		buf_add(&text, profile_text(p, r->period_name));
		put_line(out, "period         ", buf_str(&text));
	}
	text.n = 0;
	if (r->start) {
		add_time(&text, r->start);
		put_line(out, "start          ", buf_str(&text));
	}
	if (r->duration) {
		output_text(out, "duration       ");
		output_decimal(out, (struct decimal){ r->duration, -9 });
		output_text(out, " s\n");
	}
	buf_free(&text);
}

static void put_labels(struct output *out, const struct profile *p)
{
	size_t count;
	struct label_key *keys = list_keys(p, &count);
	struct buf text = { 0 };

	for (size_t i = 0; i < count; i++) {
		text.n = 0;
		buf_add(&text, profile_text(p, keys[i].key));
		buf_print(&text, ": %zu different in %" PRIu64 " samples", keys[i].labels,
			  keys[i].samples);
		put_line(out, i ? "               " : "labels         ", buf_str(&text));
	}
	buf_free(&text);
	alloc_free(keys);
}

static void put_frames(struct output *out, const struct profile *p)
{
	struct frame_counts c = count_frames(p);
	struct buf text = { 0 };

	for (int kind = FRAME_UNKNOWN + 1; kind < FRAME_KINDS; kind++)
		if (c.of_kind[kind])
			buf_print(&text, "%s%zu %s", text.n ? ", " : "", c.of_kind[kind],
				  frame_kind_name((enum frame_kind)kind));
	if (c.inlined)
		buf_print(&text, "%s%zu inlined", text.n ? ", " : "", c.inlined);
	if (c.unsymbolised)
		buf_print(&text, "%s%zu unsymbolised", text.n ? ", " : "", c.unsymbolised);
	if (c.addresses)
		buf_print(&text, "%s%zu with addresses", text.n ? ", " : "", c.addresses);
	if (text.n)
		put_line(out, "of the frames  ", buf_str(&text));
	buf_free(&text);
}

void profcheck_put_details(struct output *out, const struct profile *p)
{
	struct buf text = { 0 };

	put_recording(out, p);
	put_labels(out, p);
	if (p->mapping_count) {
		buf_print(&text, "%zu", p->mapping_count - 1);
		put_line(out, "mappings       ", buf_str(&text));
	}
	put_frames(out, p);
	text.n = 0;
	if (p->system_names) {
		buf_print(&text, "%zu", count_system_names(p));
		put_line(out, "system names   ", buf_str(&text));
	}
	if (profile_features(p) & FEATURE_SAMPLE_TIMES)
		put_line(out, "sample times   ", S("known"));
	buf_free(&text);
}

/* --- JSON --- */

static void add_recording(cJSON *top, const struct profile *p)
{
	const struct recording *r = &p->recording;
	struct buf text = { 0 };
	cJSON *item;

	if (r->default_value)
		cJSON_AddItemToObject(top, "default_value_type",
				      profcheck_text(profile_text(p, r->default_value)));
	if (r->period || r->period_name) {
		item = cJSON_AddObjectToObject(top, "period");
		cJSON_AddItemToObject(item, "value", profcheck_count(r->period));
		cJSON_AddItemToObject(item, "name",
				      profcheck_text(profile_text(p, r->period_name)));
		cJSON_AddItemToObject(item, "unit",
				      profcheck_text(profile_text(p, r->period_unit)));
	}
	if (r->start) {
		add_time(&text, r->start);
		cJSON_AddItemToObject(top, "start", profcheck_text(buf_str(&text)));
		cJSON_AddItemToObject(top, "start_nanoseconds", profcheck_count(r->start));
	}
	if (r->duration)
		cJSON_AddItemToObject(top, "duration_nanoseconds", profcheck_count(r->duration));
	buf_free(&text);
}

static void add_labels(cJSON *top, const struct profile *p)
{
	size_t count;
	struct label_key *keys = list_keys(p, &count);
	cJSON *list = count ? cJSON_AddArrayToObject(top, "labels") : NULL;

	for (size_t i = 0; i < count; i++) {
		cJSON *item = cJSON_CreateObject();

		cJSON_AddItemToObject(item, "key", profcheck_text(profile_text(p, keys[i].key)));
		cJSON_AddItemToObject(item, "different", profcheck_count((int64_t)keys[i].labels));
		cJSON_AddItemToObject(item, "samples", profcheck_count((int64_t)keys[i].samples));
		cJSON_AddItemToArray(list, item);
	}
	alloc_free(keys);
}

static void add_address(cJSON *item, const char *key, uint64_t address)
{
	char text[32];

	snprintf(text, sizeof text, "0x%" PRIx64, address);
	cJSON_AddStringToObject(item, key, text);
}

static void add_mappings(cJSON *top, const struct profile *p)
{
	cJSON *list = p->mapping_count ? cJSON_AddArrayToObject(top, "mappings") : NULL;

	for (mapping_id m = 1; m < p->mapping_count; m++) {
		const struct mapping *mapping = &p->mappings[m];
		cJSON *item = cJSON_CreateObject();

		cJSON_AddItemToObject(item, "object",
				      profcheck_text(profile_text(p, mapping->object)));
		cJSON_AddItemToObject(item, "build_id",
				      profcheck_text(profile_text(p, mapping->build_id)));
		add_address(item, "start", mapping->start);
		add_address(item, "limit", mapping->limit);
		add_address(item, "offset", mapping->offset);
		cJSON_AddItemToArray(list, item);
	}
}

static void add_counts(cJSON *top, const struct profile *p)
{
	struct frame_counts c = count_frames(p);
	cJSON *kinds = cJSON_CreateObject();

	for (int kind = FRAME_UNKNOWN + 1; kind < FRAME_KINDS; kind++)
		if (c.of_kind[kind])
			cJSON_AddItemToObject(kinds, frame_kind_name((enum frame_kind)kind),
					      profcheck_count((int64_t)c.of_kind[kind]));
	cJSON_AddItemToObject(top, "frame_kinds", kinds);
	cJSON_AddItemToObject(top, "inlined_frames", profcheck_count((int64_t)c.inlined));
	cJSON_AddItemToObject(top, "unsymbolised_frames", profcheck_count((int64_t)c.unsymbolised));
	cJSON_AddItemToObject(top, "frames_with_addresses", profcheck_count((int64_t)c.addresses));
}

void profcheck_add_details(cJSON *top, const struct profile *p)
{
	add_recording(top, p);
	add_labels(top, p);
	add_mappings(top, p);
	if (p->frame_detail_count)
		add_counts(top, p);
	if (p->system_names)
		cJSON_AddItemToObject(top, "system_names",
				      profcheck_count((int64_t)count_system_names(p)));
	if (profile_features(p) & FEATURE_SAMPLE_TIMES)
		cJSON_AddTrueToObject(top, "sample_times");
}
