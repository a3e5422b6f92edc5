/* firefox/read - the file, its processes, and what concerns all threads; see format.c */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "converters/firefox/reading.h"

#define AT(field) offsetof(struct firefox_read_options, field)

const struct option_row firefox_read_rows[] = {
	OPT_FLAG(0, "durations", "let samples last until the next of their thread, not count one",
		 AT(durations)),
	OPT_FLAG(0, "lenient", "of a file that is cut, read the threads before the cut",
		 AT(lenient)),
	OPT_END
};

/* --- meta and libs --- */

static void read_categories(struct firefox_reader *r, struct firefox_process *process)
{
	struct str key, name;

	json_array(&r->j);
	while (json_element(&r->j)) {
		enum frame_kind kind = FRAME_UNKNOWN;

		json_object(&r->j);
		while (json_key(&r->j, &key)) {
			if (!str_eq(key, S("name")))
				json_skip(&r->j);
			else if (json_string(&r->j, &name))
				kind = firefox_kind_of(name);
		}
		ARRAY_ROOM(process->kinds, process->kind_count, process->kind_cap);
		process->kinds[process->kind_count++] = kind;
	}
}

static void read_meta(struct firefox_reader *r, struct firefox_process *process)
{
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("startTime"))) {
			process->start = firefox_take_time(r);
			process->has_start = true;
		} else if (str_eq(key, S("interval"))) {
			process->interval = firefox_take_time(r);
		} else if (str_eq(key, S("categories")) && json_peek(&r->j) == JSON_ARRAY) {
			read_categories(r, process);
		} else {
			json_skip(&r->j);
		}
	}
	process->has_meta = !r->in->failed;
}

static void read_libs(struct firefox_reader *r, struct firefox_process *process)
{
	struct str key;

	json_array(&r->j);
	while (json_element(&r->j)) {
		string_id path = 0, name = 0;

		json_object(&r->j);
		while (json_key(&r->j, &key)) {
			if (str_eq(key, S("path")) && !json_null(&r->j))
				path = json_text(&r->j, r->p);
			else if (str_eq(key, S("name")) && !json_null(&r->j))
				name = json_text(&r->j, r->p);
			else if (!str_eq(key, S("path")) && !str_eq(key, S("name")))
				json_skip(&r->j);
		}
		ARRAY_ROOM(process->libs, process->lib_count, process->lib_cap);
		process->libs[process->lib_count++] = path ? path : name;
	}
	process->has_libs = !r->in->failed;
}

/* --- what threads share --- */

static void read_shared(struct firefox_reader *r)
{
	static const char *const tables[] = { "stackTable", "frameTable", "funcTable",
					      "resourceTable", "sources" };
	struct str key;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		const char *table = NULL;

		for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
			if (str_eq(key, str_of(tables[i])))
				table = tables[i];
		if (table)
			firefox_read_table(r, &r->shared, NULL, str_of(table));
		else if (str_eq(key, S("stringArray")))
			firefox_read_strings(r, &r->shared);
		else
			json_skip(&r->j);
	}
	r->has_shared = !r->in->failed;
}

/* What our own files say beside. */
static void read_extra(struct firefox_reader *r)
{
	struct str key;
	bool estimated;

	json_object(&r->j);
	while (json_key(&r->j, &key)) {
		if (str_eq(key, S("recording"))) {
			json_recording(&r->j, r->p);
			r->own = true;
		} else if (str_eq(key, S("metadata"))) {
			json_metadata(&r->j, r->p);
		} else if (str_eq(key, S("estimated"))) {
			json_bool(&r->j, &estimated);
			r->p->estimated |= estimated;
		} else if (str_eq(key, S("values"))) {
			json_array(&r->j);
			while (json_element(&r->j))
				profile_value_type(r->p, json_named_value_type(&r->j, r->p));
		} else {
			json_skip(&r->j);
		}
	}
}

/* --- processes --- */

