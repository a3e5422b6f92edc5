/* otlp/facts - what a profile says beside its samples: types, times, the period, attributes */
#include <inttypes.h>

#include "common/profile/rows_json.h"
#include "converters/otlp/reading.h"
#include "converters/otlp/texts.h"

/* The profile that an attribute is of. */
struct otlp_fact {
	struct otlp_message *m;
	value_id v;
};

/* --- types and times --- */

void otlp_read_type(const struct otlp_message *m, struct protobuf row, string_id *name,
		    string_id *unit)
{
	enum { NAME = 1, UNIT };
	struct protobuf_field f;

	while (protobuf_field(&row, &f)) {
		if (f.number == NAME)
			*name = otlp_string(m, &row, protobuf_number(&row, &f, "a string's number"),
					    "a value type's name");
		else if (f.number == UNIT)
			*unit = otlp_string(m, &row, protobuf_number(&row, &f, "a string's number"),
					    "a unit");
	}
}

static void join_times(struct recording *to, int64_t start, int64_t duration)
{
	int64_t end = start, old_end = to->start;

	i64_add_to(&end, duration);
	i64_add_to(&old_end, to->duration);
	if (!to->start && !to->duration)
		old_end = end;
	if (!to->start || (start && start < to->start))
		to->start = start;
	to->duration = (end > old_end ? end : old_end) - to->start;
}

/* --- attributes of profiles: header lines --- */

static void read_metadata(struct json *j, void *context)
{
	const struct otlp_message *m = context;

	json_metadata(j, m->p);
}

/* What the name and unit of a value type do not say. */
static void read_value_type(struct json *j, void *context)
{
	const struct otlp_fact *fact = context;
	struct value_type said = json_value_type(j, fact->m->p);

	if (fact->v != NO_ID && !j->in->failed) {
		fact->m->p->value_types[fact->v].title = said.title;
		fact->m->p->value_types[fact->v].counts = said.counts;
	}
}

static void add_metadata(struct otlp_message *m, struct str key, const struct label *l)
{
	struct buf text = { 0 };

	if (l->is_number)
		buf_print(&text, "%" PRId64, l->number);
	else
		buf_add(&text, profile_text(m->p, l->text));
	profile_metadata(m->p, NO_ID, key, buf_str(&text));
	buf_free(&text);
}

/* Comments are an array; the collector numbers them: pprof.profile.comment.0 */
static bool is_comment(struct str key)
{
	return str_eq(key, S(OTLP_PPROF_COMMENT)) || str_starts(key, S(OTLP_PPROF_COMMENT "."));
}

static void add_comments(struct otlp_message *m, const struct otlp_attribute *a)
{
	for (size_t i = 0; i < a->count; i++)
		add_metadata(m, S("comment"), &m->elements[a->first + i]);
	if (!a->count)
		add_metadata(m, S("comment"), &a->label);
}

static void add_fact(struct otlp_message *m, const struct protobuf *at, uint64_t number, value_id v)
{
	const struct otlp_attribute *a = otlp_attribute_at(m, at, number);
	struct str key = profile_text(m->p, a->label.key);
	struct str text = profile_text(m->p, a->label.text);
	struct otlp_fact fact = { m, v };

	if (a->empty || str_eq(key, S(OTLP_ESCAPES)))
		return;
	if (str_eq(key, S(OTLP_ESTIMATED)))
		m->p->estimated = true;
	else if (is_comment(key))
		add_comments(m, a);
	else if (str_eq(key, S(OTLP_METADATA)))
		json_in_text(m->in, protobuf_offset(at), OTLP_METADATA, text, read_metadata, m);
	else if (str_eq(key, S(OTLP_VALUE_TYPE)))
		json_in_text(m->in, protobuf_offset(at), OTLP_VALUE_TYPE, text, read_value_type,
			     &fact);
	else if (str_starts(key, S(OTLP_PPROF_PROFILE)))
		add_metadata(m, str_from(key, strlen(OTLP_PPROF_PROFILE)), &a->label);
	else
		add_metadata(m, key, &a->label);
}

/* --- the whole --- */

void otlp_read_facts(struct otlp_message *m, struct protobuf profile, value_id v)
{
	const struct otlp_fields *n = m->fields;
	struct recording found = { 0 };
	struct protobuf_field f;
	uint64_t number;

	while (protobuf_field(&profile, &f)) {
		if (f.number == n->profile.time) {
			found.start = (int64_t)protobuf_number(&profile, &f, "a time");
		} else if (f.number == n->profile.duration) {
			found.duration = (int64_t)protobuf_number(&profile, &f, "a duration");
		} else if (f.number == n->profile.period) {
			found.period = (int64_t)protobuf_number(&profile, &f, "a period");
		} else if (f.number == n->profile.period_type) {
			otlp_read_type(m, protobuf_nested(&profile, &f, "the type of the period"),
				       &found.period_name, &found.period_unit);
		} else if (n->profile.attributes && f.number == n->profile.attributes) {
			struct protobuf rest = protobuf_numbers(&profile, &f);

			while (protobuf_each(&rest, &f, &number))
				add_fact(m, &profile, number, v);
		}
	}
	if (found.start < 0 || found.duration < 0)
		found.start = found.duration = 0; /* beyond 2^63 nanoseconds */
	join_times(&m->recording, found.start, found.duration);
	if (!m->recording.period && !m->recording.period_name &&
	    (found.period || found.period_name || found.period_unit)) {
		m->recording.period = found.period;
		m->recording.period_name = found.period_name;
		m->recording.period_unit = found.period_unit;
	}
}
