/* chrometrace/read_own - what our own files say beside the events; see format.c */
#include "common/base/alloc.h"
#include "common/profile/details_json.h"
#include "converters/chrometrace/reading.h"

void chrometrace_read_own(struct chrometrace_reader *r)
{
	struct str key;
	bool estimated;

	if (r->found || r->own) {
		json_expected(&r->j, "'profpipe' once, and before the events");
		return;
	}
	r->own = true;
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("value"))) {
			r->value = profile_value_type(r->p, json_named_value_type(&r->j, r->p));
			r->typed = true;
		} else if (str_eq(key, S("calls"))) {
			json_bool(&r->j, &r->calls);
		} else if (str_eq(key, S("mappings"))) {
			json_mappings(&r->j, r->p, &r->mappings);
		} else if (str_eq(key, S("unordered"))) {
			json_bool(&r->j, &r->unordered);
		} else if (str_eq(key, S("estimated"))) {
			json_bool(&r->j, &estimated);
			r->p->estimated |= estimated;
		} else if (str_eq(key, S("recording"))) {
			json_recording(&r->j, r->p);
		} else if (str_eq(key, S("metadata"))) {
			json_metadata(&r->j, r->p);
		} else {
			json_skip(&r->j);
		}
	}
}

/* In nanoseconds, one for each sample. */
static void read_times(struct chrometrace_reader *r, struct chrometrace_own_thread *own)
{
	struct chrometrace_numbers *n = &r->times;

	own->times = n->count;
	json_array(&r->j);
	while (json_element(&r->j)) {
		int64_t time = NO_TIME;

		if (!json_null(&r->j))
			json_integer(&r->j, &time);
		ARRAY_ROOM(n->list, n->count, n->cap);
		n->list[n->count++] = time;
	}
	own->time_count = n->count - own->times;
}

void chrometrace_read_own_thread(struct chrometrace_reader *r, struct chrometrace_own_thread *own)
{
	bool starts = false, ends = false;
	struct str key;

	if (!r->own) {
		json_skip(&r->j);
		return;
	}
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("thread"))) {
			own->thread = json_thread(&r->j, r->p);
			own->known = true;
		} else if (str_eq(key, S("negative"))) {
			json_bool(&r->j, &own->negative);
		} else if (str_eq(key, S("samples"))) {
			json_bool(&r->j, &own->sampled);
		} else if (str_eq(key, S("timed"))) {
			json_bool(&r->j, &own->timed);
		} else if (str_eq(key, S("times"))) {
			read_times(r, own);
		} else if (str_eq(key, S("start"))) {
			starts = chrometrace_take_time(r, "the time of its start", &own->start);
		} else if (str_eq(key, S("end"))) {
			ends = chrometrace_take_time(r, "the time of its end", &own->end);
		} else {
			json_skip(&r->j);
		}
	}
	own->ranged = starts && ends && own->end >= own->start;
}
