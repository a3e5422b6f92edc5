/* chrometrace/tables - threads, processes and functions of events */
#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "common/io/limits.h"
#include "common/profile/frame_text.h"
#include "converters/chrometrace/reading.h"

string_id chrometrace_text(struct chrometrace_reader *r, struct str text)
{
	return strings_add(&r->texts, text);
}

value_id chrometrace_value_type(struct chrometrace_reader *r)
{
	if (r->typed)
		return r->value;
	return profile_value_type(r->p,
				  (struct value_type){ .name = profile_string(r->p, S("time")),
						       .unit = UNIT_TIME,
						       .source_scale = 3 });
}

/* A text of the reader as one of the profile. */
static string_id keep(struct chrometrace_reader *r, string_id text)
{
	return profile_string(r->p, strings_text(&r->texts, text));
}

/* --- threads and processes --- */

static uint64_t hash_id(struct chrometrace_id id)
{
	return hash_mix(id.number, id.text);
}

static uint32_t add_thread(struct chrometrace_reader *r, struct chrometrace_id pid,
			   struct chrometrace_id tid, uint64_t hash)
{
	limit_check(LIMIT_THREADS, r->thread_count + 1);
	ARRAY_ROOM(r->threads, r->thread_count, r->thread_cap);
	r->threads[r->thread_count] = (struct chrometrace_thread){ .pid = pid,
								   .tid = tid,
								   .last = NO_ID };
	index_add(&r->thread_index, hash, (uint32_t)r->thread_count);
	return (uint32_t)r->thread_count++;
}

static bool is_thread(const struct chrometrace_reader *r, uint32_t thread,
		      struct chrometrace_id pid, struct chrometrace_id tid)
{
	return chrometrace_id_eq(r->threads[thread].tid, tid) &&
	       chrometrace_id_eq(r->threads[thread].pid, pid);
}

uint32_t chrometrace_find_thread(struct chrometrace_reader *r, struct chrometrace_id pid,
				 struct chrometrace_id tid)
{
	uint64_t hash;

	if (r->thread_count && is_thread(r, r->last_thread, pid, tid))
		return r->last_thread;
	hash = hash_mix(hash_id(pid), hash_id(tid));
	for (struct probe at = index_probe(&r->thread_index, hash);
	     index_next(&r->thread_index, &at);)
		if (is_thread(r, at.row, pid, tid))
			return r->last_thread = at.row;
	return r->last_thread = add_thread(r, pid, tid, hash);
}

static struct chrometrace_process *find_process(const struct chrometrace_reader *r,
						struct chrometrace_id pid)
{
	for (struct probe at = index_probe(&r->process_index, hash_id(pid));
	     index_next(&r->process_index, &at);)
		if (chrometrace_id_eq(r->processes[at.row].pid, pid))
			return &r->processes[at.row];
	return NULL;
}

void chrometrace_name_process(struct chrometrace_reader *r, struct chrometrace_id pid,
			      string_id name)
{
	struct chrometrace_process *known = find_process(r, pid);

	if (known) {
		known->name = name;
		return;
	}
	ARRAY_ROOM(r->processes, r->process_count, r->process_cap);
	r->processes[r->process_count] = (struct chrometrace_process){ pid, name };
	index_add(&r->process_index, hash_id(pid), (uint32_t)r->process_count++);
}

thread_id chrometrace_make_thread(struct chrometrace_reader *r, uint32_t thread)
{
	const struct chrometrace_thread *t = &r->threads[thread];
	const struct chrometrace_process *process = find_process(r, t->pid);
	string_id name;
	thread_id id;

	if (t->own.known) /* our own files have the process among the metadata */
		return profile_thread(r->p, t->own.thread);
	name = keep(r, t->name ? t->name : t->tid.text);
	id = profile_thread(r->p, (struct thread){ .name = name,
						   .pid = t->pid.number,
						   .tid = t->tid.number });

	if (process || t->pid.text)
		profile_metadata(r->p, id, S("process"),
				 strings_text(&r->texts, process ? process->name : t->pid.text));
	return id;
}

