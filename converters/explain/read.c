/*
 * explain/read - finds the plans in a file
 *
 * A file that begins with JSON or XML is read as that, without a copy. Any other is read by
 * lines: what psql or the log put around them is taken away, and the first line of a document
 * tells its syntax. JSON and XML within lines are collected before they are read.
 */
#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "converters/explain/internal.h"
#include "converters/explain/reading.h"

const struct option_row explain_read_rows[] = {
	OPT_FLAG(0, "nested", "auto_explain: keep statements that the time of a later one includes",
		 offsetof(struct explain_read_options, nested)),
	OPT_END
};

enum syntax { SYNTAX_NONE, SYNTAX_TEXT, SYNTAX_YAML, SYNTAX_JSON, SYNTAX_XML };

struct plan_reader {
	struct input *in;
	struct profile *p;
	struct plans plans;
	struct plan_builder b;
	struct plan_lines lines;
	enum syntax syntax; /* of the document that is open */
	struct plan_body body;
	struct plan_yaml yaml;
	struct plan_text_reader text;
	bool in_quotes;        /* of a plan as text: in a text that goes on in the next line */
	uint64_t strange_line; /* a line that is no plan's, before any plan; 0: none */
	struct buf strange;
	size_t entered; /* plans before the log entry */
	bool in_entry;
	struct plan_entry entry;
	int64_t duration;
};

/* --- documents --- */

static bool begins_json(struct str head)
{
	struct str next = str_after_blanks(str_from(head, 1));

	if (head.p[0] == '{')
		return !next.n || next.p[0] == '"' || next.p[0] == '}';
	return head.p[0] == '[' &&
	       (!next.n || next.p[0] == '{' || next.p[0] == ']' || next.p[0] == '"');
}

static bool begins_xml(struct str head)
{
	return str_starts(head, S("<explain")) || str_starts(head, S("<?xml"));
}

static enum syntax syntax_of(struct str line)
{
	struct str s = str_after_blanks(line);

	if (!s.n)
		return SYNTAX_NONE;
	if (s.p[0] == '[' || s.p[0] == '{')
		return SYNTAX_JSON;
	if (s.p[0] == '<')
		return SYNTAX_XML;
	if (str_starts(s, S("- Plan:")) || str_starts(s, S("Plan:")) ||
	    str_starts(s, S("Query Text: \"")) || str_starts(s, S("- Query Text: \"")))
		return SYNTAX_YAML;
	return SYNTAX_TEXT;
}

/* JSON or XML from between the lines; its errors name lines of the file. */
static void read_body(struct plan_reader *r)
{
	struct input *in = r->in, *inner = input_memory(in->name, buf_str(&r->body.text));

	r->b.in = inner;
	if (r->syntax == SYNTAX_JSON)
		plan_read_json(&r->b, &r->body);
	else
		plan_read_xml(&r->b, &r->body);
	r->b.in = in;
	r->b.depth = 0;
	if (inner->failed) {
		in->failed = in->ended = true;
		in->p = in->end = in->buffer;
	}
	input_close(inner);
	r->body.text.n = r->body.count = 0;
}

static void end_document(struct plan_reader *r)
{
	if (!r->in->failed && (r->syntax == SYNTAX_JSON || r->syntax == SYNTAX_XML))
		read_body(r);
	else if (r->syntax == SYNTAX_YAML)
		plan_yaml_end(&r->yaml);
	else if (r->syntax == SYNTAX_TEXT)
		plan_text_end(&r->text);
	r->syntax = SYNTAX_NONE;
	for (size_t i = r->entered; r->in_entry && i < r->plans.count; i++) {
		struct plan *plan = &r->plans.items[i];

		plan->entry = r->entry;
		if (!plan->execution.known)
			plan->execution = (struct plan_number){ r->duration, true };
	}
	r->in_entry = false;
}

/* What psql and mysql print between plans. */
static bool is_chatter(struct str s)
{
	static const char *const words[] = { "SET",     "BEGIN",  "COMMIT", "ROLLBACK",
					     "ANALYZE", "VACUUM", "EXPLAIN" };

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (str_eq(s, str_of(words[i])))
			return true;
	return str_starts(s, S("Time: ")) || str_starts(s, S("Timing is ")) ||
	       str_starts(s, S("*****")) || str_ends(s, S(" sec)"));
}

/* A log may begin with other entries: what is strange is so only if no log entry follows. */
static bool is_strange(struct plan_reader *r, struct str line)
{
	struct str s = str_trim(line);

	if (r->syntax != SYNTAX_TEXT || r->text.open || r->text.asking || plan_is_node_line(line) ||
	    str_starts(s, S("Query Text: ")) || r->in_entry)
		return false;
	if (s.n && !is_chatter(s) && !r->strange_line) {
		r->strange_line = r->in->line;
		r->strange.n = 0;
		buf_add(&r->strange, s);
	}
	return true;
}

static void report_strange(struct plan_reader *r)
{
	if (!r->strange_line || r->lines.log || r->in->failed)
		return;
	r->in->line = r->strange_line;
	input_error(r->in, "expected a plan of EXPLAIN, got %s", diag_quote(buf_str(&r->strange)));
}

/*
 * Texts are printed as they are, so a line of one may look like the first of a document: whether a
 * quote is open behind this line. A node ends with its numbers, and names have quotes of their own.
 */
