/*
 * profconv - any profile into any other
 *
 * The input's format is found by its content unless -f names it; the output's by -t,
 * or by the suffix of -o's file.
 */
#include <stdio.h>

#include "common/base/diag.h"
#include "common/program/main.h"
#include "converters/tools/registry.h"

static const char *from_name, *to_name;

static const struct option_row format_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 &from_name),
	OPT_TEXT('t', "to", "FORMAT", "the output's format (default: by the suffix of -o)",
		 &to_name),
	OPT_END
};

static int list_names(const char *what, struct str name)
{
	struct buf names = { 0 };

	for (format_list f = all_formats; *f; f++)
		buf_print(&names, "%s%s", names.n ? ", " : "", (*f)->name);
	error("%s %s; there are: %s", what, quote(name), names.p);
	buf_free(&names);
	return -1;
}

/* The format whose suffix fits best: "x.speedscope.json.gz" is more than ".json". */
static const struct format *format_of_name(struct str name)
{
	const struct format *best = NULL;
	struct str suffixes, suffix;
	size_t longest = 0;

	if (str_ends(name, S(".gz")))
		name.n -= 3;
	for (format_list f = all_formats; *f; f++)
		for (suffixes = str_of((*f)->suffixes); str_word(&suffixes, &suffix);)
			if ((str_ends(name, suffix) || str_starts(str_base(name), suffix)) &&
			    suffix.n > longest && (*f)->write) {
				longest = suffix.n;
				best = *f;
			}
	return best;
}

static int choose(const struct format **from, const struct format **to)
{
	*to = NULL;
	*from = from_name ? format_find(all_formats, str_of(from_name)) : NULL;
	if (from_name && (!*from || !(*from)->read))
		return list_names(*from ? "cannot read" : "no format", str_of(from_name));
	if (to_name) {
		*to = format_find(all_formats, str_of(to_name));
		if (!*to || !(*to)->write)
			return list_names(*to ? "cannot write" : "no format", str_of(to_name));
		return 0;
	}
	if (!settings.output)
		return error("expected -t FORMAT, or -o with a name that tells it");
	*to = format_of_name(str_of(settings.output));
	return *to ? 0 : list_names("no format goes by the name", str_of(settings.output));
}

int main(int argc, char **argv)
{
	struct option_group groups[GROUPS_MOST];
	const struct format *from, *to;
	size_t n;
	int first;

	diag_start(argv[0]);
	groups[0] = (struct option_group){ "formats", format_rows, NULL };
	n = 1 + conversion_groups(groups + 1, all_formats, all_formats);
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (answered("[options] [FILE...]", "convert profiles of any format into any other",
		     all_formats, groups, n))
		return STATUS_DONE;
	if (choose(&from, &to) < 0 || refuse_unused(groups, n, from, to) < 0)
		return STATUS_TROUBLE;
	return convert(from, to, all_formats, argv + first, argc - first);
}
