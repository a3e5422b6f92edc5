/* pprof/resolve_facts - what a file says of itself as a whole */
#include "common/profile/rows_json.h"
#include "converters/pprof/resolving.h"

void pprof_join_singular(struct pprof_singular *sum, const struct pprof_singular *more)
{
	uint64_t *const to[] = { &sum->drop_frames, &sum->keep_frames, &sum->default_type,
				 &sum->doc_url };
	const uint64_t from[] = { more->drop_frames, more->keep_frames, more->default_type,
				  more->doc_url };

	for (size_t i = 0; i < sizeof from / sizeof *from; i++)
		if (from[i])
			*to[i] = from[i];
	if (more->start)
		sum->start = more->start;
	if (more->duration)
		sum->duration = more->duration;
	if (more->period)
		sum->period = more->period;
	if (more->period_type.name || more->period_type.unit)
		sum->period_type = more->period_type;
}

static void add_recording(struct pprof_resolver *x)
{
	const struct pprof_singular *s = &x->singular;
	size_t types = x->rows[PPROF_TYPES].end - x->rows[PPROF_TYPES].first;
	struct recording recording = {
		.default_value = pprof_string_of(x, s->default_type, 0, "the default value type"),
		.period_name = pprof_string_of(x, s->period_type.name, s->period_type.at, "a name"),
		.period_unit = pprof_string_of(x, s->period_type.unit, s->period_type.at, "a unit"),
		.period = s->period,
		.start = s->start,
		.duration = s->duration,
	};

	/* the last one is shown where nothing else is said */
	if (!recording.default_value && types)
		recording.default_value = x->p->value_types[x->columns[types - 1].v].name;
	profile_add_recording(x->p, recording);
}

static void add_metadata(struct pprof_resolver *x, const char *key, uint64_t string, uint64_t at)
{
	string_id text = pprof_string_of(x, string, at, key);

	if (text)
		profile_metadata(x->p, NO_ID, str_of(key), profile_text(x->p, text));
}

/* One value type after the other: what their names and units do not say. */
static void read_values(struct json *j, void *context)
{
	struct pprof_resolver *x = context;
	size_t count = x->rows[PPROF_TYPES].end - x->rows[PPROF_TYPES].first;

	json_array(j);
	for (size_t i = 0; json_element(j); i++) {
		struct value_type said = json_value_type(j, x->p);

		if (i < count && !j->in->failed) {
			struct value_type *type = &x->p->value_types[x->columns[i].v];

			type->title = said.title;
			type->counts = said.counts;
		}
	}
}

static void read_metadata(struct json *j, void *context)
{
	struct pprof_resolver *x = context;

	json_metadata(j, x->p);
}

static void add_comment(struct pprof_resolver *x, const struct pprof_comment *comment)
{
	struct str text = profile_text(x->p,
				       pprof_string_of(x, comment->text, comment->at, "a comment"));

	if (str_eq(text, S(PPROF_THREADS))) {
		x->threads = true;
	} else if (str_eq(text, S(PPROF_OWN_THREADS))) {
		x->threads = true;
		x->prefix = S(PPROF_OWN_KEYS);
	} else if (str_starts(text, S(PPROF_METADATA))) {
		json_in_text(x->r->in, comment->at, "comment",
			     str_from(text, strlen(PPROF_METADATA)), read_metadata, x);
	} else if (str_starts(text, S(PPROF_VALUES))) {
		json_in_text(x->r->in, comment->at, "comment", str_from(text, strlen(PPROF_VALUES)),
			     read_values, x);
	} else if (text.n) {
		profile_metadata(x->p, NO_ID, S(PPROF_COMMENT), text);
	}
}

/* pprof leaves them out when it reads a file. */
static void tell_drop_frames(const struct pprof_resolver *x)
{
	string_id drop = pprof_string_of(x, x->singular.drop_frames, 0, PPROF_DROP_FRAMES);

	if (drop)
		diag_warning("%s: the file asks pprof to leave out frames that match %s, and what "
			     "they called; proffilter --drop-frames does so",
			     diag_masked(str_of(x->r->in->name)),
			     diag_quote(profile_text(x->p, drop)));
}

void pprof_add_facts(struct pprof_resolver *x)
{
	for (size_t i = x->rows[PPROF_COMMENTS].first; i < x->rows[PPROF_COMMENTS].end; i++)
		add_comment(x, &x->r->comments[i]);
	add_metadata(x, PPROF_DROP_FRAMES, x->singular.drop_frames, 0);
	add_metadata(x, PPROF_KEEP_FRAMES, x->singular.keep_frames, 0);
	add_metadata(x, PPROF_DOC_URL, x->singular.doc_url, 0);
	add_recording(x);
	if (!x->r->in->failed)
		tell_drop_frames(x);
}
