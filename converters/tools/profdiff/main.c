/*
 * profdiff/main - what changed between two profiles, or two sets of runs, and is it allowed to?
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/program/sandbox.h"
#include "common/transform/diff/difference_stacks.h"
#include "common/transform/diff/statistics.h"
#include "converters/select_format.h"
#include "converters/tools/profdiff/internal.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

static struct report report = { .alpha = 0.05 };
static const char *from_name, *to_name;
static struct difference_options options = { .min_share = 0.01 };
static struct option_list rule_texts, rule_files;
static bool allow_missing_base, ignore_new, limit_given;
static int compare_choice, kind_choice, color_choice;

static const struct option_row report_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the inputs' format (default: found by their content)",
		 &from_name),
	OPT_TEXT('t', "to", "FORMAT",
		 "write the difference as a profile, not as a table (flamegraph, collapsed, ...)",
		 &to_name),
	OPT_CHOICE(0, "format", REPORT_FORMATS, "how the report is written (default text)",
		   &report.format),
	OPT_CHOICE(0, "sort", "self|inclusive|calls|name",
		   "whose change sorts the rows, largest first (default self)", &report.sort),
	{ OPTION_COUNT, 'n', "limit", "N", "at most N rows; 0: all (default 40 for people, all "
	  "for programs)", &report.limit, &limit_given },
	OPT_FLAG('a', "all", "rows of functions without a change too", &report.all),
	OPT_CHOICE(0, "color", "auto|always|never",
		   "colours in text (auto: on a terminal, unless NO_COLOR is set)", &color_choice),
	OPT_END
};

static const struct option_row compare_rows[] = {
	OPT_CHOICE(0, "compare", "auto|values|shares",
		   "values, or shares of the total (auto: values where both sides count the same)",
		   &compare_choice),
	OPT_CHOICE(0, "kind", "auto|counts|samples|times",
		   "what the values are: exact counts, numbers of samples, or times of a clock",
		   &kind_choice),
	OPT_FRACTION(0, "min-share", "SHARE",
		     "functions with less of the total on both sides are not tested and break no rule "
		     "(default 0.01)", &options.min_share),
	OPT_END
};

static const struct option_row gate_rows[] = {
	OPT_LIST(0, "fail-if", "RULE",
		 "exit 1 if a function breaks it: 'self > 5% and self > 10ms' (repeatable)",
		 &rule_texts),
	OPT_LIST(0, "rules", "FILE", "rules, one a line, # for comments (repeatable)", &rule_files),
	OPT_FRACTION(0, "alpha", "SHARE", "the q above which a change may be chance (default 0.05)",
		     &report.alpha),
	OPT_FLAG(0, "ignore-new", "functions that the base has not break no rule", &ignore_new),
	OPT_FLAG(0, "allow-missing-base", "no file of the base: say so and exit 0",
		 &allow_missing_base),
	OPT_END
};

/* --- rules --- */

static struct {
	struct gate_rule *all;
	size_t count, cap;
} rules;

static int add_rule(struct str text, const char *source, size_t line)
{
	struct gate_rule rule;

	if (gate_parse(&rule, text) < 0)
		return source ? diag_error("%s: line %zu: not a rule", diag_masked(str_of(source)), line) : -1;
	rule.source = source;
	rule.line = line;
	ARRAY_ROOM(rules.all, rules.count, rules.cap);
	rules.all[rules.count++] = rule;
	return 0;
}

/* A '#' at the beginning, or behind a blank, begins a comment. */
static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (!i || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			line.n = i;
	return str_trim(line);
}

static int read_rules(const char *file)
{
	struct input *in = input_open(file);
	size_t number = 0;
	struct str line;
	int status = 0;

	if (!in)
		return -1;
	in->place = PLACE_LINE;
	while (status == 0 && input_line(in, &line)) {
		number++;
		line = without_comment(line);
		if (memchr(line.n ? line.p : "", '\0', line.n))
			input_error(in, "expected a rule, got %s", diag_quote(line));
		else if (line.n)
			status = add_rule(line, file, number);
	}
	if (status == 0)
		status = input_status(in);
	input_close(in);
	return status;
}

