/* profdiff/json - the keys of JSON besides the rows: what was compared, notes, rules */
#include "common/syntax/json_put.h"
#include "converters/tools/profdiff/internal.h"

static void put_key(struct output *out, const char *key)
{
	output_byte(out, '"');
	output_text(out, key);
	output_text(out, "\":");
}

static void put_number(struct output *out, const char *key, struct decimal value)
{
	output_byte(out, ',');
	put_key(out, key);
	output_decimal(out, value);
}

static void put_words(struct output *out, const char *key, struct str words)
{
	output_byte(out, ',');
	put_key(out, key);
	json_put(out, words);
}

static void put_finding(struct output *out, const struct report *r, const struct gate_finding *f)
{
	const struct diff_pair *pair = gate_pair(r->d, f->row, f->term);
	struct buf evidence = { 0 };

	profdiff_add_evidence(&evidence, f);
	put_key(out, "outcome");
	output_text(out, f->outcome == GATE_BROKEN ? "\"broken\"" : "\"not enough runs\"");
	if (f->row) {
		const struct diff_place *at = profdiff_display_place(f->row);

		put_words(out, "function", f->row->name);
		put_words(out, "file", at->location);
		put_number(out, "line", (struct decimal){ at->line, 0 });
	}
	put_words(out, "term", str_of(gate_term_name(f->row ? f->term : GATE_TOTAL)));
	put_number(out, "base", profdiff_exact_number(r->d, f->term, pair->base));
	put_number(out, "new", profdiff_exact_number(r->d, f->term, pair->new));
	put_number(out, "change", profdiff_exact_number(r->d, f->term, diff_change(pair)));
	put_words(out, "evidence", buf_str(&evidence));
	if (f->tested) {
		put_number(out, "p", statistics_exact_p(f->p));
		put_number(out, "q", statistics_exact_p(f->q));
	}
	buf_free(&evidence);
}

static void put_rules(struct output *out, const struct report *r)
{
	output_text(out, ",\n\"rules\":[");
	for (size_t i = 0; i < r->rule_count; i++) {
		const struct gate_rule *rule = &r->rules[i];
		size_t broken = profdiff_count_findings(r, rule, GATE_BROKEN);
		size_t few = profdiff_count_findings(r, rule, GATE_TOO_FEW);
		const char *before = "";

		output_text(out, i ? ",\n{" : "\n{");
		put_key(out, "rule");
		json_put(out, str_of(rule->text));
		put_words(out, "outcome",
			  r->no_base ? S("not asked")
			  : broken   ? S("broken")
			  : few      ? S("not enough runs")
				     : S("held"));
		output_text(out, ",\"findings\":[");
		for (size_t k = 0; k < r->findings.count; k++) {
			if (r->findings.all[k].rule != rule)
				continue;
			output_text(out, before);
			output_byte(out, '{');
			put_finding(out, r, &r->findings.all[k]);
			output_byte(out, '}');
			before = ",\n";
		}
		output_text(out, "]}");
	}
	output_text(out, "]");
}

static void put_notes(struct output *out, const struct report *r)
{
	struct str rest = buf_str(&r->notes), line;
	const char *before = "";

	output_text(out, ",\"notes\":[");
	while (str_cut(rest, '\n', &line, &rest)) {
		output_text(out, before);
		json_put(out, line);
		before = ",";
	}
	output_text(out, "]");
}

void profdiff_put_report_more(struct output *out, void *context)
{
	const struct report *r = context;
	const struct difference *d = r->d;

	output_text(out, ",\n\"compared\":");
	output_text(out, r->no_base ? "\"nothing\"" : d->shares ? "\"shares\"" : "\"values\"");
	put_number(out, "base_runs", (struct decimal){ (int64_t)d->sides[DIFF_BASE].run_count, 0 });
	put_number(out, "new_runs", (struct decimal){ (int64_t)d->sides[DIFF_NEW].run_count, 0 });
	if (!r->no_base && d->total.evidence != DIFF_NOTHING) {
		put_number(out, "total_base", profdiff_exact_number(d, GATE_TOTAL, d->total.base));
		put_number(out, "total_new", profdiff_exact_number(d, GATE_TOTAL, d->total.new));
	}
	put_notes(out, r);
	put_rules(out, r);
}
