/*
 * flamegraph/format - the stacks as a picture: an SVG flame graph
 *
 * Every box is a function in its calling context, as wide as its inclusive value; the
 * room left of its children is its own (self) value. The file has three parts:
 *
 * - A picture, which needs nothing else: what an <img>, a viewer without scripts and
 *   the first moment in a browser show. It has the widest frames; each has its place in
 *   value units, exact integers, in the attributes that inferno introduced:
 *
 *	<svg id="frames" total_samples="6">
 *	<rect x="0" width="1180" fg:x="0" fg:w="6" ...><title>main (6 samples, 100%)</title></rect>
 *
 * - The profile, in <metadata id="profile">: so the file can be read again without loss.
 * - A script (page/), which draws the same from that and everything that is
 *   asked of it: zoomed, searched, upside down, callers first, another value type, ...
 *   It is the same in every file and needs no network.
 *
 * Reading: see flamegraph_read.c.
 */
#include "converters/flamegraph/internal.h"

#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/details_json.h"
#include "common/program/format.h"
#include "common/syntax/xml_put.h"
#include "common/transform/estimate/guessed.h"
#include "common/transform/reshape/idle.h"
#include "converters/flamegraph/reading.h"

static int check_column(const struct profile *p, value_id v, int64_t *total)
{
	for (size_t row = 0; row < p->sample_count; row++) {
		int64_t value = values_row(&p->sample_values, row)[v];

		if (value < 0)
			return diag_error("a flame graph cannot show negative values: %s has %lld",
					  diag_quote(profile_text(p, p->value_types[v].name)),
					  (long long)value);
		/* readers calculate with sums of positions, which are sums themselves */
		if (!i64_add(*total, value, total) || *total > (int64_t)1 << 61)
			return diag_error(
				"a flame graph holds a total of at most 2^61: that of value type %s "
				"is more",
				diag_quote(profile_text(p, p->value_types[v].name)));
	}
	return 0;
}

static int check_names(const struct flame_options *o, const struct profile *p)
{
	struct flame_names names;
	int status = flame_names_read(&names, o, p);

	flame_names_free(&names);
	return status;
}

/* Base and new are drawn as the larger of both, which is at most their sum. */
static int check(const struct profile *p, const void *options)
{
	const struct flame_options *o = options;
	size_t drawn = profile_is_difference(p) ? 2 : p->value_count ? 1 : 0;
	int64_t total = 0;

	if (flame_check_options(o, p) < 0 || check_names(o, p) < 0)
		return -1;
	for (value_id v = 0; v < drawn; v++)
		if (check_column(p, v, &total) < 0)
			return -1;
	if (o->in_time && !p->ordered && !p->call_event_count)
		diag_warning(
			"--flamechart: this profile has no order in time, its own order is shown");
	return 0;
}

static bool needs_order(const void *options)
{
	const struct flame_options *o = options;

	return o->in_time || !o->no_time;
}

/*
 * Whether single samples in their order are in the file, for the page's view of time: not where
 * that would make most of a large file, nor where the order is that of an estimate.
 */
static bool keeps_time(const struct flame_options *o, const struct profile *p)
{
	enum { MOST_ROWS = 200000 };

	if (o->in_time)
		return true;
	return !o->no_time && (p->ordered || p->call_event_count) && !p->estimated &&
	       !profile_is_difference(p) && p->sample_count <= MOST_ROWS &&
	       p->call_event_count <= MOST_ROWS &&
	       (!o->max_frames || p->stacks.count + p->call_event_count <= o->max_frames);
}

static unsigned features_of(const struct profile *p, const void *options)
{
	const struct flame_options *o = options;
	const unsigned in_time = FEATURE_ORDER | FEATURE_SAMPLE_TIMES;

	/* who asked for no time misses no call events: what is kept of them is more than asked */
	return !keeps_time(o, p) ? 0 : o->in_time ? in_time : in_time | FEATURE_CALL_EVENTS;
}

static void report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	const struct flame_options *o = options;
	uint64_t contexts = p->stacks.count - 1, max_frames = o->max_frames;

	if (max_frames && max_frames < contexts && !keeps_time(o, p))
		buf_print(loss, "%llu of %llu contexts are pruned, see --max-frames",
			  (unsigned long long)(contexts - max_frames),
			  (unsigned long long)contexts);
}

/*
 * The share of the total below which no frame is drawn, and so nothing that lies on it:
 * all callers of 20,000 nested functions that each have a self value are 200 million. A
 * little less, as drawing rounds in its own way.
 */
static double min_share_of_node(const struct flame_options *o)
{
	double min_share;
	bool percent = flame_min_width(o, &min_share);

	return min_share / (percent ? 100 : (double)flame_inner(o)) * (1 - 1e-9);
}

static struct flame_tree *new_tree(const struct flame_writer *v)
{
	const struct flame_options *o = v->options;
	struct str base[o->base.count + 1];
	static const enum flame_width widths[] = { WIDTH_LARGER, WIDTH_NEW, WIDTH_BASE };
	struct flame_tree_options options = {
		.shape = o->in_time   ? FLAME_TIMELINE
			 : o->reverse ? FLAME_CALLERS
				      : FLAME_MERGED,
		.width = v->difference ? widths[o->widths] : WIDTH_FIRST,
		.unsorted = o->unsorted,
		.base = base,
		.base_count = o->base.count,
		.min_share = min_share_of_node(o),
		.max_nodes = FLAME_MAX_CALLERS,
		.guessed = v->guessed,
	};

