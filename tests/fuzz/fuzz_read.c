/*
 * fuzz_read - one reader, in this process, on any bytes
 *
 * Built once a format that reads (FORMAT_NAME). What is read is validated, and derived into the other half; nothing is written.
 */
#include "common/base/diag.h"
#include "common/profile/deferred.h"
#include "common/program/convert.h"
#include "common/transform/callgraph/graph_from_stacks.h"
#include "common/transform/traces/span_graft.h"
#include "tests/fuzz/fuzz.h"

#define GLUE(name) name##_format
#define FORMAT_OF(name) GLUE(name)

extern const struct format FORMAT_OF(FORMAT_NAME);

/* As profmerge --graft does. */
static void graft(struct profile **p)
{
	struct spans *spans;
	struct span_graft_counts counts;

	profile_settle(*p);
	spans = spans_find(*p);
	if (spans && !spans->options.wall && (*p)->sample_count)
		profile_replace(p, span_graft(*p, 0, spans, &counts));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct estimate estimate = { .contexts = 2000, .max_unplaced = 1e-3, .unattributed = true };
	struct profile *p;
	struct input *in;

	fuzz_start();
	in = input_memory("input", (struct str){ (const char *)data, size });
	in->options = FORMAT_OF(FORMAT_NAME).read_options.usual;
	p = profile_new();
	FORMAT_OF(FORMAT_NAME).bid((struct str){ (const char *)data, size }, size % 2);
	p->keep_order = size % 2;
	p->keep_spans = size % 4 == 3;
	if (input_more(in) && FORMAT_OF(FORMAT_NAME).read(in, p) == 0 &&
	    profile_status(p, "input") == 0) {
		if (p->keep_spans)
			graft(&p);
		profile_finish(p);
		profile_features(p);
		if (profile_has_graph(p))
			stacks_from_graph(p, &estimate);
		else
			graph_from_stacks(p);
	}
	profile_free(p);
	input_close(in);
	return 0;
}
