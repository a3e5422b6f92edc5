/*
 * grafana/internal - data frames: tables of columns, as Grafana's panels read them
 *
 *	[{"schema":{"name":"time","meta":{"preferredVisualisationType":"flamegraph"},
 *	  "fields":[{"name":"level","type":"number"},...]},
 *	  "data":{"values":[[0,1,...],...]}}]
 *
 * Columns, not rows (DataFrameJSON,
 * https://github.com/grafana/grafana/tree/main/packages/grafana-data): a field is written as
 * a heading, and after all headings its cells, row by row.
 */
#ifndef GRAFANA_INTERNAL_H
#define GRAFANA_INTERNAL_H

#include "common/program/format.h"
#include "common/transform/callgraph/flat_selection.h"

struct grafana_options {
	uint64_t max_nodes;
	int frames; /* flame graph: name or full */
};

/* A frame's beginning up to its first field: name, and which panel it is for. */
void grafana_begin_frame(struct output *out, struct str name, const char *panel);
/* A field: `type` is string or number; unit and label (both may be NULL) are how it is shown. */
struct grafana_field {
	const char *name, *type, *unit, *shown_as, *color;
};
void grafana_put_fields(struct output *out, const struct grafana_field *fields, size_t count);
/* Between fields and cells, between columns, between the cells of a column, and the end. */
void grafana_begin_column(struct output *out, size_t column);
void grafana_begin_cell(struct output *out, size_t row);
void grafana_end_frame(struct output *out);

/* What Grafana calls the unit of a value type: "ns", "bytes", "short". */
const char *grafana_unit(const struct profile *p, value_id v);
/* The sentence about numbers that a double does not hold, if there are any. */
void grafana_report_large(const struct profile *p, struct buf *loss);

void grafana_write_node_graph(struct output *out, const struct profile *p);
void grafana_report_nodes(const struct profile *p, const void *options, struct buf *loss);

#endif