static int take_rules(void)
{
	for (size_t i = 0; i < rule_texts.count; i++)
		if (add_rule(str_of(rule_texts.texts[i]), NULL, 0) < 0)
			return -1;
	for (size_t i = 0; i < rule_files.count; i++)
		if (read_rules(rule_files.texts[i]) < 0)
			return -1;
	report.rules = rules.all;
	report.rule_count = rules.count;
	return 0;
}

static int ask_rules(void)
{
	struct gate_options gate = { .alpha = report.alpha, .min_share = options.min_share,
				 .ignore_new = ignore_new };

	for (size_t i = 0; i < rules.count; i++)
		if (gate_ask(&rules.all[i], report.d, &gate, &report.findings) < 0)
			return -1;
	return 0;
}

/* --- which files --- */

static struct {
	char **files[DIFF_SIDES];
	int counts[DIFF_SIDES];
} sides;

/*
 * The "--" between the sides. In its place the options' parser gets a word that is none of
 * its own: so options may stand behind it, and it stays between the files.
 */
static char separator[] = "";

static void mark_separator(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = separator;
			return;
		}
}

static int divide(char **words, int count)
{
	int base = 0, new;

	while (base < count && words[base] != separator)
		base++;
	new = base + 1;
	if (base == count && count == 2)
		base = new = 1;
	else if (base == count)
		return diag_error("expected BASE NEW, or BASE... -- NEW...");
	if (new == count)
		return diag_error("expected a profile of the new side behind --");
	sides.files[DIFF_BASE] = words;
	sides.counts[DIFF_BASE] = base;
	sides.files[DIFF_NEW] = words + new;
	sides.counts[DIFF_NEW] = count - new;
	return 0;
}

/* No file at all on the base's side: a pattern that met nothing is none either. */
static bool is_base_missing(void)
{
	for (int i = 0; i < sides.counts[DIFF_BASE]; i++) {
		const char *file = sides.files[DIFF_BASE][i];

		if (strcmp(file, "-") == 0 || access(file, F_OK) == 0 || errno != ENOENT)
			return false;
	}
	return true;
}

/* --- reading --- */

static struct {
	struct stacks_run *all;    /* kept where a profile is to be written */
	size_t count, cap;
	size_t estimated;          /* those whose contexts are */
} runs;

/*
 * All that is needed, as if there were a format that keeps everything. An estimate is said
 * once for all runs, and not by each.
 */
static int prepare(struct profile **p, enum representation representation)
{
	const struct format needed = { .name = "profdiff", .representation = representation, .features = ~0u,
				       .needs_arc_values = representation == REPR_GRAPH };
	bool quiet = diag.quiet;
	int status;

	diag.quiet = quiet || representation == REPR_SAMPLES || report.d->sides[DIFF_BASE].run_count;
	status = convert_prepare(p, &needed);
	diag.quiet = quiet;
	return status;
}

static value_id choose_value(const struct profile *p, int side)
{
	static struct buf first;
	value_id v;

	if (side == DIFF_BASE && !report.d->sides[DIFF_BASE].run_count)
		buf_replace(&first, profile_text(p, p->value_types[0].name));
	for (v = 0; v < p->value_count; v++)
		if (str_eq(profile_text(p, p->value_types[v].name), buf_str(&first)))
			return v;
	return 0;
}

static int add_profile(struct profile **p, int side, bool keep)
{
	static const enum diff_measurement kinds[] = { DIFF_COUNTED, DIFF_SAMPLED, DIFF_TIMED };
	value_id v;

	if (!(*p)->value_count)
		return diag_error("expected a profile with values on each side");
	if (convert_select_and_redact(p) < 0 || prepare(p, REPR_GRAPH) < 0)
		return -1;
	v = choose_value(*p, side);
	if (difference_add(report.d, side, *p, v, kind_choice ? &kinds[kind_choice - 1] : NULL) < 0)
		return -1;
	if (!keep)
		return 0;
	if (!profile_has_stacks(*p) && prepare(p, REPR_SAMPLES) < 0)
		return -1;
	runs.estimated += (*p)->estimated;
	ARRAY_ROOM(runs.all, runs.count, runs.cap);
	runs.all[runs.count++] = (struct stacks_run){ *p, v, side };
	*p = NULL;
	return 0;
}

