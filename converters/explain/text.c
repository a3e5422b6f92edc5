/*
 * explain/text - plans as text: PostgreSQL's, and MySQL's of EXPLAIN ANALYZE
 *
 *	Limit  (cost=1613.73..1613.74 rows=3 width=37) (actual time=28.294..28.298 rows=3 loops=1)
 *	  Output: u.name, m.s
 *	  CTE m
 *	    ->  HashAggregate  (cost=...) (actual time=21.487..23.111 rows=5000 loops=1)
 *	          Group Key: orders.user_id
 *	  ->  Sort  (cost=...) (actual ...)
 *	        Worker 0:  actual time=30.186..30.186 rows=1.00 loops=1
 *	          Buffers: shared hit=402
 *	Planning Time: 0.714 ms
 *
 * Columns tell what belongs to what: a node's own lines stand two columns right of its name, and so
 * do the arrows of its children; heads of subplans too, and the arrows of these two more. A
 * relation may be called `x  (actual time=9..9 rows=1 loops=1)`, so the last groups count.
 *
 *	-> Nested loop inner join  (cost=4.95 rows=9) (actual time=0.153..0.189 rows=9 loops=1)
 *	    -> Hash
 *
 * is MySQL's: arrows with one blank, also in front of the first node, and nodes without numbers, which
 * have those of what is below them.
 */
#include "common/base/alloc.h"
#include "converters/explain/others.h"
#include "converters/explain/reading.h"

#define ARROW "->  "
#define MYSQL_ARROW "-> "

struct node_line {
	struct str name, cost, actual; /* the groups without parentheses; empty: none */
	bool arrow, never;
	bool mysql; /* an arrow with one blank */
};

static bool take_group(struct str *s, struct node_line *n)
{
	size_t open = s->n;
	struct str group;

	if (!str_ends(*s, S(")")))
		return false;
	while (open && s->p[open - 1] != '(')
		open--;
	if (open < 2 || s->p[open - 2] != ' ')
		return false;
	group = (struct str){ s->p + open, s->n - open - 1 };
	if (str_starts(group, S("cost=")) && !n->cost.n)
		n->cost = group;
	else if (str_starts(group, S("actual ")) && !n->actual.n && !n->cost.n)
		n->actual = group;
	else if (str_eq(group, S("never executed")) && !n->cost.n)
		n->never = true;
	else
		return false;
	s->n = open - 1;
	return true;
}

/* Takes a line apart; false: it is no node's. */
static bool split_node(struct str s, struct node_line *n)
{
	bool two_blanks = false; /* between the name and the groups */

	*n = (struct node_line){ 0 };
	s = str_trim(s);
	n->arrow = str_starts(s, S(MYSQL_ARROW));
	n->mysql = n->arrow && !str_starts(s, S(ARROW));
	if (n->arrow)
		s = str_trim(str_from(s, strlen(MYSQL_ARROW)));
	while (!n->cost.n && take_group(&s, n)) {
		two_blanks = str_ends(s, S("  "));
		s = str_trim(s);
	}
	n->name = s;
	return s.n && (n->arrow || two_blanks);
}

bool plan_is_node_line(struct str line)
{
	struct node_line n;

	return split_node(line, &n) && (n.cost.n || n.actual.n || n.never);
}

/* --- nodes --- */

static void flush_worker(struct plan_text_reader *t)
{
	if (t->working && t->depth)
		plan_add_worker(t->b, t->levels[t->depth - 1].node, &t->worker);
	t->working = false;
}

static void pop(struct plan_text_reader *t)
{
	flush_worker(t);
	t->b->plans->nodes[t->levels[--t->depth].node].end = (uint32_t)t->b->plans->node_count;
}

void plan_text_end(struct plan_text_reader *t)
{
	while (t->depth)
		pop(t);
	if (t->open)
		plan_finish(t->b);
	if (t->open && plan_now(t->b)->other && !t->b->in->failed)
		plan_other_finish(t->b, plan_now(t->b));
	t->open = t->named = t->planning = t->beside = t->asking = false;
	t->query.n = 0;
}

static void begin_plan(struct plan_text_reader *t)
{
	struct buf query = t->query;

	t->query = (struct buf){ 0 };
	plan_text_end(t);
	plan_begin(t->b)->query = query.n ? profile_string(t->b->p, buf_str(&query)) : 0;
	t->open = true;
	buf_free(&query);
}

