/*
 * profconv/main - any profile into any other
 *
 * The input's format is found by its content unless -f names it; the output's by -t,
 * or by the suffix of -o's file.
 */
#include <stdio.h>

#include "common/base/diag.h"
#include "converters/select_format.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

static const char *from_name, *to_name, *as_name;

static const struct option_row format_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 &from_name),
	OPT_TEXT('t', "to", "FORMAT", "the output's format (default: by the suffix of -o)",
		 &to_name),
	OPT_TEXT(0, "as", "NAME",
		 "be the program NAME (X2Y, profcheck, ...); must be the first word", &as_name),
	OPT_END
};

int profconv_main(int argc, char **argv)
{
	struct option_group groups[MAX_OPTION_GROUPS];
	const struct format *from, *to;
	size_t n;
	int first;

	groups[0] = (struct option_group){ "formats", format_rows, NULL };
	n = 1 + options_for_conversion(groups + 1, format_registry, format_registry);
	first = options_parse(groups, n, argc, argv);
	if (first < 0)
		return STATUS_TROUBLE;
	if (convert_handle_info_options("[options] [FILE...]", "convert profiles of any format into any other",
					format_registry, groups, n))
		return STATUS_DONE;
	if (as_name) {
		diag_error("--as: expected as the first word");
		return STATUS_TROUBLE;
	}
	if (select_format_input(from_name, &from) < 0 || select_format_output(to_name, NULL, &to) < 0 ||
	    options_refuse_unused(groups, n, from, to) < 0)
		return STATUS_TROUBLE;
	return convert_files(from, to, format_registry, argv + first, argc - first);
}
