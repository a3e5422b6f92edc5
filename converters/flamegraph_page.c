/*
 * flamegraph_page - the script, as a part of every file
 *
 * The Makefile makes C strings of page/, without comments; together they are one function.
 */
#include "converters/flamegraph.h"

static const char *const lines[] = {
#include "flamegraph_page.inc"
};

void flame_put_page(struct output *out)
{
	if (!flame_options.no_script) {
		output_text(out, "<script><![CDATA[\n(function () {\n\"use strict\";\n");
		for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
			output_text(out, lines[i]);
		output_text(out, "})();\n]]></script>\n");
	}
	output_text(out, "</svg>\n");
}