static int read_side(const struct format *from, int side, bool keep)
{
	for (int i = 0; i < sides.counts[side]; i++) {
		struct profile *p = convert_read(from, format_registry, &sides.files[side][i], 1,
						 (struct read_hints){ 0 },
						 NULL);
		int status = p ? add_profile(&p, side, keep) : -1;

		profile_free(p);
		if (status < 0)
			return -1;
	}
	return 0;
}

/* --- what has to be said --- */

static const char *kind_name(enum diff_measurement kind)
{
	return kind == DIFF_COUNTED ? "counts" : kind == DIFF_SAMPLED ? "samples" : "times";
}

static void note_shares(struct buf *b)
{
	const struct difference *d = report.d;
	const struct diff_side *base = &d->sides[DIFF_BASE], *new = &d->sides[DIFF_NEW];

	if (compare_choice == DIFF_SHARES) {
		buf_add(b, S("shares of the total are compared, as asked for"));
		return;
	}
	buf_add(b, S("shares of the total are compared: base counts "));
	profdiff_add_name(b, strings_text(&d->strings, base->value_name));
	buf_print(b, " (%s), new ", kind_name(base->kind));
	profdiff_add_name(b, strings_text(&d->strings, new->value_name));
	buf_print(b, " (%s)", kind_name(new->kind));
}

/* One clear change among all functions tested: can so many runs show it? */
static void note_runs(struct buf *b)
{
	const struct difference *d = report.d;
	size_t base = d->sides[DIFF_BASE].run_count, new = d->sides[DIFF_NEW].run_count;
	size_t tested = d->tested[DIFF_SELF];

	if (base + new == 2 && d->kind == DIFF_TIMED)
		buf_add(b, S("one run a side: how much its times vary is unknown"));
	else if (base + new > 2 && tested &&
		 statistics_mann_whitney_min_p(base, new) * (double)tested > report.alpha)
		buf_print(b, "not enough runs: to show that one function of %zu changed takes %zu a "
			  "side (q of %g or less)", tested,
			  statistics_mann_whitney_min_runs(tested, report.alpha), report.alpha);
}

static void add_note(void (*note)(struct buf *b), bool warn)
{
	struct buf text = { 0 };

	note(&text);
	if (text.n) {
		if (warn)
			diag_warning("%.*s", (int)text.n, text.p);
		buf_add(&report.notes, buf_str(&text));
		buf_byte(&report.notes, '\n');
	}
	buf_free(&text);
}

/* Each finding is a line on standard error, whatever the report is. */
static void report_findings(void)
{
	for (size_t i = 0; i < report.findings.count; i++) {
		const struct gate_finding *f = &report.findings.all[i];
		struct buf text = { 0 };

		profdiff_add_name(&text, str_of(f->rule->text));
		buf_add(&text, S(": "));
		profdiff_add_finding(&text, &report, f);
		if (f->outcome == GATE_BROKEN)
			diag_error("regression: %.*s", (int)text.n, text.p);
		else
			diag_warning("%.*s", (int)text.n, text.p);
		buf_free(&text);
	}
}

/* --- the program --- */

