/*
 * otlp/read - messages of a file, and what is in each: resources, scopes, profiles, tables
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "converters/otlp/json.h"
#include "converters/otlp/reading.h"

static void add_row(struct otlp_rows *rows, struct protobuf row)
{
	ARRAY_ROOM(rows->rows, rows->count, rows->cap);
	rows->rows[rows->count++] = row;
}

static void read_table_row(struct otlp_message *m, uint32_t table, const struct protobuf *at,
			   const struct protobuf_field *f)
{
	static const char *const names[OTLP_TABLES] = {
		[OTLP_MAPPINGS] = "a mapping",     [OTLP_LOCATIONS] = "a location",
		[OTLP_FUNCTIONS] = "a function",   [OTLP_LINKS] = "a link",
		[OTLP_STRINGS] = "a string",       [OTLP_ATTRIBUTES] = "an attribute",
		[OTLP_STACKS] = "a stack or unit",
	};

	if (table && table < OTLP_TABLES)
		add_row(&m->tables[table], protobuf_nested(at, f, names[table]));
}

static void read_dictionary(struct otlp_message *m, struct protobuf d)
{
	struct protobuf_field f;

	m->dictionary = true;
	while (protobuf_field(&d, &f))
		read_table_row(m, f.number, &d, &f);
}

/* Layout 1.6 has the tables in the message, one field later. */
static bool has_tables(struct protobuf all)
{
	struct protobuf_field f;

	while (protobuf_field(&all, &f))
		if (f.number > OTLP_DICTIONARY && f.number <= OTLP_TABLES)
			return true;
	return false;
}

static void read_parts(struct otlp_message *m, enum otlp_layout wanted)
{
	struct protobuf all = m->all;
	struct protobuf_field f;
	bool tables = !m->json && (wanted == OTLP_1_6 || (wanted == OTLP_AUTO && has_tables(all)));

	if (tables)
		m->layout = OTLP_1_6;
	while (protobuf_field(&all, &f)) {
		if (f.number == OTLP_RESOURCES)
			add_row(&m->resources, protobuf_nested(&all, &f, "profiles of a resource"));
		else if (tables)
			read_table_row(m, f.number - 1, &all, &f);
		else if (f.number == OTLP_DICTIONARY && m->dictionary && !m->json)
			protobuf_error(&all, "expected one dictionary, got a second one");
		else if (f.number == OTLP_DICTIONARY)
			read_dictionary(m, protobuf_nested(&all, &f, "a dictionary"));
	}
	if (!tables && !m->dictionary && m->resources.count)
		protobuf_error(&m->all,
			       "expected a dictionary%s, got none; layouts before 1.6 are not read",
			       m->json ? "" : " (field 2)");
}

/* The last field of that number, or nothing; so it is with fields that are not repeated. */
static struct protobuf part_of(struct protobuf m, uint32_t number, const char *what)
{
	struct protobuf part = { m.p, m.p, m.in };
	struct protobuf_field f;

	while (protobuf_field(&m, &f))
		if (f.number == number)
			part = protobuf_nested(&m, &f, what);
	return part;
}

void otlp_each_profile(struct otlp_message *m,
		       bool (*visit)(struct otlp_message *m, struct protobuf profile,
				     const struct otlp_origin *origin, void *context),
		       void *context)
{
	struct otlp_origin origin;
	struct protobuf_field f, g;

	for (size_t i = 0; i < m->resources.count && !m->in->failed; i++) {
		struct protobuf resource = m->resources.rows[i];

		origin.resource = part_of(resource, OTLP_OUTER, "a resource");
		while (protobuf_field(&resource, &f)) {
			struct protobuf scope;

			if (f.number != OTLP_INNER)
				continue;
			scope = protobuf_nested(&resource, &f, "profiles of a scope");
			origin.scope = part_of(scope, OTLP_OUTER, "a scope");
			while (protobuf_field(&scope, &g))
				if (g.number == OTLP_INNER &&
				    !visit(m, protobuf_nested(&scope, &g, "a profile"), &origin,
					   context))
					return;
		}
	}
}

