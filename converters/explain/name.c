/*
 * explain/name - what nodes are called: the line of a plan as text, made of its keys
 *
 * So the same plan has the same frames in every syntax: "Index Scan Backward using i on t x",
 * "Parallel Seq Scan on public.big", "Finalize GroupAggregate", "Hash Left Join".
 */
#include "converters/explain/build.h"

static struct str text_of_id(const struct plan_builder *b, string_id id)
{
	return profile_text(b->p, id);
}

static bool is(const struct plan_builder *b, string_id id, const char *text)
{
	return str_eq(text_of_id(b, id), str_of(text));
}

/* As quote_identifier() of the server does it, but for the words of SQL. */
static void put_identifier(struct buf *to, struct str name)
{
	bool plain = name.n && ((name.p[0] >= 'a' && name.p[0] <= 'z') || name.p[0] == '_');

	for (size_t i = 0; i < name.n && plain; i++) {
		char c = name.p[i];

		plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
	}
	if (plain) {
		buf_add(to, name);
		return;
	}
	buf_byte(to, '"');
	for (size_t i = 0; i < name.n; i++) {
		if (name.p[i] == '"')
			buf_byte(to, '"');
		buf_byte(to, name.p[i]);
	}
	buf_byte(to, '"');
}

static void put_aggregate(struct plan_builder *b, const struct plan_parts *parts)
{
	const struct {
		const char *strategy, *name;
	} rows[] = { { "Plain", "Aggregate" },
		     { "Sorted", "GroupAggregate" },
		     { "Hashed", "HashAggregate" },
		     { "Mixed", "MixedAggregate" } };
	const char *name = "Aggregate";

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (is(b, parts->strategy, rows[i].strategy))
			name = rows[i].name;
	if (parts->partial && !is(b, parts->partial, "Simple")) {
		buf_add(&b->scratch, text_of_id(b, parts->partial));
		buf_byte(&b->scratch, ' ');
	}
	buf_add(&b->scratch, str_of(name));
}

/* "Hash Join" of type Left is "Hash Left Join"; "Nested Loop" has no Join of its own. */
static void put_join(struct plan_builder *b, const struct plan_parts *parts, struct str type)
{
	struct str kind = text_of_id(b, parts->join), head = type;

	if (str_ends(type, S(" Join")))
		head.n -= strlen(" Join");
	buf_add(&b->scratch, head);
	if (kind.n && !str_eq(kind, S("Inner"))) {
		buf_byte(&b->scratch, ' ');
		buf_add(&b->scratch, kind);
		buf_add(&b->scratch, S(" Join"));
	} else if (head.n != type.n) {
		buf_add(&b->scratch, S(" Join"));
	}
}

static void put_kind(struct plan_builder *b, const struct plan_parts *parts)
{
	struct str type = text_of_id(b, parts->type);

	if (str_eq(type, S("Aggregate"))) {
		put_aggregate(b, parts);
	} else if (str_eq(type, S("ModifyTable")) && parts->operation) {
		buf_add(&b->scratch, text_of_id(b, parts->operation));
	} else if (str_eq(type, S("Foreign Scan")) && parts->operation &&
		   !is(b, parts->operation, "Select")) {
		buf_add(&b->scratch, S("Foreign "));
		buf_add(&b->scratch, text_of_id(b, parts->operation));
	} else if (str_eq(type, S("SetOp"))) {
		if (is(b, parts->strategy, "Hashed"))
			buf_add(&b->scratch, S("Hash"));
		buf_add(&b->scratch, type);
		if (parts->command) {
			buf_byte(&b->scratch, ' ');
			buf_add(&b->scratch, text_of_id(b, parts->command));
		}
	} else if (str_ends(type, S(" Join")) || str_eq(type, S("Nested Loop"))) {
		put_join(b, parts, type);
	} else {
		buf_add(&b->scratch, type);
	}
	if (parts->provider) {
		buf_add(&b->scratch, S(" ("));
		buf_add(&b->scratch, text_of_id(b, parts->provider));
		buf_byte(&b->scratch, ')');
	}
}

/* " on schema.relation alias", the alias only where it says more */
static void put_target(struct plan_builder *b, const struct plan_parts *parts)
{
	string_id object = parts->relation   ? parts->relation
			   : parts->function ? parts->function
					     : parts->cte;

	if (!object && !parts->alias)
		return;
	buf_add(&b->scratch, S(" on"));
	if (object) {
		buf_byte(&b->scratch, ' ');
		if (parts->schema) {
			put_identifier(&b->scratch, text_of_id(b, parts->schema));
			buf_byte(&b->scratch, '.');
		}
		put_identifier(&b->scratch, text_of_id(b, object));
	}
	if (parts->alias && parts->alias != object) {
		buf_byte(&b->scratch, ' ');
		put_identifier(&b->scratch, text_of_id(b, parts->alias));
	}
}

static void put_index(struct plan_builder *b, const struct plan_parts *parts)
{
	bool bitmap = is(b, parts->type, "Bitmap Index Scan");

	if (is(b, parts->direction, "Backward"))
		buf_add(&b->scratch, S(" Backward"));
	if (!parts->index)
		return;
	buf_add(&b->scratch, bitmap ? S(" on ") : S(" using "));
	put_identifier(&b->scratch, text_of_id(b, parts->index));
}

void plan_name_node(struct plan_builder *b, const struct plan_parts *parts, struct plan_node *node)
{
	struct str type = text_of_id(b, parts->type);

	b->scratch.n = 0;
	if (parts->async)
		buf_add(&b->scratch, S("Async "));
	if (parts->parallel)
		buf_add(&b->scratch, S("Parallel "));
	put_kind(b, parts);
	put_index(b, parts);
	put_target(b, parts);
	node->name = profile_string(b->p, buf_str(&b->scratch));
	node->gather = str_eq(type, S("Gather")) || str_eq(type, S("Gather Merge"));
	node->modifies = str_eq(type, S("ModifyTable"));
	if (node->modifies)
		node->table = parts->relation;
	if (str_eq(type, S("CTE Scan")) && parts->cte) {
		b->scratch.n = 0;
		buf_add(&b->scratch, S("CTE "));
		buf_add(&b->scratch, text_of_id(b, parts->cte));
		node->cte = profile_string(b->p, buf_str(&b->scratch));
	}
}
