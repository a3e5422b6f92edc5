/*
 * profdiff/main - what changed between two profiles, or two sets of runs, and is it allowed to?
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/profile/features.h"
#include "common/profile/value_text.h"
#include "common/program/sandbox.h"
#include "common/program/terminal.h"
#include "common/transform/diff/difference_graph.h"
#include "common/transform/diff/difference_stacks.h"
#include "common/transform/diff/statistics.h"
#include "converters/select_format.h"
#include "converters/tools/profdiff/work.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

#define AT(field) offsetof(struct diff_work, field)

static const struct option_row report_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the inputs' format (default: found by their content)",
		 AT(from)),
	OPT_TEXT('t', "to", "FORMAT",
		 "write the difference as a profile, not as a table (flamegraph, collapsed, ...)",
		 AT(to)),
	OPT_TEXT(0, "by", "KEY",
		 "what samples have under KEY (labels; thread, process) instead of functions",
		 AT(by)),
	OPT_CHOICE(0, "format", REPORT_FORMATS, "how the report is written (default text)",
		   AT(report.format)),
	OPT_CHOICE(0, "sort", "self|inclusive|calls|name",
		   "whose change sorts the rows, largest first (default self)", AT(report.sort)),
	{ OPTION_COUNT, 'n', "limit", "N",
	  "at most N rows; 0: all (default 40 for people, all "
	  "for programs)",
	  AT(report.limit), AT(limit_given) },
	OPT_FLAG('a', "all", "rows of functions without a change too", AT(report.all)),
	OPT_FLAG(0, "drop-negative", "no rows of functions that became less",
		 AT(report.drop_negative)),
	TERMINAL_COLOR_ROW(AT(color_choice)),
	OPT_END
};

static const struct option_row compare_rows[] = {
	OPT_CHOICE(0, "compare", "auto|values|shares",
		   "values, or shares of the total (auto: values where both sides count the same)",
		   AT(compare_choice)),
	OPT_FLAG(0, "normalize", "all runs are scaled to the total of the base's first",
		 AT(normalize)),
	OPT_FLAG(0, "no-idle", "leave out samples without a stack; else they are in the row [idle]",
		 AT(no_idle)),
	OPT_CHOICE(0, "kind", "auto|counts|samples|times",
		   "what the values are: exact counts, numbers of samples, or times of a clock",
		   AT(kind_choice)),
	OPT_FRACTION(
		0, "min-share", "SHARE",
		"functions with less of the total on both sides are not tested and break no rule "
		"(default 0.01)",
		AT(options.min_share)),
	OPT_END
};

static const struct option_row gate_rows[] = {
	OPT_LIST(0, "fail-if", "RULE",
		 "exit 1 if a function breaks it: 'self > 5% and self > 10ms' (repeatable)",
		 AT(rule_texts)),
	OPT_LIST(0, "rules", "FILE", "rules, one a line, # for comments (repeatable)",
		 AT(rule_files)),
	OPT_FRACTION(0, "alpha", "SHARE", "the q above which a change may be chance (default 0.05)",
		     AT(report.alpha)),
	OPT_FLAG(0, "ignore-new", "functions that the base has not break no rule", AT(ignore_new)),
	OPT_FLAG(0, "allow-missing-base", "no file of the base: say so and exit 0",
		 AT(allow_missing_base)),
	OPT_END
};

/* --- rules --- */

static int take_rules(struct diff_work *w)
{
	for (size_t i = 0; i < w->rule_texts.count; i++)
		if (profdiff_add_rule(&w->rules, str_of(w->rule_texts.texts[i]), NULL, 0) < 0)
			return -1;
	for (size_t i = 0; i < w->rule_files.count; i++)
		if (profdiff_read_rules(&w->rules, w->rule_files.texts[i]) < 0)
			return -1;
	w->report.rules = w->rules.list;
	w->report.rule_count = w->rules.count;
	return 0;
}

static int ask_rules(struct diff_work *w)
{
	struct gate_options gate = { .alpha = w->report.alpha,
				     .min_share = w->options.min_share,
				     .ignore_new = w->ignore_new };

	for (size_t i = 0; i < w->rules.count; i++)
		if (gate_ask(&w->rules.list[i], w->report.d, &gate, &w->report.findings) < 0)
			return -1;
	return 0;
}

