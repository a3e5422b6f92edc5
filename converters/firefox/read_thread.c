/* firefox/read_thread - one thread: its names, its samples, and the tables that it does not share */
#include "common/base/alloc.h"
#include "converters/firefox/reading.h"

/* The app writes numbers of processes as texts, "7" or "7.1". */
static uint64_t take_id(struct firefox_reader *r)
{
	struct str text, rest;
	uint64_t id = 0;

	switch (json_peek(&r->j)) {
	case JSON_STRING:
		if (!json_string(&r->j, &text))
			return 0;
		str_cut(text, '.', &text, &rest);
		return str_to_u64(text, &id) ? id : 0;
	case JSON_NUMBER:
		if (!json_number_text(&r->j, &text))
			return 0;
		return str_to_u64(text, &id) ? id : 0;
	default: json_skip(&r->j); return 0;
	}
}

/* Rows of a table that is not read: its length, or the rows themselves. */
static uint64_t count_rows(struct firefox_reader *r)
{
	uint32_t length = 0;
	uint64_t rows = 0;
	struct str key;

	if (json_peek(&r->j) != JSON_OBJECT) {
		json_skip(&r->j);
		return 0;
	}
	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("length"))) {
			json_index(&r->j, UINT32_MAX, "a length", &length);
		} else if (str_eq(key, S("data")) && json_peek(&r->j) == JSON_ARRAY) {
			json_array(&r->j);
			for (; json_element(&r->j); rows++)
				json_skip(&r->j);
		} else {
			json_skip(&r->j);
		}
	}
	return length ? length : rows;
}

static void read_extra(struct firefox_reader *r, struct firefox_thread *t)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("thread"))) {
			t->given = json_thread(&r->j, r->p);
			t->has_given = true;
		} else if (str_eq(key, S("value"))) {
			t->type = json_named_value_type(&r->j, r->p);
			t->has_type = true;
		} else if (str_eq(key, S("untimed"))) {
			json_bool(&r->j, &t->untimed);
		} else if (str_eq(key, S("again"))) {
			json_bool(&r->j, &t->again);
		} else {
			json_skip(&r->j);
		}
	}
}

static void read_key(struct firefox_reader *r, struct firefox_thread *t, struct str key)
{
	static const char *const tables[] = { "samples", "stackTable", "frameTable", "funcTable",
					      "resourceTable" };

	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		if (str_eq(key, str_of(tables[i]))) {
			firefox_read_table(r, &t->tables, t, str_of(tables[i]));
			return;
		}
	if (str_eq(key, S("stringArray")) || str_eq(key, S("stringTable")))
		firefox_read_strings(r, &t->tables);
	else if (str_eq(key, S("name")))
		t->name = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
	else if (str_eq(key, S("processName")))
		t->process_name = json_null(&r->j) ? 0 : json_text(&r->j, r->p);
	else if (str_eq(key, S("pid")))
		t->pid = take_id(r);
	else if (str_eq(key, S("tid")))
		t->tid = take_id(r);
	else if (str_eq(key, S("markers")))
		r->markers += count_rows(r);
	else if (str_eq(key, S("jsAllocations")) || str_eq(key, S("nativeAllocations")))
		r->allocations += count_rows(r);
	else if (str_eq(key, S("profpipe")))
		read_extra(r, t);
	else
		json_skip(&r->j);
}

void firefox_read_thread(struct firefox_reader *r, size_t process)
{
	struct firefox_thread *t;
	struct str key;

	ARRAY_ROOM(r->threads, r->thread_count, r->thread_cap);
	t = &r->threads[r->thread_count++];
	*t = (struct firefox_thread){ .process = process };
	json_peek(&r->j);
	t->byte = input_offset(r->in);
	json_object(&r->j);
	while (json_key(&r->j, &key))
		read_key(r, t, key);
	t->whole = !r->in->failed;
}

void firefox_free_thread(struct firefox_thread *t)
{
	firefox_free_tables(&t->tables);
	alloc_free(t->times);
	alloc_free(t->weights);
}
