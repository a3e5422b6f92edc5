/*
 * proftop/cells - what the tables have in common
 */
#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "converters/tools/proftop/internal.h"

static void add_place(struct buf *text, struct str file, uint32_t line)
{
	buf_add(text, file);
	if (line)
		buf_print(text, ":%lu", (unsigned long)line);
}

void proftop_line(struct table *t, uint32_t line)
{
	if (line)
		table_number(t, (struct decimal){ line, 0 }, S(""));
	else
		table_unknown(t);
}

void proftop_place(struct table *t, struct str file, uint32_t line)
{
	struct buf text = { 0 };

	add_place(&text, file, line);
	table_text(t, buf_str(&text));
	table_directory(t, 0, 0, file.n - str_base(file).n);
	buf_free(&text);
}

void proftop_function(struct table *t, const struct flat_row *f)
{
	struct str file = flat_row_file(f);
	struct buf text = { 0 };

	buf_add(&text, f->name);
	if (file.n) {
		buf_add(&text, S(" ("));
		add_place(&text, file, f->line);
		buf_byte(&text, ')');
	}
	table_text(t, buf_str(&text));
	if (file.n)
		table_directory(t, f->name.n, f->name.n + 2, file.n - str_base(file).n);
	buf_free(&text);
}

const struct table_column *proftop_columns(const struct proftop_options *o,
					   const struct table_column *functions, size_t count,
					   struct table_column *columns)
{
	memcpy(columns, functions, count * sizeof *functions);
	if (o->by) {
		columns[0].key = "label";
		columns[count - 1].heading = "label";
	}
	return columns;
}

void proftop_add_count(const struct proftop_options *o, struct buf *b, const struct flat_profile *f,
		       size_t shown)
{
	buf_print(b, " in %lu %s", (unsigned long)f->count, o->by ? "labels" : "functions");
	if (shown < f->count)
		buf_print(b, ", %lu shown", (unsigned long)shown);
}

void proftop_identity(struct table *t, const struct flat_profile *f, const struct flat_row *row)
{
	table_text(t, row->name);
	table_text(t, flat_row_file(row));
	proftop_line(t, row->line);
	table_text(t, profile_text(f->p, f->p->value_types[f->value].name));
	table_text(t, profile_exact_unit(f->p, f->value));
}

const char *proftop_heat(int64_t value, int64_t total)
{
	double share = total ? (double)value / (double)total : 0;

	return share >= 0.1 ? "31" : share >= 0.02 ? "33" : NULL;
}

bool proftop_is_heavy(const struct proftop_options *o, int64_t value, int64_t total)
{
	return flat_is_heavy(value, total, o->min_share);
}

void proftop_put(const struct proftop_options *o, struct table *t, struct output *out)
{
	struct table_style look = proftop_look(o);

	table_put(t, out, &look);
	table_free(t);
}

bool *proftop_choose(const struct flat_profile *f, struct str wanted)
{
	bool *chosen = alloc_zero(f->count, sizeof *chosen), any = false;

	for (uint32_t row = 0; row < f->count; row++)
		any |= chosen[row] = str_eq(f->rows[row].name, wanted);
	for (uint32_t row = 0, exact = any; row < f->count && !exact; row++)
		any |= chosen[row] = str_contains(f->rows[row].name, wanted);
	if (any)
		return chosen;
	alloc_free(chosen);
	diag_error("no function has %s in its name", diag_quote(wanted));
	return NULL;
}