static void begin_process(struct firefox_reader *r)
{
	json_object(&r->j);
	ARRAY_ROOM(r->processes, r->process_count, r->process_cap);
	ARRAY_ROOM(r->open, r->open_count, r->open_cap);
	r->open[r->open_count++] = r->process_count;
	r->processes[r->process_count++] = (struct firefox_process){ 0 };
}

static void read_threads(struct firefox_reader *r, size_t process)
{
	r->has_threads = true;
	json_array(&r->j);
	while (json_element(&r->j))
		firefox_read_thread(r, process);
}

static void read_key(struct firefox_reader *r, struct str key)
{
	size_t row = r->open[r->open_count - 1];
	struct firefox_process *process = &r->processes[row];

	if (str_eq(key, S("meta")))
		read_meta(r, process);
	else if (str_eq(key, S("libs")) && json_peek(&r->j) == JSON_ARRAY)
		read_libs(r, process);
	else if (str_eq(key, S("threads")))
		read_threads(r, row);
	else if (str_eq(key, S("shared")) && json_peek(&r->j) == JSON_OBJECT)
		read_shared(r);
	else if (str_eq(key, S("processes")) && json_peek(&r->j) == JSON_ARRAY)
		process->in_processes = json_array(&r->j);
	else if (str_eq(key, S("profpipe")) && row == 0)
		read_extra(r);
	else
		json_skip(&r->j);
}

/* Processes are whole profiles within the first, to any depth. */
static void read_file(struct firefox_reader *r)
{
	struct str key;

	begin_process(r);
	while (r->open_count) {
		struct firefox_process *process = &r->processes[r->open[r->open_count - 1]];

		if (process->in_processes && json_element(&r->j))
			begin_process(r);
		else if (process->in_processes)
			process->in_processes = false;
		else if (json_key(&r->j, &key))
			read_key(r, key);
		else
			r->open_count--;
	}
	json_end(&r->j);
	if (r->in->cut)
		firefox_keep_before_cut(r);
	if (!r->has_threads)
		input_error_at(r->in, 0, "expected a profile of Firefox with 'threads'");
}

static void report_passed_over(const struct firefox_reader *r)
{
	const char *name = diag_masked(str_of(r->in->name));

	if (r->markers)
		diag_verbose("%s: %" PRIu64 " markers passed over", name, r->markers);
	if (r->allocations)
		diag_verbose("%s: %" PRIu64 " allocations passed over", name, r->allocations);
}

static void add_recording(struct firefox_reader *r)
{
	if (r->processes[0].start > 0 && !r->own)
		profile_add_recording(r->p, (struct recording){ .start = r->processes[0].start });
}

static void find_processes(struct firefox_reader *r)
{
	for (size_t i = 1; i < r->thread_count; i++)
		r->several |= r->threads[i].pid != r->threads[0].pid;
}

static void free_reader(struct firefox_reader *r)
{
	json_free(&r->j);
	for (size_t i = 0; i < r->process_count; i++) {
		alloc_free(r->processes[i].kinds);
		alloc_free(r->processes[i].libs);
	}
	for (size_t i = 0; i < r->thread_count; i++)
		firefox_free_thread(&r->threads[i]);
	firefox_free_tables(&r->shared);
	alloc_free(r->processes);
	alloc_free(r->open);
	alloc_free(r->threads);
	alloc_free(r->shared_stacks);
}

int firefox_read(struct input *in, struct profile *p)
{
	const struct firefox_read_options *options = in->options;
	struct firefox_reader r = { .in = in, .p = p, .options = *options };

	json_start(&r.j, in);
	if (options->lenient)
		json_allow_cut(&r.j);
	if (str_ends(str_of(in->name), S(".jslb")))
		input_error_at(in, 0, "expected JSON, got the binary form (save it as .json)");
	read_file(&r);
	if (!in->failed)
		add_recording(&r);
	find_processes(&r);
	for (size_t i = 0; i < r.thread_count && !in->failed; i++)
		firefox_make_samples(&r, &r.threads[i]);
	if (!in->failed)
		report_passed_over(&r);
	free_reader(&r);
	return in->failed ? -1 : profile_status(p, in->name);
}
