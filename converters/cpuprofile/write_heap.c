/* cpuprofile/write_heap - a .heapprofile: nodes within nodes, to whatever depth */
#include "common/base/alloc.h"
#include "common/profile/stack_walk.h"
#include "converters/cpuprofile/writing.h"

static int64_t *sum_sizes(const struct profile *p)
{
	int64_t *sizes = alloc_zero(p->stacks.count, sizeof *sizes);

	for (size_t i = 0; i < p->sample_count; i++)
		i64_add_to(&sizes[p->samples[i].stack], values_row(&p->sample_values, i)[0]);
	return sizes;
}

static void put_size(struct cpuprofile_writer *w, int64_t size)
{
	output_text(w->out, ",\"selfSize\":");
	output_decimal(w->out, profile_decimal(w->p, 0, size, 0));
}

static void begin_node(struct cpuprofile_writer *w, stack_id stack, int64_t size,
		       const char *before)
{
	frame_id f = w->p->stacks.frame[stack];

	output_text(w->out, before);
	cpuprofile_put_call_frame(w, f);
	put_size(w, size);
	json_put_count(w->out, ",\"id\":", w->ids[stack]);
	cpuprofile_put_frame_extra(w, f);
	output_text(w->out, ",\"children\":[");
}

void cpuprofile_put_tree(struct cpuprofile_writer *w)
{
	int64_t *sizes = sum_sizes(w->p);
	struct stack_walk walk;
	bool first = true; /* nothing stands in the innermost open list yet */

	output_text(w->out, "\"head\":{");
	cpuprofile_put_pseudo_frame(w, CPUPROFILE_ROOT);
	put_size(w, sizes[EMPTY_STACK]);
	output_text(w->out, ",\"id\":1,\"children\":[");
	stack_walk_open(&walk, &w->p->stacks);
	while (stack_walk_next(&walk)) {
		if (!w->ids[walk.node])
			continue;
		if (walk.entered)
			begin_node(w, walk.node, sizes[walk.node], first ? "{" : ",\n{");
		else
			output_text(w->out, "]}");
		first = walk.entered;
	}
	stack_walk_close(&walk);
	output_text(w->out, "]},\n\"samples\":[]}\n");
	alloc_free(sizes);
}
