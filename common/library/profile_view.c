#include "common/library/profile_view.h"

#include <string.h>

#include "common/base/alloc.h"
#include "common/transform/callgraph/flat_profile.h"

static const char *copy_str(struct str s)
{
	char *copy = alloc_bytes(s.n + 1);

	if (s.n)
		memcpy(copy, s.p, s.n);
	copy[s.n] = '\0';
	return copy;
}

void profile_view_value(const struct profile *p, value_id v, struct profpipe_value *found)
{
	static const char *const units[] = {
		[UNIT_NONE] = "", [UNIT_TIME] = "ns", [UNIT_BYTES] = "bytes"
	};
	const struct value_type *type = &p->value_types[v];

	*found = (struct profpipe_value){
		.name = copy_str(profile_text(p, type->name)),
		.unit = units[type->unit],
		.exponent = type->exponent,
	};
}

/* A profile says the same in both halves where it has both: that of its samples counts. */
bool profile_view_total(const struct profile *p, value_id v, int64_t *total)
{
	const struct values *values = profile_has_stacks(p) ? &p->sample_values : &p->cost_values;
	size_t rows = profile_has_stacks(p) ? p->sample_count : p->cost_count;

	*total = 0;
	for (size_t row = 0; row < rows; row++)
		if (!i64_add(*total, values_row(values, row)[v], total))
			return false;
	return true;
}

/* --- functions --- */

static struct profpipe_function function_of(const struct flat_profile *f, uint32_t row)
{
	const struct flat_row *name = &f->rows[row];
	const struct call_row *figures = &f->table.rows[row];

	return (struct profpipe_function){
		.name = copy_str(name->name),
		.name_size = name->name.n,
		.file = copy_str(name->location),
		.file_size = name->location.n,
		.line = name->line,
		.self = figures->self,
		.inclusive = figures->inclusive,
		.calls = f->calls_known ? figures->calls : 0,
	};
}

const struct profpipe_function *profile_view_functions(struct profile *p, value_id v,
						       struct memory *memory, size_t *count)
{
	struct memory *before = task_current->memory;
	struct profpipe_function *all;
	struct flat_profile f;

	flat_profile_prepare(p);
	flat_profile_make(&f, p, v);
	task_current->memory = memory;
	all = alloc_zero(f.count, sizeof *all);
	for (uint32_t row = 0; row < f.count; row++)
		all[row] = function_of(&f, row);
	task_current->memory = before;
	*count = f.count;
	flat_profile_free(&f);
	return all;
}

/* --- stacks --- */

struct stack_view {
	const struct profile *p;
	const char **texts; /* by string, as they are asked for */
	struct profpipe_frame *frames;
	size_t frame_cap;
	struct profpipe_label *labels;
	size_t label_cap;
	label_id *ids;
	size_t id_cap;
};

static const char *text_of(struct stack_view *v, string_id id)
{
	if (!v->texts[id])
		v->texts[id] = copy_str(profile_text(v->p, id));
	return v->texts[id];
}

static struct profpipe_frame frame_of(struct stack_view *v, frame_id id)
{
	const struct profile *p = v->p;
	const struct frame_row *frame = &p->frames[id];
	const struct function_row *f = &p->functions[frame->function];
	string_id file = f->file ? f->file : f->object;

	return (struct profpipe_frame){
		.name = text_of(v, f->name),
		.name_size = profile_text(p, f->name).n,
		.file = text_of(v, file),
		.file_size = profile_text(p, file).n,
		.line = frame->line,
		.column = frame->column,
	};
}

/* From the leaf to the root, as ids lead, into places that begin with the root. */
static void add_frames(struct stack_view *v, stack_id stack, struct profpipe_stack *shown)
{
	const struct stacks *s = &v->p->stacks;
	size_t depth = 0;

	for (stack_id id = stack; id != EMPTY_STACK; id = s->parent[id])
		depth++;
	if (depth > v->frame_cap)
		v->frames = alloc_grow(v->frames, &v->frame_cap, depth, sizeof *v->frames);
	shown->frame_count = depth;
	for (stack_id id = stack; id != EMPTY_STACK; id = s->parent[id])
		v->frames[--depth] = frame_of(v, s->frame[id]);
	shown->frames = v->frames;
}

static void add_labels(struct stack_view *v, label_set_id set, struct profpipe_stack *shown)
{
	size_t count = profile_labels_of(v->p, set, &v->ids, &v->id_cap);

	if (count > v->label_cap)
		v->labels = alloc_grow(v->labels, &v->label_cap, count, sizeof *v->labels);
	for (size_t i = 0; i < count; i++) {
		const struct label *l = &v->p->labels[v->ids[i]];

		v->labels[i] = (struct profpipe_label){
			.key = text_of(v, l->key),
			.text = l->is_number ? NULL : text_of(v, l->text),
			.number = l->number,
			.unit = text_of(v, l->unit),
		};
	}
	shown->labels = v->labels;
	shown->label_count = count;
}

void profile_view_stacks(const struct profile *p,
			 int (*visit)(void *user, const struct profpipe_stack *stack), void *user)
{
	struct stack_view v = { .p = p };
	int stop = 0;

	v.texts = alloc_zero(p->strings.count, sizeof *v.texts);
	for (size_t row = 0; row < p->sample_count && !stop; row++) {
		const struct sample_row *s = &p->samples[row];
		const struct thread *t = &p->threads[s->thread];
		struct profpipe_stack shown = {
			.thread = text_of(&v, t->name),
			.pid = t->pid,
			.tid = t->tid,
			.values = values_row(&p->sample_values, row),
		};

		add_frames(&v, s->stack, &shown);
		add_labels(&v, profile_sample_labels(p, row), &shown);
		stop = visit(user, &shown);
	}
}

/* --- metadata --- */

const char *profile_view_metadata(const struct profile *p, size_t number, bool key)
{
	for (size_t i = 0; i < p->metadata_count; i++)
		if (p->metadata[i].thread == NO_ID && number-- == 0)
			return copy_str(
				profile_text(p, key ? p->metadata[i].key : p->metadata[i].value));
	return NULL;
}