static void follow_quotes(struct plan_reader *r, struct str line)
{
	bool named = false;

	if (plan_is_node_line(line)) {
		r->in_quotes = false;
		return;
	}
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '"' && !r->in_quotes)
			named = !named;
		else if (line.p[i] == '\'' && !named)
			r->in_quotes = !r->in_quotes;
}

/* Whether a document in another syntax begins behind a plan as text, without a line between them. */
static bool begins_another(const struct plan_reader *r, struct str line)
{
	return r->syntax == SYNTAX_TEXT && r->text.open && !r->text.asking && !r->in_quotes &&
	       !r->in_entry && line.n &&
	       (begins_json(line) || begins_xml(line) ||
		(line.p[0] == '-' && syntax_of(line) == SYNTAX_YAML));
}

static void take_line(struct plan_reader *r, struct str line)
{
	if (begins_another(r, line))
		end_document(r);
	if (r->syntax == SYNTAX_NONE)
		r->syntax = syntax_of(line);
	if (is_strange(r, line)) {
		r->syntax = SYNTAX_NONE;
		return;
	}
	switch (r->syntax) {
	case SYNTAX_NONE: break;
	case SYNTAX_TEXT:
		follow_quotes(r, line);
		if (plan_is_node_line(line))
			report_strange(r);
		plan_text_line(&r->text, line);
		break;
	case SYNTAX_YAML: plan_yaml_line(&r->yaml, line); break;
	default: plan_body_add(&r->body, line, r->in->line);
	}
}

static void read_lines(struct plan_reader *r)
{
	struct str line;
	enum plan_line kind;

	r->in->place = PLACE_LINE;
	while ((kind = plan_lines_next(&r->lines, &line)) != LINE_END && !r->in->failed) {
		if (kind == LINE_TEXT) {
			take_line(r, line);
			continue;
		}
		end_document(r);
		if (kind == LINE_ENTRY) {
			r->in_entry = true;
			r->entered = r->plans.count;
			r->entry = r->lines.entry;
			r->duration = r->lines.duration;
		}
	}
	end_document(r);
	report_strange(r);
}

static void read_any(struct plan_reader *r)
{
	enum { LOOKED_AT = 1 << 12 };
	struct str head, line, rest;

	input_want(r->in, LOOKED_AT);
	head = str_after_blanks((struct str){ r->in->p, (size_t)(r->in->end - r->in->p) });
	line = head;
	str_cut(head, '\n', &line, &rest);
	if (head.n && !str_ends(str_trim(line), S(" +")) && begins_json(head))
		plan_read_json(&r->b, NULL);
	else if (begins_xml(head) && !str_ends(str_trim(line), S("+")))
		plan_read_xml(&r->b, NULL);
	else
		read_lines(r);
}

/* --- the whole --- */

static void free_reader(struct plan_reader *r)
{
	plans_free(&r->plans);
	plan_builder_free(&r->b);
	plan_yaml_free(&r->yaml);
	plan_text_free(&r->text);
	buf_free(&r->lines.scratch);
	buf_free(&r->body.text);
	buf_free(&r->strange);
	alloc_free(r->body.lines);
}

int explain_read(struct input *in, struct profile *p)
{
	const struct explain_read_options *options = in->options;
	struct plan_reader r = { .in = in, .p = p, .lines = { .in = in, .p = p } };

	plans_open(&r.plans);
	r.b = (struct plan_builder){ .in = in, .p = p, .plans = &r.plans };
	plan_keys_init(&r.b.keys);
	r.yaml.b = r.text.b = &r.b;
	read_any(&r);
	if (!in->failed && !r.plans.count)
		input_error(in, "expected a plan of EXPLAIN, got none");
	if (!in->failed)
		plans_mark_nested(in, p, &r.plans, options->nested);
	if (!in->failed)
		explain_emit(in, p, &r.plans);
	free_reader(&r);
	return input_status(in);
}

/* --- sniffing --- */

int explain_bid(struct str head, bool whole)
{
	(void)whole;
	if (str_contains(head, S("http://www.postgresql.org/2009/explain")))
		return MAX_BID;
	if ((str_contains(head, S("\"Plan\":")) && str_contains(head, S("\"Node Type\":"))) ||
	    (str_contains(head, S("Plan:")) && str_contains(head, S("Node Type: \""))))
		return 95;
	if (str_contains(head, S("\"query_block\":")) && str_contains(head, S("\"r_loops\":")))
		return 90;
	if (str_contains(head, S("\"operator_timing\":")) ||
	    (str_contains(head, S("\"timing\":")) && str_contains(head, S("\"extra_info\":")) &&
	     str_contains(head, S("\"children\":"))))
		return 85;
	if (str_contains(head, S(" ms  plan:\n\t")))
		return 90;
	if (str_contains(head, S("-> ")) && str_contains(head, S("(actual time=")) &&
	    str_contains(head, S(" loops=")))
		return 80;
	if (str_contains(head, S("..")) && str_contains(head, S(" rows=")) &&
	    ((str_contains(head, S("  (cost=")) && str_contains(head, S(" width="))) ||
	     (str_contains(head, S("  (actual ")) && str_contains(head, S(" loops=")))))
		return 80;
	return str_contains(head, S("  (actual rows=")) && str_contains(head, S(" loops=")) ? 80
											    : 0;
}
