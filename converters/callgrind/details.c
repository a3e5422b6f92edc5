/*
 * callgrind/details - how a profile was recorded, mappings and system names, in comments
 *
 * Behind the creator, as JSON (see details_json.h); other readers pass comments over:
 *
 *	# profpipe: recording {"default":"cpu","period":10000000,"of":["cpu","nanoseconds"]}
 *	# profpipe: mapping {"object":"/lib/libc.so.6","start":"0x7f00","limit":"0x8000"}
 *	# profpipe: system ["_ZN3foo3barEv","foo::bar","foo.cc","/bin/foo"]
 *
 * The last has a function's system name, its name, file and object. Functions that agree in
 * the three others would be taken for each other: then no system name is kept.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/profile/details_json.h"
#include "converters/callgrind/reading.h"
#include "converters/callgrind/writing.h"

enum { RECORDING, MAPPING, SYSTEM, NOTES };

static const char *const heads[NOTES] = {
	[RECORDING] = "# profpipe: recording ",
	[MAPPING] = "# profpipe: mapping ",
	[SYSTEM] = "# profpipe: system ",
};

static uint64_t place_hash(string_id name, string_id file, string_id object)
{
	return hash_mix((uint64_t)name << 32 | file, object);
}

/* --- writing --- */

bool callgrind_tells_systems(const struct profile *p)
{
	struct index places = { 0 };
	bool apart = p->system_names;

	for (function_id i = 0; apart && i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];
		uint64_t hash = place_hash(f->name, f->file, f->object);

		for (struct probe at = index_probe(&places, hash);
		     apart && index_next(&places, &at);) {
			const struct function_row *other = &p->functions[at.row];

			apart = other->name != f->name || other->file != f->file ||
				other->object != f->object ||
				profile_system_name(p, at.row) == profile_system_name(p, i);
		}
		index_add(&places, hash, i);
	}
	index_free(&places);
	return apart;
}

static void put_systems(struct callgrind_writer *w)
{
	const struct profile *p = w->p;

	for (function_id i = 0; i < p->function_count; i++) {
		const struct function_row *f = &p->functions[i];

		if (!profile_system_name(p, i))
			continue;
		output_text(w->out, heads[SYSTEM]);
		json_put_text(w->out, "[", profile_text(p, profile_system_name(p, i)));
		json_put_text(w->out, ",", profile_text(p, f->name));
		json_put_text(w->out, ",", profile_text(p, f->file));
		if (f->object)
			json_put_text(w->out, ",", profile_text(p, f->object));
		output_text(w->out, "]\n");
	}
}

void callgrind_put_details(struct callgrind_writer *w)
{
	const struct profile *p = w->p;

	if (profile_has_recording(p)) {
		output_text(w->out, heads[RECORDING]);
		json_put_recording(w->out, p);
		output_byte(w->out, '\n');
	}
	for (mapping_id m = 1; m < p->mapping_count; m++) {
		output_text(w->out, heads[MAPPING]);
		json_put_mapping(w->out, p, m);
		output_byte(w->out, '\n');
	}
	if (callgrind_tells_systems(p))
		put_systems(w);
}

/* --- reading --- */

static void read_system(struct callgrind_reader *r, struct json *j)
{
	string_id texts[4] = { 0 };
	size_t n = 0;

	json_array(j);
	while (json_element(j)) {
		if (n == 4)
			json_expected(j, "']'");
		else
			texts[n++] = json_text(j, r->p);
	}
	if (n < 3 && !j->in->failed)
		json_expected(j, "a system name, a name and a file before this");
	if (j->in->failed)
		return;
	index_add(&r->system_index, place_hash(texts[1], texts[2], texts[3]),
		  (uint32_t)r->system_count);
	ARRAY_ROOM(r->systems, r->system_count, r->system_cap);
	r->systems[r->system_count++] = (struct system_name){ texts[1], texts[2], texts[3],
							      texts[0] };
}

string_id callgrind_system_of(const struct callgrind_reader *r, string_id name, string_id file,
			      string_id object)
{
	uint64_t hash = place_hash(name, file, object);

	for (struct probe at = index_probe(&r->system_index, hash);
	     index_next(&r->system_index, &at);) {
		const struct system_name *s = &r->systems[at.row];

		if (s->name == name && s->file == file && s->object == object)
			return s->system;
	}
	return 0;
}

void callgrind_forget_systems(struct callgrind_reader *r)
{
	alloc_free(r->systems);
	index_free(&r->system_index);
	r->systems = NULL;
	r->system_count = r->system_cap = 0;
}

bool callgrind_read_details(struct callgrind_reader *r)
{
	struct buf name = { 0 };
	struct json j;
	struct input *in;
	int note = 0;

	while (note < NOTES && !str_starts(r->line, str_of(heads[note])))
		note++;
	if (note == NOTES)
		return false;
	/* a place in the line: both are named */
	buf_print(&name, "%s: line %" PRIu64 ": note", r->in->name, r->in->line);
	in = input_memory(name.p, str_from(r->line, strlen(heads[note])));
	json_start(&j, in);
	if (note == RECORDING)
		json_recording(&j, r->p);
	else if (note == MAPPING)
		json_mapping(&j, r->p);
	else
		read_system(r, &j);
	json_end(&j);
	r->in->failed |= in->failed;
	json_free(&j);
	input_close(in);
	buf_free(&name);
	return true;
}
