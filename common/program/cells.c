#include "common/program/cells.h"

#include "common/transform/diff/statistics_text.h"

static const struct value_style usual;

void cells_value(struct table *t, const struct profile *p, value_id v, int64_t value)
{
	struct decimal exact = profile_decimal(p, v, value, 0);
	struct buf shown = { 0 };

	if (p->value_types[v].unit == UNIT_NONE)
		buf_add_grouped(&shown, exact);
	else
		buf_add_value(&shown, p, v, value, &usual);
	table_number(t, exact, buf_str(&shown));
	buf_free(&shown);
}

void cells_share(struct table *t, int64_t value, int64_t total)
{
	struct decimal percent = profile_percent(value, total);
	int64_t hundredths = percent.mantissa;
	struct buf shown = { 0 };

	buf_print(&shown, "%s%lld.%02lld%%", hundredths < 0 ? "-" : "",
		  (long long)(hundredths < 0 ? -hundredths : hundredths) / 100,
		  (long long)(hundredths < 0 ? -hundredths : hundredths) % 100);
	table_number(t, percent, buf_str(&shown));
	buf_free(&shown);
}

void cells_count(struct table *t, int64_t count, bool known)
{
	struct buf shown = { 0 };

	if (!known) {
		table_unknown(t);
		return;
	}
	buf_add_grouped(&shown, (struct decimal){ count, 0 });
	table_number(t, (struct decimal){ count, 0 }, buf_str(&shown));
	buf_free(&shown);
}

void cells_p_value(struct table *t, double p, bool known)
{
	struct buf shown = { 0 };

	if (!known) {
		table_unknown(t);
		return;
	}
	buf_add_p_value(&shown, p);
	table_number(t, statistics_exact_p(p), buf_str(&shown));
	buf_free(&shown);
}
