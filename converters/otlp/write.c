/*
 * otlp/write - the profile as one message of the newest layout, 1.11
 *
 *	resources   the samples: a resource for each process and service, in it its scopes, in
 *	            these a profile for each value type
 *	dictionary  the tables that all of them share
 *
 * Without ids of profiles: these are of a recording, and the same input gives the same bytes.
 */
#include "common/base/alloc.h"
#include "converters/otlp/texts.h"
#include "converters/otlp/writing.h"

static void free_writer(struct otlp_writer *w)
{
	strings_free(&w->texts);
	strings_free(&w->attributes);
	strings_free(&w->links);
	strings_free(&w->parts);
	locations_free(&w->locations);
	alloc_free(w->stack_numbers);
	alloc_free(w->stacks);
	alloc_free(w->sets);
	alloc_free(w->set_attributes);
	alloc_free(w->threads);
	for (value_id v = 0; v < w->p->value_count; v++) {
		buf_free(&w->heads[v]);
		buf_free(&w->tails[v]);
	}
	alloc_free(w->units);
	alloc_free(w->heads);
	alloc_free(w->tails);
	buf_free(&w->message);
	buf_free(&w->inner);
	buf_free(&w->innermost);
	buf_free(&w->text);
}

const struct option_row otlp_write_rows[] = {
	OPT_CHOICE(0, "encoding", OTLP_ENCODINGS,
		   "protobuf or JSON (default: JSON if the output is called .json or .jsonl)",
		   offsetof(struct otlp_write_options, encoding)),
	OPT_END
};

static bool has_json_suffix(const char *name)
{
	struct str s = name ? str_of(name) : S("");

	if (str_ends(s, S(".gz")))
		s.n -= S(".gz").n;
	return str_ends(s, S(".json")) || str_ends(s, S(".jsonl"));
}

bool otlp_asks_for_json(const struct otlp_write_options *options, const char *target)
{
	if (options && options->encoding != OTLP_BY_SUFFIX)
		return options->encoding == OTLP_JSON;
	return has_json_suffix(target);
}

static bool is_json(const struct output *out)
{
	const struct otlp_write_options *options = out->options;

	if (otlp_asks_for_json(options, out->target))
		return true;
	return (!options || options->encoding == OTLP_BY_SUFFIX) &&
	       has_json_suffix(out->display_name);
}

static void write_message(struct output *out, const struct profile *p)
{
	struct otlp_writer w = { .out = out, .p = p, .escapes = otlp_needs_escapes(&p->strings) };

	strings_init(&w.texts);
	strings_init(&w.attributes);
	strings_init(&w.links);
	strings_init(&w.parts);
	locations_init(&w.locations, p, true);
	w.stack_numbers = alloc_zero(p->stacks.count, sizeof *w.stack_numbers);
	otlp_write_facts(&w);
	otlp_write_labels(&w);
	otlp_write_resources(&w);
	otlp_write_dictionary(&w);
	free_writer(&w);
}

void otlp_write(struct output *out, const struct profile *p)
{
	struct buf message = { 0 };
	struct output *memory;

	if (!is_json(out)) {
		write_message(out, p);
		return;
	}
	memory = output_memory(&message);
	write_message(memory, p);
	output_close(memory, true);
	otlp_write_json(out, buf_str(&message));
	buf_free(&message);
}
