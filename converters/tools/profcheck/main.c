/*
 * profcheck/main - is it a profile, what is in it, and is another one the same?
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/diag.h"
#include "common/base/utf8.h"
#include "common/syntax/json_put.h"
#include "common/syntax/table.h"
#include "common/program/main.h"
#include "common/program/sandbox.h"
#include "common/profile/value_text.h"
#include "common/syntax/cjson_library.h"
#include "common/transform/diff/compare.h"
#include "common/transform/reshape/idle.h"
#include "common/transform/estimate/estimate_text.h"
#include "common/transform/summary/profile_stats.h"
#include "common/transform/reshape/coarsen.h"
#include "converters/registry.h"
#include "converters/select_format.h"
#include "converters/tools/profcheck/internal.h"
#include "converters/tools/tools.h"

/* The option values, and the state of the work. */
struct check {
	struct settings settings;
	const char *from, *against;
	bool json, inclusive, estimate, strict, no_idle;
};

#define AT(field) offsetof(struct check, field)

static const struct option_row check_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_FLAG(0, "json", "print one JSON object", AT(json)),
	OPT_FLAG(0, "estimate", "say what stacks made of the call graph would rest on",
		 AT(estimate)),
	OPT_TEXT(0, "against", "FILE",
		 "compare the self totals of every function with FILE's; exit 1 if they differ",
		 AT(against)),
	OPT_FLAG(0, "strict", "exit 1 if there are warnings", AT(strict)),
	OPT_FLAG(0, "inclusive", "with --against: compare inclusive totals", AT(inclusive)),
	OPT_FLAG(0, "no-idle", "leave out samples without a stack (idle time)", AT(no_idle)),
	OPT_END
};

/* --- JSON --- */

/* JSON is UTF-8: other bytes become U+FFFD, and NUL, which cJSON cannot hold, too. */
cJSON *profcheck_text(struct str s)
{
	struct buf text = { 0 };
	cJSON *item;

	for (size_t i = 0; i < s.n;) {
		size_t len = utf8_length(s, i);

		buf_add(&text, len && s.p[i] ? str_head(str_from(s, i), len) : S("\xef\xbf\xbd"));
		i += len ? len : 1;
	}
	item = cJSON_CreateString(text.p ? text.p : "");
	buf_free(&text);
	return item;
}

/* Numbers are printed by our own code, because cJSON uses doubles. */
static cJSON *json_number(struct decimal d)
{
	char text[NUM_TEXT + 1];

	text[decimal_text(text, d)] = '\0';
	return cJSON_CreateRaw(text);
}

cJSON *profcheck_count(int64_t n)
{
	return json_number((struct decimal){ n, 0 });
}

static const char *unit_name(const struct value_type *t)
{
	return t->unit == UNIT_TIME ? "nanoseconds" : t->unit == UNIT_BYTES ? "bytes" : "none";
}

static cJSON *json_value(const struct profile *p, double value)
{
	return p->value_count ? json_number(profile_decimal(p, 0, i64_nearest(value), 0))
			      : profcheck_count(0);
}

/* A fraction with six digits; more would be noise. */
static cJSON *json_fraction(double part, double whole)
{
	return json_number((struct decimal){ whole > 0 ? i64_nearest(part / whole * 1e6) : 0, -6 });
}

static cJSON *json_estimate(const struct profile *p, struct estimate *found)
{
	cJSON *top = cJSON_CreateObject(), *worst;

	estimate_results(p, 0, found);
	cJSON_AddItemToObject(top, "uncertain_functions",
			      profcheck_count((int64_t)found->uncertain));
	cJSON_AddItemToObject(top, "departure", json_fraction(found->deviated, found->recorded));
	cJSON_AddItemToObject(top, "unplaced", json_fraction(found->unplaced, found->total));
	cJSON_AddItemToObject(top, "overlapping", json_value(p, found->awaited));
	if (found->worst == NO_ID) {
		cJSON_AddNullToObject(top, "worst");
		return top;
	}
	worst = cJSON_AddObjectToObject(top, "worst");
	cJSON_AddItemToObject(worst, "function", profcheck_text(function_name(p, found->worst)));
	cJSON_AddItemToObject(worst, "drawn", json_value(p, found->worst_drawn));
	cJSON_AddItemToObject(worst, "recorded", json_value(p, found->worst_recorded));
	return top;
}

