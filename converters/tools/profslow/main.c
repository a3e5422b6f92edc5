/*
 * profslow/main - which requests are slow, and why: by endpoint, and slow ones against usual ones
 */
#include <ctype.h>

#include "common/base/diag.h"
#include "common/program/main.h"
#include "common/program/sandbox.h"
#include "common/program/terminal.h"
#include "converters/registry.h"
#include "converters/select_format.h"
#include "converters/tools/profslow/internal.h"
#include "converters/tools/tools.h"

#define AT(field) offsetof(struct slow_options, field)

static const struct option_row request_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_TEXT(0, "by", "KEY",
		 "the endpoint: name or service of a trace's root span (default name), or a label "
		 "of samples",
		 AT(by)),
	OPT_TEXT(0, "request", "KEY",
		 "the label that tells requests of samples apart (default trace_id)", AT(request)),
	OPT_TEXT(0, "endpoint", "NAME",
		 "why its slow requests are slow (the name, or a part of it that no other has)",
		 AT(endpoint)),
	OPT_TEXT(0, "compare", "pN",
		 "with --endpoint: slow is what is above that percentile (default p95)",
		 AT(compare)),
	{ OPTION_FRACTION, 0, "alpha", "SHARE",
	  "with --endpoint: the q above which a difference may be chance (default 0.05)", AT(alpha),
	  AT(alpha_given) },
	{ OPTION_FRACTION, 0, "min-share", "SHARE",
	  "with --endpoint: paths with less of the time of both groups are not tested (default "
	  "0.01)",
	  AT(min_share), AT(min_share_given) },
	OPT_END
};

static const struct option_row report_rows[] = {
	OPT_TEXT('t', "to", "FORMAT",
		 "with --endpoint: write the difference as a profile, not as a table (flamegraph, "
		 "...)",
		 AT(to)),
	{ OPTION_CHOICE, 0, "format", TABLE_FORMATS, "how the report is written (default text)",
	  AT(format), AT(format_given) },
	{ OPTION_CHOICE, 0, "sort", SLOW_SORTS,
	  "the order of endpoints, largest first (default total)", AT(sort), AT(sort_given) },
	{ OPTION_COUNT, 'n', "limit", "N",
	  "at most N rows; 0: all (default 40 for people, all for programs)", AT(limit),
	  AT(limit_given) },
	TERMINAL_COLOR_ROW(AT(color)),
	OPT_END
};

/* --- options --- */

enum { USUAL_ROWS = 40, USUAL_PERCENTILE = 95 };

static void look_at_terminal(struct slow_options *o, const struct settings *s)
{
	struct terminal terminal = terminal_look(s, o->color);

	o->colors = terminal.colors;
	o->width = terminal.width;
	if (!o->limit_given && (o->format == TABLE_TEXT || o->format == TABLE_MARKDOWN))
		o->limit = USUAL_ROWS;
}

/* The half around the median ends at P75. */
static int parse_percentile(struct slow_options *o)
{
	struct str text = str_of(o->compare ? o->compare : "p95");
	uint64_t number;

	if (text.n < 2 || tolower((unsigned char)*text.p) != 'p' ||
	    !str_to_u64(str_from(text, 1), &number) || number < 75 || number > 99)
		return diag_error("option --compare: expected p75 to p99, got %s",
				  diag_quote(text));
	o->percentile = (unsigned)number;
	return 0;
}

static int check_options(struct slow_options *o)
{
	const char *compares = o->to                ? "to"
			       : o->compare         ? "compare"
			       : o->alpha_given     ? "alpha"
			       : o->min_share_given ? "min-share"
						    : NULL;
	const char *lists = o->sort_given              ? "sort"
			    : o->to && o->format_given ? "format"
			    : o->to && o->limit_given  ? "limit"
						       : NULL;

	if (!o->endpoint && compares)
		return diag_error("option --%s: only with --endpoint", compares);
	if (o->endpoint && lists)
		return diag_error("option --%s: not with %s", lists,
				  o->sort_given ? "--endpoint" : "-t");
	return parse_percentile(o);
}