/* --- which files --- */

/*
 * The "--" between the sides. In its place the options' parser gets a word that is none of
 * its own: so options may stand behind it, and it stays between the files.
 */
static const char separator[] = "";

static void mark_separator(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--") == 0) {
			argv[i] = (char *)(uintptr_t)separator;
			return;
		}
}

static int divide(struct diff_work *w, char **words, int count)
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
	w->files[DIFF_BASE] = words;
	w->file_counts[DIFF_BASE] = base;
	w->files[DIFF_NEW] = words + new;
	w->file_counts[DIFF_NEW] = count - new;
	return 0;
}

/* Whether the base side has no file at all, which includes a pattern that matched nothing. */
static bool is_base_missing(struct diff_work *w)
{
	for (int i = 0; i < w->file_counts[DIFF_BASE]; i++) {
		const char *file = w->files[DIFF_BASE][i];

		if (strcmp(file, "-") == 0 || access(file, F_OK) == 0 || errno != ENOENT)
			return false;
	}
	return true;
}

/* --- what has to be said --- */

static const char *kind_name(enum diff_measurement kind)
{
	return kind == DIFF_COUNTED ? "counts" : kind == DIFF_SAMPLED ? "samples" : "times";
}

static void note_shares(struct diff_work *w, struct buf *b)
{
	const struct difference *d = w->report.d;
	const struct diff_side *base = &d->sides[DIFF_BASE], *new = &d->sides[DIFF_NEW];

	if (w->compare_choice == DIFF_SHARES) {
		buf_add(b, S("shares of the total are compared, as asked for"));
		return;
	}
	buf_add(b, S("shares of the total are compared: base counts "));
	buf_add_visible(b, strings_text(&d->strings, base->value_name));
	buf_print(b, " (%s), new ", kind_name(base->kind));
	buf_add_visible(b, strings_text(&d->strings, new->value_name));
	buf_print(b, " (%s)", kind_name(new->kind));
}

/* Whether this many runs can show one clear change among all tested functions. */
static void note_runs(struct diff_work *w, struct buf *b)
{
	const struct difference *d = w->report.d;
	size_t base = d->sides[DIFF_BASE].run_count, new = d->sides[DIFF_NEW].run_count;
	size_t tested = d->tested[DIFF_SELF];

	if (base + new == 2 && d->kind == DIFF_TIMED)
		buf_add(b, S("one run a side: how much its times vary is unknown"));
	else if (base + new > 2 && tested &&
		 statistics_mann_whitney_min_p(base, new) * (double)tested > w->report.alpha)
		buf_print(b,
			  "not enough runs: to show that one function of %zu changed takes %zu a "
			  "side (q of %g or less)",
			  tested, statistics_mann_whitney_min_runs(tested, w->report.alpha),
			  w->report.alpha);
}

/*
 * Where shares of the total are what is tested (values of one sampled run a side are tested by
 * them too), a change of all functions alike changes none of them: no rule but one about the
 * total finds it.
 */
static void note_total(struct diff_work *w, struct buf *b)
{
	enum { PART = 20 }; /* a twentieth of the total is worth a word */
	const struct difference *d = w->report.d;
	const struct diff_pair *total = &d->total;
	bool one_run = d->sides[DIFF_BASE].run_count == 1 && d->sides[DIFF_NEW].run_count == 1;
	double change = fabs((double)total->new - (double)total->base);

	for (size_t i = 0; i < w->rules.count; i++)
		if (w->rules.list[i].terms & 1u << GATE_TOTAL)
			return;
	if (!w->rules.count || total->evidence == DIFF_NOTHING ||
	    !(d->shares || (one_run && d->kind == DIFF_SAMPLED)) ||
	    change * PART <= fabs((double)total->base))
		return;
	buf_add(b, S("total "));
	profdiff_add_relative(b, total);
	buf_add(b, S(": shares of it alone were tested; see --fail-if 'total > 5%'"));
}