	for (size_t i = 0; i < options.base_count; i++)
		base[i] = str_of(o->base.texts[i]);
	return flame_tree_new(v->contexts, &options);
}

/* By function: the first kind that one of its frames has. NULL if no frame has any. */
static uint8_t *kinds_of_functions(const struct profile *p)
{
	uint8_t *kinds = NULL;

	for (size_t i = 0; i < p->frame_detail_count; i++) {
		function_id f = p->frames[i].function;

		if (!p->frame_details[i].kind)
			continue;
		if (!kinds)
			kinds = alloc_zero(p->function_count, sizeof *kinds);
		if (!kinds[f])
			kinds[f] = p->frame_details[i].kind;
	}
	return kinds;
}

/*
 * A name cannot end the title, nor anything else here: xml_put() leaves no '<' and no '&'. The page
 * is well-formed XML too, so that it is read as the picture is.
 */
static void put_html_start(const struct flame_writer *v)
{
	struct output *out = v->out;

	output_text(
		out,
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n" FLAME_GENERATOR
		"\n"
		"<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"/>\n"
		"<title>");
	xml_put(out, flame_heading(v));
	output_text(out, "</title>\n<style>body{margin:0}body>svg{display:block}</style>\n"
			 "</head>\n<body>\n");
}

static void draw(struct output *out, const struct profile *p, uint32_t idle, bool in_html)
{
	const struct flame_options *o = out->options;
	struct contexts *contexts = contexts_new(p, o->max_frames, keeps_time(o, p));
	struct flame_writer v = { .out = out,
				  .options = o,
				  .style = flame_style(o),
				  .p = p,
				  .contexts = contexts,
				  .idle = idle,
				  .difference = profile_is_difference(p),
				  .in_html = in_html };
	bool *guessed = p->estimated ? contexts_guessed(contexts) : NULL;
	uint8_t *kinds = kinds_of_functions(p);
	struct flame_tree *tree;
	struct flame_names names;

	/* they have been read once without an error */
	if (flame_names_read(&names, o, p) == 0)
		v.named = names.of;
	v.guessed = guessed;
	v.kinds = kinds;
	v.set_numbers = profile_number_label_sets(p, &v.set_count);
	v.tree = tree = new_tree(&v);
	if (tree->cut)
		diag_verbose(
			"callers of the widest %d frames are in the picture, not those of others",
			FLAME_MAX_CALLERS);
	if (in_html)
		put_html_start(&v);
	flame_put_picture(&v);
	flame_put_data(&v);
	flame_put_page(o, out);
	output_text(out, in_html ? "</body>\n</html>\n" : "");
	flame_names_free(&names);
	buf_free(&v.text);
	flame_tree_free(tree);
	alloc_free(guessed);
	alloc_free(kinds);
	alloc_free(v.set_numbers);
	contexts_free(contexts);
}

/*
 * Idle time is a frame like others: it has a name, a width and a share. Where the source has one
 * of that name alone, both are drawn as one, which is read back under that name.
 */
static void write_picture(struct output *out, const struct profile *p, bool in_html)
{
	struct profile *named;

	if (!idle_has_samples(p)) {
		draw(out, p, 0, in_html);
		return;
	}
	named = idle_named(p);
	draw(out, named,
	     idle_stack(p) == EMPTY_STACK ? named->stacks.frame[idle_stack(named)] + 1 : 0,
	     in_html);
	profile_free(named);
}

static void write(struct output *out, const struct profile *p)
{
	write_picture(out, p, false);
}

static void write_html(struct output *out, const struct profile *p)
{
	write_picture(out, p, true);
}

#define KEPT \
	(FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_FUNCTION_LINES | \
	 FEATURE_LINES | FEATURE_COLUMNS | FEATURE_THREADS | FEATURE_PARTS | FEATURE_VALUE_TYPES | \
	 FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_IDLE | FEATURE_LABELS | FEATURE_MAPPINGS | \
	 FEATURE_ADDRESSES | FEATURE_FRAME_KINDS | FEATURE_INLINED_FRAMES | FEATURE_SYSTEM_NAMES | \
	 FEATURE_RECORDING | FEATURE_METADATA)

const struct format flamegraph_format = {
	.name = "flamegraph",
	.title = "SVG flame graph",
	.suffixes = ".svg",
	.representation = REPR_SAMPLES,
	.features = KEPT,
	.features_of = features_of,
	.bid = flamegraph_bid,
	.read = flamegraph_read,
	.reads_xml = true,
	.needs_order = needs_order,
	.threads_as_roots = true,
	.report_loss = report_loss,
	.check = check,
	.write = write,
	.write_options = FORMAT_OPTIONS(flame_rows, flame_usual),
};

/* The same picture within a page of HTML that is well-formed XML: it is read as a flamegraph. */
const struct format html_format = {
	.name = "html",
	.title = "flame graph in an HTML page, for phones too",
	.suffixes = ".html .htm",
	.representation = REPR_SAMPLES,
	.features = KEPT,
	.features_of = features_of,
	.needs_order = needs_order,
	.threads_as_roots = true,
	.report_loss = report_loss,
	.check = check,
	.write = write_html,
	.write_options = FORMAT_OPTIONS(flame_rows, flame_usual),
};