static int choose_formats(struct slow_options *o, struct settings *s, const struct format **from,
			  const struct format **to)
{
	const char *alone;

	*to = NULL;
	if (select_format_input(o->from, from) < 0 ||
	    (o->to && select_format_output(s, o->to, NULL, to) < 0))
		return -1;
	alone = o->to ? NULL : options_of_output(&s->options);
	if (alone)
		return diag_error("--%s goes with -t", alone);
	return *to ? options_refuse_unused(&s->options, *from, *to) : 0;
}

/* --- the work --- */

static int write_difference(struct settings *s, const struct slow_comparison *c,
			    const struct format *to)
{
	struct profile *d = slow_difference(c);
	int status = -1;

	if (!convert_holds_difference(s, to, d))
		diag_error("-t %s: it holds one value, and a difference has two of each function",
			   to->name);
	else if (convert_write(s, &d, to) == STATUS_DONE)
		status = 0;
	profile_free(d);
	return status;
}

static int write_report(struct settings *s, const struct slow_options *o,
			const struct slow_requests *r, const struct slow_comparison *c)
{
	struct output *out = o->format == TABLE_TEXT || o->format == TABLE_MARKDOWN
				     ? output_open(s->output)
				     : convert_open(s);

	if (!out)
		return -1;
	if (c)
		slow_put_comparison(o, out, c);
	else
		slow_put_endpoints(o, out, r);
	return output_close(out, true);
}

static int report(struct settings *s, const struct slow_options *o, const struct slow_requests *r,
		  const struct format *to)
{
	struct slow_comparison c;
	int status = -1;

	if (!o->endpoint)
		return write_report(s, o, r, NULL);
	if (slow_compare(&c, r, o) == 0)
		status = to ? write_difference(s, &c, to) : write_report(s, o, r, &c);
	slow_comparison_free(&c);
	return status;
}

/* What was lost or repaired while reading, as every program says it. */
static int report_losses(struct settings *s, struct profile **p)
{
	const struct format kept = { .name = "profslow",
				     .representation = REPR_SAMPLES,
				     .features = ~0u };

	s->empty_reported = true;
	return convert_prepare(s, p, &kept);
}

static int run(struct settings *s, const struct slow_options *o, const struct format *from,
	       const struct format *to, char **files, int count)
{
	struct read_hints hints = { .deferred = true };
	struct profile *p = convert_read(s, from, format_registry, files, count, hints, NULL);
	struct slow_requests r = { 0 };
	int status = STATUS_TROUBLE;

	if (p && slow_requests_read(&r, &p, s, o) == 0 && report_losses(s, &p) == 0) {
		r.p = p;
		status = report(s, o, &r, to) < 0 ? STATUS_TROUBLE : STATUS_DONE;
	}
	slow_requests_free(&r);
	profile_free(p);
	return status;
}

static int parsed(struct settings *s, struct slow_options *o, int argc, char **argv)
{
	const struct format *from, *to;
	int first = settings_parse(s, argc, argv);

	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(
		    s, "[options] [FILE...]",
		    "which endpoints are slow, and what makes slow requests slow", format_registry))
		return STATUS_DONE;
	if (check_options(o) < 0 || choose_formats(o, s, &from, &to) < 0 ||
	    sandbox_enter(s, argv + first, argc - first, true) < 0)
		return STATUS_TROUBLE;
	look_at_terminal(o, s);
	return run(s, o, from, to, argv + first, argc - first);
}

int profslow_main(int argc, char **argv)
{
	struct slow_options o = { .alpha = 0.05, .min_share = 0.01 };
	struct settings s;
	int status;

	settings_init(&s);
	s.all_formats = format_registry;
	settings_add_group(&s, "requests", request_rows, &o);
	settings_add_group(&s, "report", report_rows, &o);
	options_for_conversion(&s, format_registry, format_registry);
	options_drop(&s.options, options_threads);
	options_drop(&s.options, options_privacy);
	status = parsed(&s, &o, argc, argv);
	settings_free(&s);
	return status;
}