/* `how`: of an estimate that is asked for, or NULL. */
static cJSON *json_profile(const struct profile *p, const struct format *f,
			   const struct profile_stats *m, struct estimate *found)
{
	cJSON *top = cJSON_CreateObject(), *list;
	struct buf title = { 0 };

	cJSON_AddItemToObject(top, "format", profcheck_text(str_of(f->name)));
	list = cJSON_AddArrayToObject(top, "threads");
	for (thread_id t = 0; t < p->thread_count; t++) {
		title.n = 0;
		thread_title(p, t, &title);
		cJSON_AddItemToArray(list, profcheck_text(buf_str(&title)));
	}
	buf_free(&title);
	list = cJSON_AddArrayToObject(top, "features");
	for (int bit = 0; bit < FEATURE_COUNT; bit++) {
		struct buf name = { 0 };

		if (!(profile_features(p) & 1u << bit))
			continue;
		feature_name(bit, &name);
		cJSON_AddItemToArray(list, profcheck_text(buf_str(&name)));
		buf_free(&name);
	}
	list = cJSON_AddArrayToObject(top, "value_types");
	for (value_id v = 0; v < p->value_count; v++) {
		cJSON *type = cJSON_CreateObject();

		cJSON_AddItemToObject(type, "name",
				      profcheck_text(profile_text(p, p->value_types[v].name)));
		cJSON_AddStringToObject(type, "unit", unit_name(&p->value_types[v]));
		cJSON_AddItemToObject(type, "self_total",
				      json_number(
					      profile_decimal(p, v, m->profile_self_totals[v], 0)));
		cJSON_AddItemToObject(type, "idle",
				      json_number(profile_decimal(p, v, m->idle[v], 0)));
		cJSON_AddItemToArray(list, type);
	}
	cJSON_AddItemToObject(top, "functions", profcheck_count((int64_t)m->functions));
	cJSON_AddItemToObject(top, "frames", profcheck_count((int64_t)m->frames));
	cJSON_AddItemToObject(top, "stacks", profcheck_count((int64_t)m->stacks));
	cJSON_AddItemToObject(top, "arcs", profcheck_count((int64_t)m->arcs));
	cJSON_AddItemToObject(top, "calls", profcheck_count(m->calls));
	cJSON_AddItemToObject(top, "primitive_calls", profcheck_count(m->primitive_calls));
	cJSON_AddItemToObject(top, "depth", profcheck_count((int64_t)m->depth));
	cJSON_AddItemToObject(top, "roots", profcheck_count((int64_t)m->roots));
	cJSON_AddItemToObject(top, "unattributed",
			      p->value_count
				      ? json_number(profile_decimal(p, 0, m->facts.unattributed, 0))
				      : profcheck_count(0));
	cJSON_AddItemToObject(top, "overlapping", json_value(p, m->facts.awaited));
	if (found)
		cJSON_AddItemToObject(top, "estimate", json_estimate(p, found));
	profcheck_add_details(top, p);
	list = cJSON_AddArrayToObject(top, "warnings");
	for (size_t i = 0; i < m->warning_count; i++)
		cJSON_AddItemToArray(list, profcheck_text(buf_str(&m->warnings[i])));
	return top;
}

static int put(struct output *out, cJSON *top)
{
	char *text = cJSON_Print(top);

	if (!text)
		diag_die("out of memory");
	json_put_guarded(out, str_of(text));
	output_byte(out, '\n');
	cJSON_free(text);
	cJSON_Delete(top);
	return 0;
}

/* --- text --- */

static void put_value(struct output *out, const struct profile *p, value_id v, int64_t value)
{
	const struct value_type *t = &p->value_types[v];

	output_decimal(out, profile_decimal(p, v, value, t->unit == UNIT_TIME ? 9 : 0));
	output_text(out, t->unit == UNIT_TIME ? " s" : t->unit == UNIT_BYTES ? " bytes" : "");
}

