#include "common/program/flat_options.h"

#include <ctype.h>

#include "common/base/diag.h"

#define AT(field) offsetof(struct flat_options, field)

const struct option_row flat_option_rows[] = {
	OPT_CHOICE(0, "rows-by", FLAT_SORTS, "which functions come first (default self)",
		   AT(selection.sort)),
	OPT_COUNT(0, "max-rows", "N",
		  "at most N functions, the others are one (default 100; 0: all)",
		  AT(selection.limit)),
	FLAT_LABEL_ROW(AT(labels)), OPT_END
};

const struct flat_options flat_options_usual = { .selection.limit = FLAT_USUAL_LIMIT };

static bool is_label_key(struct str key)
{
	if (!key.n || isdigit((unsigned char)key.p[0]))
		return false;
	for (size_t i = 0; i < key.n; i++)
		if (key.p[i] != '_' && !isalnum((unsigned char)key.p[i]))
			return false;
	return true;
}

static bool is_own_key(struct str key)
{
	static const char *const own[] = { "function", "file", "line", "value_type", "unit" };

	for (size_t i = 0; i < sizeof own / sizeof *own; i++)
		if (str_eq(key, str_of(own[i])))
			return true;
	return false;
}

void flat_options_label(const struct flat_options *o, size_t i, struct str *key, struct str *value)
{
	str_cut(str_of(o->labels.texts[i]), '=', key, value);
}

static bool was_given(const struct flat_options *o, size_t count, struct str key)
{
	struct str earlier, value;

	for (size_t i = 0; i < count; i++) {
		flat_options_label(o, i, &earlier, &value);
		if (str_eq(earlier, key))
			return true;
	}
	return false;
}

int flat_options_check(const struct profile *p, const void *options)
{
	const struct flat_options *o = options;
	struct str key, value;

	(void)p;
	for (size_t i = 0; i < o->labels.count; i++) {
		struct str text = str_of(o->labels.texts[i]);

		if (!str_cut(text, '=', &key, &value))
			return diag_error("option --label: expected KEY=VALUE, got %s",
					  diag_quote(text));
		/* Prometheus keeps names that begin with two underscores for itself */
		if (!is_label_key(key) || str_starts(key, S("__")))
			return diag_error("option --label: expected a key of letters, digits and "
					  "underscores, got %s",
					  diag_quote(key));
		if (is_own_key(key) || was_given(o, i, key))
			return diag_error("option --label: %s is there already", diag_quote(key));
	}
	return 0;
}

void flat_options_report_loss(const struct profile *p, const void *options, struct buf *loss)
{
	const struct flat_options *o = options;

	flat_report_others(p, &o->selection, "--max-rows", loss);
}