/* --- functions --- */

static bool is_same_place(const struct frame *a, const struct frame *b)
{
	return a->line == b->line && a->column == b->column && a->mapping == b->mapping &&
	       a->kind == b->kind && a->inlined == b->inlined &&
	       a->unsymbolised == b->unsymbolised && a->address == b->address;
}

static bool is_same_name(const struct chrometrace_name *a, const struct chrometrace_name *b)
{
	return a->name == b->name && a->detail == b->detail && a->file == b->file &&
	       a->system == b->system && a->begins == b->begins &&
	       a->function_line == b->function_line && a->idle == b->idle &&
	       is_same_place(&a->at, &b->at);
}

/* "InstantiateClass" and a type are a function together: the name alone would join all types. */
static frame_id plain_frame(struct chrometrace_reader *r, const struct chrometrace_name *n)
{
	struct frame frame = n->at;
	struct function f = { .file = keep(r, n->file),
			      .system = keep(r, n->system),
			      .line = n->begins };

	r->scratch.n = 0;
	buf_add(&r->scratch, strings_text(&r->texts, n->name));
	if (strings_text(&r->texts, n->detail).n) {
		buf_byte(&r->scratch, ' ');
		buf_add(&r->scratch, strings_text(&r->texts, n->detail));
	}
	f.name = profile_string(r->p, buf_str(&r->scratch));
	frame.function = profile_function(r->p, f);
	return profile_frame_as_read(r->p, frame);
}

/* VizTracer's "Shop.names (/srv/viz.py:5)", where 5 is the line of the def. */
static frame_id frame_with_place(struct chrometrace_reader *r, const struct chrometrace_name *n)
{
	frame_id id = frame_from_text(r->p, strings_text(&r->texts, n->name), FRAMES_FULL);
	struct frame frame = profile_frame_at(r->p, id);
	struct function f = profile_function_at(r->p, frame.function);

	if (!frame.line)
		return id;
	f.line = frame.line;
	return profile_frame(r->p, (struct frame){ .function = profile_function(r->p, f) });
}

frame_id chrometrace_find_frame(struct chrometrace_reader *r, struct chrometrace_name name)
{
	uint64_t hash = hash_mix(hash_mix((uint64_t)name.name << 32 | name.detail,
					  (uint64_t)name.file << 32 | name.at.line),
				 hash_mix((uint64_t)name.at.column << 32 | name.begins,
					  (uint64_t)name.system << 32 | name.at.mapping) +
					 name.at.address);

	if (name.idle)
		return NO_ID;
	for (struct probe at = index_probe(&r->frame_index, hash);
	     index_next(&r->frame_index, &at);)
		if (is_same_name(&r->frames[at.row].of, &name))
			return r->frames[at.row].id;
	ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
	r->frames[r->frame_count] = (struct chrometrace_frame){
		name, name.function_line ? frame_with_place(r, &name) : plain_frame(r, &name)
	};
	index_add(&r->frame_index, hash, (uint32_t)r->frame_count);
	return r->frames[r->frame_count++].id;
}

void chrometrace_free_tables(struct chrometrace_reader *r)
{
	strings_free(&r->texts);
	buf_free(&r->scratch);
	index_free(&r->thread_index);
	index_free(&r->process_index);
	index_free(&r->frame_index);
	alloc_free(r->threads);
	alloc_free(r->processes);
	alloc_free(r->frames);
	alloc_free(r->pending);
	alloc_free(r->rows);
	numbered_free(&r->mappings);
	alloc_free(r->times.list);
	index_free(&r->stream_index);
	index_free(&r->node_index);
	index_free(&r->stack_frame_index);
	alloc_free(r->streams);
	alloc_free(r->nodes);
	alloc_free(r->samples);
	alloc_free(r->stack_frames);
	alloc_free(r->piece.nodes);
	alloc_free(r->piece.samples.list);
	alloc_free(r->piece.deltas.list);
	alloc_free(r->piece.lines.list);
	alloc_free(r->piece.columns.list);
}