static void put_count(struct output *out, const char *label, int64_t n, const char *unit)
{
	output_text(out, label);
	output_i64(out, n);
	output_text(out, unit);
	output_byte(out, '\n');
}

static void put_masked(struct output *out, struct str s)
{
	output_text(out, diag_masked(s));
}

static void put_estimate(struct output *out, const struct profile *p, struct estimate *found)
{
	struct buf text = { 0 };

	estimate_results(p, 0, found);
	buf_add(&text, S("estimate       "));
	buf_add_estimate_uncertain(&text, found);
	buf_add(&text, S("\ndeparture      "));
	buf_add_estimate_deviation(&text, p, found);
	buf_add(&text, S("\nunplaced       "));
	buf_add_percent(&text, i64_nearest(found->unplaced),
			found->total >= 1 ? i64_nearest(found->total) : 1);
	buf_add(&text, S("\n"));
	output_str(out, buf_str(&text));
	buf_free(&text);
}

/* The part of each total in which nothing ran. */
static void put_idle(struct output *out, const struct profile *p, const struct profile_stats *m)
{
	const char *label = "idle           ";
	struct buf share = { 0 };

	for (value_id v = 0; v < p->value_count; v++) {
		if (!m->idle[v])
			continue;
		output_text(out, label);
		put_masked(out, profile_text(p, p->value_types[v].name));
		output_byte(out, ' ');
		put_value(out, p, v, m->idle[v]);
		share.n = 0;
		buf_add_percent(&share, m->idle[v], m->profile_self_totals[v]);
		output_text(out, " (");
		output_str(out, buf_str(&share));
		output_text(out, ")\n");
		label = "               ";
	}
	buf_free(&share);
}

static void put_profile(struct output *out, const struct profile *p, const struct format *f,
			const struct profile_stats *m, struct estimate *found)
{
	struct buf title = { 0 };
	size_t shown = p->thread_count < 8 ? p->thread_count : 8;

	output_text(out, "format         ");
	output_text(out, f->name);
	output_text(out, "\nthreads        ");
	output_u64(out, p->thread_count);
	for (thread_id t = 0; t < shown && (p->thread_count > 1 || p->threads[0].name); t++) {
		title.n = 0;
		thread_title(p, t, &title);
		output_text(out, t ? ", " : ": ");
		put_masked(out, buf_str(&title));
	}
	output_text(out, p->thread_count > shown ? ", ...\n" : "\n");
	buf_free(&title);
	for (value_id v = 0; v < p->value_count; v++) {
		output_text(out, v ? "               " : "self total     ");
		put_masked(out, profile_text(p, p->value_types[v].name));
		output_byte(out, ' ');
		put_value(out, p, v, m->profile_self_totals[v]);
		output_byte(out, '\n');
	}
	put_idle(out, p, m);
	if (m->facts.unattributed) {
		output_text(out, "unattributed   ");
		put_value(out, p, 0, m->facts.unattributed);
		output_byte(out, '\n');
	}
	if (m->facts.awaited > 0) {
		output_text(out, "overlapping    ");
		put_value(out, p, 0, i64_nearest(m->facts.awaited));
		output_text(out, " of ");
		put_value(out, p, 0, i64_nearest(m->facts.entered));
		output_byte(out, '\n');
	}
	if (found && profile_has_graph(p))
		put_estimate(out, p, found);
	put_count(out, "functions      ", (int64_t)m->functions, "");
	if (profile_has_stacks(p)) {
		put_count(out, "frames         ", (int64_t)m->frames, "");
		put_count(out, "stacks         ", (int64_t)m->stacks, "");
	}
	if (profile_has_graph(p)) {
		put_count(out, "arcs           ", (int64_t)m->arcs, "");
		put_count(out, "calls          ", m->calls,
			  m->calls_measured ? "" : " (samples: nobody counted calls)");
		put_count(out, "primitive      ", m->primitive_calls, "");
	}
	put_count(out, "depth          ", (int64_t)m->depth, "");
	put_count(out, "roots          ", (int64_t)m->roots, "");
	profcheck_put_details(out, p);
	for (size_t i = 0; i < m->warning_count; i++) {
		output_text(out, "warning        ");
		output_str(out, buf_str(&m->warnings[i]));
		output_byte(out, '\n');
	}
}