static void note_normalized(struct diff_work *w, struct buf *b)
{
	static const struct value_style usual;
	struct buf total = { 0 };

	buf_add_value(&total, w->report.d->values_of, 0, w->report.d->total.base, &usual);
	buf_add(b, S("all runs are scaled to a total of "));
	buf_add_visible(b, buf_str(&total));
	buf_add(b, S(", as asked for"));
	buf_free(&total);
}

static void add_note(struct diff_work *w, void (*note)(struct diff_work *w, struct buf *b),
		     bool warn)
{
	struct buf text = { 0 };

	note(w, &text);
	if (text.n) {
		if (warn)
			diag_warning("%.*s", (int)text.n, text.p);
		buf_add(&w->report.notes, buf_str(&text));
		buf_byte(&w->report.notes, '\n');
	}
	buf_free(&text);
}

/* Each finding is a line on standard error, whatever the report. */
static void report_findings(struct diff_work *w)
{
	for (size_t i = 0; i < w->report.findings.count; i++) {
		const struct gate_finding *f = &w->report.findings.all[i];
		struct buf text = { 0 };

		buf_add_visible(&text, str_of(f->rule->text));
		buf_add(&text, S(": "));
		profdiff_add_finding(&text, &w->report, f);
		if (f->outcome == GATE_BROKEN)
			diag_error("regression: %.*s", (int)text.n, text.p);
		else
			diag_warning("%.*s", (int)text.n, text.p);
		buf_free(&text);
	}
}

/* --- the program --- */

static void look_at_terminal(struct diff_work *w)
{
	enum { USUAL_ROWS = 40 };
	struct terminal terminal = terminal_look(&w->settings, w->color_choice);

	w->report.colors = terminal.colors;
	w->report.width = terminal.width;
	if (!w->limit_given &&
	    (w->report.format == TABLE_TEXT || w->report.format == TABLE_MARKDOWN))
		w->report.limit = USUAL_ROWS;
}

static void give_title(const struct diff_work *w, struct profile *p)
{
	struct buf title = { 0 };

	convert_add_title(&title, w->files[DIFF_BASE], (size_t)w->file_counts[DIFF_BASE]);
	buf_add(&title, S(" \xe2\x86\x92 "));
	convert_add_title(&title, w->files[DIFF_NEW], (size_t)w->file_counts[DIFF_NEW]);
	if (title.n > S(" \xe2\x86\x92 ").n)
		p->title = profile_string(p, buf_str(&title));
	buf_free(&title);
}

static int write_profile(struct diff_work *w, const struct format *to)
{
	bool graph = to->representation == REPR_GRAPH;
	struct profile *p = graph ? difference_graph(w->report.d, w->runs, w->run_count)
				  : difference_stacks(w->report.d, w->runs, w->run_count);
	int status = -1;

	if (!p)
		return -1;
	give_title(w, p);
	if (!convert_holds_difference(&w->settings, to, p))
		diag_error("-t %s: it holds one value, and a difference has two of each function",
			   to->name);
	else if (convert_write(&w->settings, &p, to) == STATUS_DONE)
		status = 0;
	profile_free(p);
	return status;
}

static int write_difference(struct diff_work *w, const struct format *to)
{
	if (!to) {
		struct output *out = w->report.format == TABLE_TEXT
					     ? output_open(w->settings.output)
					     : convert_open(&w->settings);

		if (!out)
			return -1;
		profdiff_put_report(out, &w->report);
		return output_close(out, true);
	}
	return w->report.no_base ? 0 : write_profile(w, to);
}

static int compare(struct diff_work *w, const struct format *from, const struct format *to)
{
	for (int side = 0; side < DIFF_SIDES; side++)
		if (profdiff_read_side(w, from, side, to) < 0)
			return -1;
	if (w->estimated)
		diag_warning("contexts estimated from a call graph in %zu of %zu runs",
			     w->estimated, w->run_count);
	w->options.compare = (enum diff_compare)w->compare_choice;
	if (difference_finish(w->report.d, &w->options) < 0)
		return -1;
	if (w->report.d->shares)
		add_note(w, note_shares, w->compare_choice != DIFF_SHARES);
	if (w->normalize)
		add_note(w, note_normalized, false);
	add_note(w, note_runs, false);
	add_note(w, note_total, w->compare_choice != DIFF_SHARES);
	return ask_rules(w);
}