static void look_at_terminal(void)
{
	enum { USUAL_ROWS = 40 };
	bool terminal = !settings.output && isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");
	struct winsize size = { 0 };

	report.colors = color_choice == 1 ||
			(color_choice == 0 && terminal && !(no_color && *no_color));
	if (terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		report.width = size.ws_col;
	if (!limit_given && (report.format == TABLE_TEXT || report.format == TABLE_MARKDOWN))
		report.limit = USUAL_ROWS;
}

static int write_difference(const struct format *to)
{
	struct profile *p;
	int status;

	if (!to) {
		struct output *out = output_open(settings.output);

		if (!out)
			return -1;
		profdiff_put_report(out, &report);
		return output_close(out, true);
	}
	if (report.no_base)
		return 0;
	p = difference_stacks(report.d, runs.all, runs.count);
	if (!p)
		return -1;
	status = convert_write(&p, to) == STATUS_DONE ? 0 : -1;
	profile_free(p);
	return status;
}

static int compare(const struct format *from, const struct format *to)
{
	for (int side = 0; side < DIFF_SIDES; side++)
		if (read_side(from, side, to != NULL) < 0)
			return -1;
	if (runs.estimated)
		diag_warning("contexts estimated from a call graph in %zu of %zu runs", runs.estimated,
			     runs.count);
	options.compare = (enum diff_compare)compare_choice;
	if (difference_finish(report.d, &options) < 0)
		return -1;
	if (report.d->shares)
		add_note(note_shares, compare_choice != DIFF_SHARES);
	add_note(note_runs, false);
	return ask_rules();
}

/* What is looked at in the file system, and then the last look. */
static int open_sides(void)
{
	report.no_base = is_base_missing();
	if (report.no_base && !allow_missing_base)
		return diag_error("no profile of the base: %s (--allow-missing-base lets that pass)",
				  sides.counts[DIFF_BASE]
				  ? diag_masked(str_of(sides.files[DIFF_BASE][0])) : "no file given");
	for (int side = 0; side < 2 && !report.no_base; side++)
		if (sandbox_preopen(sides.files[side], sides.counts[side]) < 0)
			return -1;
	return sandbox_close(true);
}

static int run(const struct format *from, const struct format *to)
{
	if (report.no_base) {
		diag_warning("no profile of the base: nothing to compare with");
		buf_add(&report.notes, S("no profile of the base: nothing to compare with\n"));
	} else if (compare(from, to) < 0) {
		return -1;
	}
	if (write_difference(to) < 0)
		return -1;
	report_findings();
	return 0;
}

static void clean_up(void)
{
	for (size_t i = 0; i < runs.count; i++)
		profile_free(runs.all[i].p);
	for (size_t i = 0; i < rules.count; i++)
		gate_free(&rules.all[i]);
	difference_free(report.d);
	alloc_free(runs.all);
	alloc_free(rules.all);
	alloc_free(report.findings.all);
	buf_free(&report.notes);
}

static int choose_formats(const struct option_group *groups, size_t n,
			  const struct format **from, const struct format **to)
{
	*to = NULL;
	if (select_format_input(from_name, from) < 0 || (to_name && select_format_output(to_name, NULL, to) < 0))
		return -1;
	for (size_t i = 0; i < n; i++)
		if (!to_name && groups[i].used && strstr(groups[i].heading, " output"))
			return diag_error("--%s goes with -t", groups[i].used);
	return *to ? options_refuse_unused(groups, n, *from, *to) : 0;
}

/* Threads are added up: there is no place for them in a difference. */
static size_t difference_groups(struct option_group *groups)
{
	size_t n = options_for_conversion(groups, format_registry, format_registry), kept = 0;

	for (size_t i = 0; i < n; i++)
		if (groups[i].rows != options_threads)
			groups[kept++] = groups[i];
	return kept;
}

int profdiff_main(int argc, char **argv)
{
	struct option_group groups[MAX_OPTION_GROUPS];
	const struct format *from, *to;
	int first, status;
	size_t n;

	mark_separator(argc, argv);
	groups[0] = (struct option_group){ "report", report_rows, NULL };
	groups[1] = (struct option_group){ "comparison", compare_rows, NULL };
	groups[2] = (struct option_group){ "gate", gate_rows, NULL };
	n = 3 + difference_groups(groups + 3);
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options("[options] BASE NEW | [options] BASE... -- NEW...",
					"what changed between two profiles or two sets of runs, and a gate on it",
					format_registry, groups, n))
		return STATUS_DONE;
	if (choose_formats(groups, n, &from, &to) < 0 || take_rules() < 0 ||
	    divide(argv + first, argc - first) < 0)
		return STATUS_TROUBLE;
	look_at_terminal();
	if (open_sides() < 0)
		return STATUS_TROUBLE;
	report.d = difference_new();
	status = run(from, to) < 0 ? STATUS_TROUBLE : report.findings.broken ? STATUS_NO
		: report.findings.too_few && settings.strict ? STATUS_TROUBLE : STATUS_DONE;
	clean_up();
	return status;
}
