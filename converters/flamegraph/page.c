/*
 * flamegraph/page - the script, as a part of every file
 *
 * The Makefile makes a C string of page/, without comments; it is one function.
 */
#include "converters/flamegraph/internal.h"

static const char script[] =
#include "flamegraph_page.inc"
	;

void flame_put_page(const struct flame_options *o, struct output *out)
{
	if (!o->no_script) {
		output_text(out, "<script><![CDATA[\n(function () {\n\"use strict\";\n");
		output_bytes(out, script, sizeof script - 1);
		output_text(out, "})();\n]]></script>\n");
	}
	output_text(out, "</svg>\n");
}