/* What is looked at in the file system, and then the last look. */
static int open_sides(struct diff_work *w)
{
	w->report.no_base = is_base_missing(w);
	if (w->report.no_base && !w->allow_missing_base)
		return diag_error(
			"no profile of the base: %s (--allow-missing-base lets that pass)",
			w->file_counts[DIFF_BASE] ? diag_masked(str_of(w->files[DIFF_BASE][0]))
						  : "no file given");
	for (int side = 0; side < 2 && !w->report.no_base; side++)
		if (sandbox_preopen(&w->settings, w->files[side], w->file_counts[side]) < 0)
			return -1;
	return sandbox_close(&w->settings, true);
}

static int run(struct diff_work *w, const struct format *from, const struct format *to)
{
	if (w->report.no_base) {
		diag_warning("no profile of the base: nothing to compare with");
		buf_add(&w->report.notes, S("no profile of the base: nothing to compare with\n"));
	} else if (compare(w, from, to) < 0) {
		return -1;
	}
	if (write_difference(w, to) < 0)
		return -1;
	report_findings(w);
	return 0;
}

static void clean_up(struct diff_work *w)
{
	for (size_t i = 0; i < w->run_count; i++)
		profile_free(w->runs[i].p);
	for (size_t i = 0; i < w->rules.count; i++)
		gate_free(&w->rules.list[i]);
	difference_free(w->report.d);
	alloc_free(w->runs);
	alloc_free(w->rules.list);
	alloc_free(w->report.findings.all);
	buf_free(&w->report.notes);
	buf_free(&w->first_value);
}

static int choose_formats(struct diff_work *w, const struct format **from, const struct format **to)
{
	struct settings *s = &w->settings;
	const char *alone;

	*to = NULL;
	if (select_format_input(w->from, from) < 0 ||
	    (w->to && select_format_output(s, w->to, NULL, to) < 0))
		return -1;
	if (w->report.drop_negative && w->to)
		return diag_error("option --drop-negative: not with -t");
	if (w->normalize && w->compare_choice == DIFF_SHARES)
		return diag_error("option --normalize: not with --compare shares, which are");
	alone = w->to ? NULL : options_of_output(&s->options);
	if (alone)
		return diag_error("--%s goes with -t", alone);
	return *to ? options_refuse_unused(&s->options, *from, *to) : 0;
}

static int parsed(struct diff_work *w, int argc, char **argv)
{
	const struct format *from, *to;
	int first, status;

	mark_separator(argc, argv);
	first = settings_parse(&w->settings, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options(
		    &w->settings, "[options] BASE NEW | [options] BASE... -- NEW...",
		    "what changed between two profiles or two sets of runs, and a gate on it",
		    format_registry))
		return STATUS_DONE;
	if (choose_formats(w, &from, &to) < 0 || take_rules(w) < 0 ||
	    divide(w, argv + first, argc - first) < 0)
		return STATUS_TROUBLE;
	look_at_terminal(w);
	if (open_sides(w) < 0)
		return STATUS_TROUBLE;
	w->report.d = difference_new();
	status = run(w, from, to) < 0                               ? STATUS_TROUBLE
		 : w->report.findings.broken                        ? STATUS_NO
		 : w->report.findings.too_few && w->settings.strict ? STATUS_TROUBLE
								    : STATUS_DONE;
	return status;
}

/* Threads are added up: there is no place for them in a difference. */
int profdiff_main(int argc, char **argv)
{
	struct diff_work w = { .report = { .alpha = 0.05 }, .options = { .min_share = 0.01 } };
	int status;

	settings_init(&w.settings);
	/* what one run merges and the other does not would be a difference */
	w.settings.estimate.max_unplaced = ESTIMATE_UNPLACED;
	w.settings.all_formats = format_registry;
	settings_add_group(&w.settings, "report", report_rows, &w);
	settings_add_group(&w.settings, "comparison", compare_rows, &w);
	settings_add_group(&w.settings, "gate", gate_rows, &w);
	options_for_conversion(&w.settings, format_registry, format_registry);
	options_drop(&w.settings.options, options_threads);
	status = parsed(&w, argc, argv);
	clean_up(&w);
	settings_free(&w.settings);
	return status;
}
