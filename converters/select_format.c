#include "converters/select_format.h"

#include "common/base/diag.h"
#include "converters/registry.h"

static int list_suffixes(struct str name)
{
	struct buf names = { 0 };

	for (format_list f = format_registry; *f; f++)
		if ((*f)->write)
			buf_print(&names, "%s%s", names.n ? " " : "", (*f)->suffixes);
	diag_error("no format goes by the name %s; -t names one, or one of these suffixes: %s",
		   diag_quote(name), names.p);
	buf_free(&names);
	return -1;
}

int select_format_input(const char *name, const struct format **from)
{
	*from = name ? format_named(format_registry, str_of(name), false) : NULL;
	return name && !*from ? -1 : 0;
}

static int find_output(const struct settings *s, const char *name, const struct format *from,
		       const struct format **to)
{
	*to = NULL;
	if (name) {
		*to = format_named(format_registry, str_of(name), true);
		return *to ? 0 : -1;
	}
	if (s->output)
		*to = format_of_file(format_registry, str_of(s->output));
	if (!*to && from && from->write)
		*to = from;
	if (!*to && s->output && !from)
		return list_suffixes(str_of(s->output));
	return *to ? 0 : diag_error("expected -t FORMAT, or -o with a name that tells it");
}

int select_format_output(struct settings *s, const char *name, const struct format *from,
			 const struct format **to)
{
	if (find_output(s, name, from, to) < 0)
		return -1;
	s->target = name;
	return options_settle(&s->options, END_OUTPUT, *to);
}
