/*
 * explain/format - plans of PostgreSQL's EXPLAIN, 12 to 18: JSON, YAML, XML and text; of MySQL,
 * MariaDB and DuckDB
 *
 * With ANALYZE each node has the mean time of a loop, with all that ran inside it; without, only
 * estimated costs. What psql or the server's log put around plans is taken away. See plan.h for
 * the way from there to samples, and spread.h for what makes own times of such means.
 */
#include "converters/explain/internal.h"

static const struct explain_read_options usual_reading;

const struct format explain_format = {
	.name = "explain",
	.title = "query plans of PostgreSQL (EXPLAIN, auto_explain), MySQL, MariaDB, DuckDB",
	.suffixes = ".plan .explain",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_CALLS | FEATURE_THREADS | FEATURE_VALUE_TYPES |
		    FEATURE_UNITS | FEATURE_UNIT_NAMES | FEATURE_METADATA,
	.reads_xml = true,
	.bid = explain_bid,
	.read = explain_read,
	.read_options = FORMAT_OPTIONS(explain_read_rows, usual_reading),
};