/* --- comparing --- */

static void put_difference(struct output *out, const struct profile *a, const struct profile *b,
			   const struct compared_function *d)
{
	struct buf name = { 0 };

	buf_add_line(&name, d->function);
	output_str(out, buf_str(&name));
	buf_free(&name);
	output_text(out, ": ");
	put_masked(out, profile_text(a, a->value_types[d->value_a].name));
	output_byte(out, ' ');
	put_value(out, a, d->value_a, d->a);
	output_text(out, " against ");
	put_value(out, b, d->value_b, d->b);
	output_byte(out, '\n');
}

/* "value type Ir is not in FILE: not compared", for each that has no partner. */
static void report_lone(const struct profile *p, const value_id *lone, size_t count,
			const char *other)
{
	for (size_t i = 0; i < count; i++)
		diag_warning("value type %s is not in %s: not compared",
			     diag_quote(profile_text(p, p->value_types[lone[i]].name)), other);
}

/*
 * A format that holds one value type has lost the others, which is no difference; but where
 * each profile has one that the other has not, they are of different things.
 */
static bool values_differ(const struct comparison *c)
{
	return c->lone_a_count && c->lone_b_count;
}

static void put_differences(struct output *out, const struct profile *a, const struct profile *b,
			    const struct comparison *c, bool inclusive)
{
	enum { SHOWN = 20 };

	for (size_t i = 0; i < c->count && i < SHOWN; i++)
		put_difference(out, a, b, &c->differences[i]);
	if (c->count > SHOWN)
		put_count(out, "... and ", (int64_t)c->count - SHOWN, " more");
	if (c->count == 1)
		output_text(out,
			    inclusive ? "1 inclusive total differs\n" : "1 self total differs\n");
	else if (c->count)
		put_count(out, "", (int64_t)c->count,
			  inclusive ? " inclusive totals differ" : " self totals differ");
}

static void add_lone(cJSON *top, const char *key, const struct profile *p, const value_id *lone,
		     size_t count)
{
	cJSON *list = cJSON_AddArrayToObject(top, key);

	for (size_t i = 0; i < count; i++)
		cJSON_AddItemToArray(list,
				     profcheck_text(profile_text(p, p->value_types[lone[i]].name)));
}

static cJSON *json_comparison(const struct profile *a, const struct profile *b,
			      const struct comparison *c)
{
	cJSON *top = cJSON_CreateObject(), *list;

	cJSON_AddBoolToObject(top, "equal", c->count == 0 && !values_differ(c));
	cJSON_AddItemToObject(top, "functions", profcheck_count((int64_t)c->functions));
	add_lone(top, "only_here", a, c->lone_a, c->lone_a_count);
	add_lone(top, "only_against", b, c->lone_b, c->lone_b_count);
	list = cJSON_AddArrayToObject(top, "differences");
	for (size_t i = 0; i < c->count; i++) {
		const struct compared_function *d = &c->differences[i];
		cJSON *item = cJSON_CreateObject();

		cJSON_AddItemToObject(item, "function", profcheck_text(d->function));
		cJSON_AddItemToObject(item, "value_type",
				      profcheck_text(
					      profile_text(a, a->value_types[d->value_a].name)));
		cJSON_AddItemToObject(item, "value",
				      json_number(profile_decimal(a, d->value_a, d->a, 0)));
		cJSON_AddItemToObject(item, "against",
				      json_number(profile_decimal(b, d->value_b, d->b, 0)));
		cJSON_AddItemToArray(list, item);
	}
	return top;
}

/* An empty profile may have value types or not. */
static bool has_values(const struct profile *p)
{
	for (value_id v = 0; v < p->value_count; v++)
		if (!profile_all_zero(p, v))
			return true;
	return false;
}