/* --- the whole --- */

static void read_message(struct otlp_message *m)
{
	const struct otlp_read_options *options = m->in->options;
	enum otlp_layout wanted = options ? (enum otlp_layout)options->layout : OTLP_AUTO;

	read_parts(m, wanted);
	otlp_find_layout(m, wanted);
	if (!m->in->failed)
		otlp_read_tables(m);
	if (!m->in->failed)
		otlp_read_samples(m);
	otlp_free_tables(m);
}

/*
 * Of messages that were put behind each other, which protobuf itself takes for one, the length of
 * the first: each has one dictionary, as its first field or behind its resources.
 */
static size_t first_message(struct input *in, size_t length)
{
	struct protobuf all = { in->p, in->p + length, in };
	size_t dictionaries = 0, end = length;
	struct protobuf_field f;
	bool leads = false;

	if (has_tables(all))
		return length;
	for (const char *at = all.p; protobuf_field(&all, &f); at = all.p) {
		leads |= at == in->p && f.number == OTLP_DICTIONARY;
		if (end == length && dictionaries &&
		    f.number == (leads ? OTLP_DICTIONARY : OTLP_RESOURCES))
			end = (size_t)(at - in->p);
		dictionaries += f.number == OTLP_DICTIONARY;
	}
	return dictionaries > 1 ? end : length;
}

/* The next bytes of the window. */
static void read_bytes(struct input *in, struct profile *p, size_t length)
{
	struct otlp_message m = { .in = in, .p = p, .all = { in->p, in->p + length, in } };

	read_message(&m);
	if (!in->failed)
		in->p += length;
}

static void read_messages(struct input *in, struct profile *p)
{
	size_t count = 0;

	do {
		size_t length = first_message(in, (size_t)(in->end - in->p));

		if (!in->failed)
			read_bytes(in, p, length);
		count++;
	} while (in->p < in->end && !in->failed);
	if (count > 1 && !in->failed)
		diag_warning("%s: %zu messages follow each other and are added up",
			     diag_masked(str_of(in->name)), count);
}

/* Objects, with blanks or nothing between them: the collector writes one a line. */
static void read_json(struct input *in, struct profile *p)
{
	struct otlp_json j;

	otlp_json_start(&j, in);
	while (otlp_json_next(&j)) {
		const char *from = j.message.n ? j.message.p : "";
		struct otlp_message m = { .in = in,
					  .p = p,
					  .all = { from, from + j.message.n, in },
					  .json = true,
					  .names = (enum otlp_names)j.names };

		in->origin = &j.origin;
		read_message(&m);
		in->origin = NULL;
	}
	otlp_json_free(&j);
}

static void read_frames(struct input *in, struct profile *p)
{
	while (in->p < in->end || input_more(in)) {
		uint32_t length;

		if (!input_want(in, OTLP_FRAME)) {
			input_error(in, "expected a length of %d bytes, got the end of the file",
				    OTLP_FRAME);
			return;
		}
		length = otlp_frame_length(in->p);
		in->p += OTLP_FRAME;
		if (!input_want(in, length)) {
			input_error(in, "expected a message of %" PRIu32 " bytes, got %zu", length,
				    (size_t)(in->end - in->p));
			return;
		}
		read_bytes(in, p, length);
	}
}

int otlp_read(struct input *in, struct profile *p)
{
	struct str head;

	if (!input_want(in, OTLP_FRAME + 1) && in->p == in->end)
		return input_error(in, "expected profiles, got an empty file");
	head = (struct str){ in->p, (size_t)(in->end - in->p) };
	if (otlp_is_json(head)) {
		read_json(in, p);
	} else if (otlp_is_framed(head)) {
		read_frames(in, p);
	} else {
		while (input_more(in))
			;
		read_messages(in, p);
	}
	return input_status(in);
}
