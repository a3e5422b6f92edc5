/*
 * profconv/main - any profile into any other
 *
 * The input's format is found by its content unless -f names it; the output's by -t,
 * or by the suffix of -o's file or of a last file that is new.
 */
#include <unistd.h>

#include "common/base/diag.h"
#include "converters/select_format.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

struct profconv_options {
	const char *from, *to, *as;
};

#define AT(field) offsetof(struct profconv_options, field)

static const struct option_row format_rows[] = {
	OPT_TEXT('f', "from", "FORMAT", "the input's format (default: found by its content)",
		 AT(from)),
	OPT_TEXT('t', "to", "FORMAT", "the output's format (default: by the suffix of -o)", AT(to)),
	OPT_TEXT(0, "as", "NAME",
		 "be the program NAME (X2Y, profcheck, ...); must be the first word", AT(as)),
	OPT_END
};

/*
 * `profconv IN OUT.svg`: without -o and -t, a last file that is not there yet and whose name
 * tells a format is the output. One that is there could be meant as input: only -o replaces.
 */
static int take_output(struct settings *s, const struct profconv_options *o, char **files,
		       int *count)
{
	const char *last = *count > 1 ? files[*count - 1] : NULL;

	if (!last || s->output || o->to || !format_of_file(format_registry, str_of(last)))
		return 0;
	if (access(last, F_OK) == 0)
		return diag_error(
			"%s: there already; expected -o to replace it, or -t FORMAT to merge it "
			"with the others",
			diag_masked(str_of(last)));
	s->output = last;
	(*count)--;
	return 0;
}

static int parsed(struct settings *s, struct profconv_options *o, int argc, char **argv)
{
	const struct format *from, *to;
	int first = settings_parse(s, argc, argv), count;

	if (first < 0)
		return STATUS_TROUBLE;
	count = argc - first;
	if (convert_handle_info_options(s, "[options] [FILE...] [OUT]",
					"convert profiles of any format into any other",
					format_registry))
		return STATUS_DONE;
	if (o->as) {
		diag_error("--as: expected as the first word");
		return STATUS_TROUBLE;
	}
	if (take_output(s, o, argv + first, &count) < 0 ||
	    select_format_input(o->from, &from) < 0 ||
	    select_format_output(s, o->to, NULL, &to) < 0 ||
	    options_refuse_unused(&s->options, from, to) < 0)
		return STATUS_TROUBLE;
	return convert_files(s, from, to, format_registry, argv + first, count);
}

int profconv_main(int argc, char **argv)
{
	struct profconv_options o = { 0 };
	struct settings s;
	int status;

	settings_init(&s);
	s.all_formats = format_registry;
	settings_add_group(&s, "formats", format_rows, &o);
	options_for_conversion(&s, format_registry, format_registry);
	status = parsed(&s, &o, argc, argv);
	settings_free(&s);
	return status;
}