/* "CTE Scan on m x" reads CTE m. */
static void read_cte(struct plan_text_reader *t, struct plan_node *node, struct str name)
{
	const struct str head = S("CTE Scan on ");
	struct str rest = str_from(name, head.n), word = rest;
	struct buf *key = &t->b->scratch;

	key->n = 0;
	buf_add(key, S("CTE "));
	if (str_starts(rest, S("\"")))
		for (size_t i = 1;
		     i < rest.n && (rest.p[i] != '"' || (i + 1 < rest.n && rest.p[i + 1] == '"'));
		     i++) {
			i += rest.p[i] == '"';
			buf_byte(key, rest.p[i]);
		}
	else if (str_word(&rest, &word))
		buf_add(key, word);
	node->cte = profile_string(t->b->p, buf_str(key));
}

/* What the name tells, where the other syntaxes have keys. */
static void read_name(struct plan_text_reader *t, uint32_t id, struct str name)
{
	static const char *const writes[] = { "Insert on ", "Update on ", "Delete on ",
					      "Merge on " };
	struct plan_node *node = &t->b->plans->nodes[id];

	node->name = profile_string(t->b->p, name);
	node->gather = str_eq(name, S("Gather")) || str_eq(name, S("Gather Merge"));
	for (size_t i = 0; i < sizeof writes / sizeof *writes; i++)
		node->modifies |= str_starts(name, str_of(writes[i]));
	if (str_starts(name, S("CTE Scan on ")))
		read_cte(t, node, name);
}

static void read_groups(struct plan_text_reader *t, uint32_t id, const struct node_line *n)
{
	struct plan_means means = { .looped = n->never };
	struct plan_node *node = &t->b->plans->nodes[id];
	int64_t half;

	if ((n->cost.n && !plan_read_cost(t->b, id, n->cost)) ||
	    (n->actual.n && !plan_read_actual(t->b, n->actual, &means, &node->loops)))
		return;
	plan_set_measures(t->b, id, &means);
	node->whole = n->mysql && means.looped;
	/* MySQL has three digits, wherever the point is */
	if (n->mysql && n->actual.n && i64_shift(5, means.time.exponent + 5, &half) &&
	    !__builtin_mul_overflow(half, node->loops, &half))
		node->bound = half;
}

/* MySQL's first node has an arrow too, behind whatever the client has put there. */
static bool is_first(const struct plan_text_reader *t, const struct node_line *n, size_t *column)
{
	if (!n->mysql || (t->depth && *column > t->levels[0].column))
		return !n->arrow;
	*column = 0;
	return true;
}

static void read_node(struct plan_text_reader *t, const struct node_line *n, size_t column)
{
	uint32_t parent = NO_NODE, id;

	if (!n->cost.n && !n->actual.n && !n->never && !n->mysql) {
		plan_error(t->b, "expected a node with costs or actual rows, got %s",
			   diag_quote(n->name));
		return;
	}
	if (is_first(t, n, &column)) {
		begin_plan(t);
		plan_now(t->b)->other = n->mysql;
	} else {
		while (t->depth && t->levels[t->depth - 1].column >= column)
			pop(t);
		if (!t->depth) {
			plan_error(t->b, "expected the first node of a plan before %s",
				   diag_quote(n->name));
			return;
		}
		flush_worker(t);
		parent = t->levels[t->depth - 1].node;
	}
	if (!plan_may_nest(t->b, t->depth))
		return;
	id = plan_add_node(t->b, parent);
	ARRAY_ROOM(t->levels, t->depth, t->cap);
	if (n->arrow)
		column += n->mysql ? strlen(MYSQL_ARROW) : strlen(ARROW);
	t->levels[t->depth++] = (struct plan_text_level){ column, id };
	read_name(t, id, n->name);
	read_groups(t, id, n);
	if (t->named && n->arrow && column == t->subplan_column + 2 + strlen(ARROW))
		plan_set_subplan(t->b, id, buf_str(&t->subplan));
	t->named = t->planning = t->beside = false;
}

/* --- other lines --- */

static bool is_subplan(struct str s)
{
	return (str_starts(s, S("InitPlan ")) || str_starts(s, S("SubPlan ")) ||
		str_starts(s, S("CTE "))) &&
	       !str_contains(s, S(": "));
}