static void shape_idle(const struct check *k, struct profile **p)
{
	if (k->no_idle)
		idle_drop(p);
	else if (k->against)
		idle_name(p);
}

static int compare(struct check *k, struct output *out, struct profile *a)
{
	char *file = (char *)(uintptr_t)k->against;
	struct profile *b = convert_read(&k->settings, NULL, format_registry, &file, 1,
					 (struct read_hints){ 0 }, NULL);
	struct comparison c;
	int status;

	if (!b || profile_check_totals(b, k->against) < 0) {
		profile_free(b);
		return STATUS_TROUBLE;
	}
	shape_idle(k, &b);
	comparison_make(a, b, k->inclusive, &c);
	if (!c.values && (has_values(a) || has_values(b) || (a->value_count && b->value_count))) {
		diag_error("the profiles have no value type in common");
		status = STATUS_TROUBLE;
	} else {
		status = c.count || values_differ(&c) ? STATUS_NO : STATUS_DONE;
		report_lone(a, c.lone_a, c.lone_a_count, diag_masked(str_of(k->against)));
		report_lone(b, c.lone_b, c.lone_b_count, "the other profile");
		if (k->json)
			put(out, json_comparison(a, b, &c));
		else
			put_differences(out, a, b, &c, k->inclusive);
	}
	comparison_free(&c);
	profile_free(b);
	return status;
}

/* In a sandbox no library can be loaded: the report's one comes first. */
static int close_sandbox(const struct check *k)
{
	if (k->json && k->settings.sandbox)
		cjson_library();
	return sandbox_close(&k->settings, true);
}

static int check(struct check *k, char **files, int count)
{
	struct settings *s = &k->settings;
	struct estimate *estimate = k->estimate ? &s->estimate : NULL;
	char *other[] = { (char *)(uintptr_t)k->against, NULL };
	const struct format *from = NULL, *found;
	struct profile *p;
	struct profile_stats m;
	struct output *out;
	int status = STATUS_DONE;

	if (select_format_input(k->from, &from) < 0)
		return STATUS_TROUBLE;
	if (sandbox_preopen(s, files, count) < 0 ||
	    (other[0] && sandbox_preopen(s, other, 1) < 0) || close_sandbox(k) < 0)
		return STATUS_TROUBLE;
	p = convert_read(s, from, format_registry, files, count, (struct read_hints){ 0 }, &found);
	if (!p || convert_select(s, &p) < 0 || profile_check_totals(p, "the profile") < 0 ||
	    !(out = convert_open(s))) {
		profile_free(p);
		return STATUS_TROUBLE;
	}
	shape_idle(k, &p);
	if (k->against) {
		status = compare(k, out, p);
	} else {
		profile_stats_measure(p, &m);
		if (k->json)
			put(out, json_profile(p, found, &m, estimate));
		else
			put_profile(out, p, found, &m, estimate);
		if (k->strict && m.warning_count)
			status = STATUS_NO;
		profile_stats_free(&m);
	}
	if (output_close(out, status != STATUS_TROUBLE) < 0)
		status = STATUS_TROUBLE;
	profile_free(p);
	return status;
}

static int parsed(struct check *k, int argc, char **argv)
{
	int first = settings_parse(&k->settings, argc, argv);

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(
		    &k->settings, "[options] [FILE...]",
		    "read and validate profiles; print what is in them, or compare",
		    format_registry))
		return STATUS_DONE;
	if (k->inclusive && !k->against) {
		diag_error("--inclusive goes with --against");
		return STATUS_TROUBLE;
	}
	return check(k, argv + first, argc - first);
}

int profcheck_main(int argc, char **argv)
{
	struct check k = { 0 };
	int status;

	settings_init(&k.settings);
	k.settings.all_formats = format_registry;
	options_for_reading(&k.settings, format_registry, "what is checked, and how it is said",
			    check_rows, &k);
	status = parsed(&k, argc, argv);
	settings_free(&k.settings);
	return status;
}
