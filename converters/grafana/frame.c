/*
 * grafana/frame - data frames
 */
#include "common/syntax/json_put.h"
#include "converters/grafana/internal.h"

void grafana_begin_frame(struct output *out, struct str name, const char *panel)
{
	output_text(out, "{\"schema\":{\"name\":");
	json_put(out, name);
	output_text(out, ",\"meta\":{\"preferredVisualisationType\":\"");
	output_text(out, panel);
	output_text(out, "\"},\"fields\":[");
}

/* All texts are ours. */
static void put_setting(struct output *out, size_t *settings, const char *key, const char *value)
{
	if (!value)
		return;
	output_text(out, (*settings)++ ? "," : ",\"config\":{");
	output_text(out, key);
	output_text(out, value);
	output_byte(out, '"');
}

static void put_field(struct output *out, const struct grafana_field *f)
{
	size_t settings = 0;

	output_text(out, "{\"name\":\"");
	output_text(out, f->name);
	output_text(out, "\",\"type\":\"");
	output_text(out, f->type);
	output_byte(out, '"');
	put_setting(out, &settings, "\"unit\":\"", f->unit);
	put_setting(out, &settings, "\"displayName\":\"", f->shown_as);
	if (f->color) {
		put_setting(out, &settings, "\"color\":{\"mode\":\"fixed\",\"fixedColor\":\"",
			    f->color);
		output_byte(out, '}');
	}
	output_text(out, settings ? "}}" : "}");
}

void grafana_put_fields(struct output *out, const struct grafana_field *fields, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		output_text(out, i ? ",\n" : "\n");
		put_field(out, &fields[i]);
	}
	output_text(out, "]},\n\"data\":{\"values\":[");
}

void grafana_begin_column(struct output *out, size_t column)
{
	output_text(out, column ? "],\n[" : "\n[");
}

void grafana_begin_cell(struct output *out, size_t row)
{
	if (row)
		output_byte(out, ',');
}

void grafana_end_frame(struct output *out)
{
	output_text(out, "]]}}");
}

/* Of other units Grafana would say nothing, or something else ("s" is labelled Count). */
const char *grafana_unit(const struct profile *p, value_id v)
{
	switch (p->value_types[v].unit) {
	case UNIT_TIME: return "ns";
	case UNIT_BYTES: return "bytes";
	default: return "short";
	}
}