/* "Worker 0:  actual time=30.186..30.186 rows=1.00 loops=1" */
static bool read_worker(struct plan_text_reader *t, struct str s)
{
	struct str head, rest;
	struct plan_means means;
	uint64_t number;

	if (!str_starts(s, S("Worker ")) || !str_cut(s, ':', &head, &rest) ||
	    !str_to_u64(str_trim(str_from(head, strlen("Worker "))), &number) || number > INT32_MAX)
		return false;
	flush_worker(t);
	rest = str_trim(rest);
	/* without VERBOSE it only says how the worker sorted */
	if (!str_starts(rest, S("actual "))) {
		plan_read_facts(t->b, t->levels[t->depth - 1].node, rest);
		return true;
	}
	t->worker = (struct plan_worker){ .number = (uint32_t)number };
	t->working = plan_read_actual(t->b, rest, &means, &t->worker.loops) &&
		     plan_sums(t->b, &means, t->worker.loops, t->worker.values);
	return true;
}

/* A line that stands below a node. */
static void read_property(struct plan_text_reader *t, struct str s, size_t column)
{
	const struct plan_text_level *top = &t->levels[t->depth - 1];
	struct plan_node *node = &t->b->plans->nodes[top->node];

	if (is_subplan(s) && !t->planning) {
		t->subplan.n = 0;
		buf_add(&t->subplan, s);
		t->subplan_column = column;
		t->named = true;
	} else if (read_worker(t, s) ||
		   plan_read_usage(t->b, s,
				   t->working && column > top->column + 2 ? t->worker.values
									  : node->values)) {
		return;
	} else {
		node->no_crew |= str_eq(s, S("Workers Launched: 0"));
		node->output |= str_starts(s, S("Output: "));
		plan_read_facts(t->b, top->node, s);
		plan_mentions(t->b, top->node, s);
	}
}

/* A line at the column of the plan's first node: what is beside the tree. */
static void read_beside(struct plan_text_reader *t, struct str s)
{
	struct plan *plan = plan_now(t->b);
	struct decimal time;

	while (t->depth > 1)
		pop(t);
	flush_worker(t);
	t->planning = str_eq(s, S("Planning:"));
	t->beside = true;
	if (plan_read_time(t->b, s, S("Planning Time"), &plan->planning) ||
	    plan_read_time(t->b, s, S("Execution Time"), &plan->execution) ||
	    plan_read_trigger(t->b, s))
		return;
	if (str_starts(s, S("Serialization: ")) && plan_word_number(s, S("time"), &time)) {
		plan->serialization = (struct plan_number){ 0, true };
		plan_add(t->b, time, -6, &plan->serialization.value);
	}
}

/* The text of the query may go over several lines; it ends at the first node. */
static bool read_query(struct plan_text_reader *t, struct str s)
{
	struct str word;

	if (str_starts(s, S("Query Text: "))) {
		plan_text_end(t);
		t->asking = true;
		s = str_from(s, strlen("Query Text: "));
	}
	while (t->asking && str_word(&s, &word)) {
		if (t->query.n)
			buf_byte(&t->query, ' ');
		buf_add(&t->query, word);
	}
	return t->asking;
}

void plan_text_line(struct plan_text_reader *t, struct str line)
{
	struct str s = str_trim(line);
	struct node_line n;
	size_t column = 0;

	while (column < line.n && line.p[column] == ' ')
		column++;
	if (split_node(line, &n) && (n.arrow || plan_is_node_line(line)) &&
	    (!t->asking || !n.arrow)) {
		t->asking = false;
		read_node(t, &n, column);
	} else if (read_query(t, s)) {
		return;
	} else if (!s.n) {
		plan_text_end(t);
	} else if (!t->open) {
		plan_error(t->b, "expected a node of a plan with costs or actual rows, got %s",
			   diag_quote(s));
	} else if (column <= t->levels[0].column) {
		read_beside(t, s);
	} else if (t->planning) {
		plan_read_usage(t->b, s, plan_now(t->b)->planning_values);
	} else if (!t->beside) {
		read_property(t, s, column);
	}
}

void plan_text_free(struct plan_text_reader *t)
{
	alloc_free(t->levels);
	buf_free(&t->subplan);
	buf_free(&t->query);
}
