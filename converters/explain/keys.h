/*
 * explain/keys - the words of plans in JSON, YAML and XML: those of PostgreSQL begin with large
 * letters; MariaDB's have r_ where something was measured, DuckDB's operators have a timing
 */
#ifndef EXPLAIN_KEYS_H
#define EXPLAIN_KEYS_H

#include "common/base/str.h"

#define PLAN_KEYS(X) \
	X(ACTUAL_LOOPS, "Actual Loops") \
	X(ACTUAL_ROWS, "Actual Rows") \
	X(ACTUAL_TOTAL_TIME, "Actual Total Time") \
	X(ALIAS, "Alias") \
	X(ASYNC_CAPABLE, "Async Capable") \
	X(CTE_NAME, "CTE Name") \
	X(CALLS, "Calls") \
	X(COMMAND, "Command") \
	X(CONSTRAINT_NAME, "Constraint Name") \
	X(CUSTOM_PLAN_PROVIDER, "Custom Plan Provider") \
	X(DISK_USAGE, "Disk Usage") \
	X(ESTIMATED, "Estimated Cardinality") \
	X(EXACT_HEAP, "Exact Heap Blocks") \
	X(EXECUTION_TIME, "Execution Time") \
	X(FUNCTION_NAME, "Function Name") \
	X(HASH_BATCHES, "Hash Batches") \
	X(HASHAGG_BATCHES, "HashAgg Batches") \
	X(HEAP_FETCHES, "Heap Fetches") \
	X(IO_READ_TIME, "I/O Read Time") \
	X(IO_WRITE_TIME, "I/O Write Time") \
	X(INDEX_NAME, "Index Name") \
	X(JOIN_TYPE, "Join Type") \
	X(LOCAL_DIRTIED, "Local Dirtied Blocks") \
	X(LOCAL_HIT, "Local Hit Blocks") \
	X(LOCAL_IO_READ, "Local I/O Read Time") \
	X(LOCAL_IO_WRITE, "Local I/O Write Time") \
	X(LOCAL_READ, "Local Read Blocks") \
	X(LOCAL_WRITTEN, "Local Written Blocks") \
	X(LOSSY_HEAP, "Lossy Heap Blocks") \
	X(NODE_TYPE, "Node Type") \
	X(OPERATION, "Operation") \
	X(OUTPUT, "Output") \
	X(PARALLEL_AWARE, "Parallel Aware") \
	X(PARENT_RELATIONSHIP, "Parent Relationship") \
	X(PARTIAL_MODE, "Partial Mode") \
	X(PLAN, "Plan") \
	X(PLAN_ROWS, "Plan Rows") \
	X(PLANNING, "Planning") \
	X(PLANNING_TIME, "Planning Time") \
	X(PLANS, "Plans") \
	X(QUERY_TEXT, "Query Text") \
	X(RELATION, "Relation") \
	X(RELATION_NAME, "Relation Name") \
	X(REMOVED_BY_FILTER, "Rows Removed by Filter") \
	X(SCAN_DIRECTION, "Scan Direction") \
	X(SCHEMA, "Schema") \
	X(SERIALIZATION, "Serialization") \
	X(SHARED_DIRTIED, "Shared Dirtied Blocks") \
	X(SHARED_HIT, "Shared Hit Blocks") \
	X(SHARED_IO_READ, "Shared I/O Read Time") \
	X(SHARED_IO_WRITE, "Shared I/O Write Time") \
	X(SHARED_READ, "Shared Read Blocks") \
	X(SHARED_WRITTEN, "Shared Written Blocks") \
	X(SORT_SPACE_TYPE, "Sort Space Type") \
	X(SORT_SPACE_USED, "Sort Space Used") \
	X(STRATEGY, "Strategy") \
	X(SUBPLAN_NAME, "Subplan Name") \
	X(EXTRA_TABLE, "Table") \
	X(TABLE_FUNCTION_NAME, "Table Function Name") \
	X(TEMP_IO_READ, "Temp I/O Read Time") \
	X(TEMP_IO_WRITE, "Temp I/O Write Time") \
	X(TEMP_READ, "Temp Read Blocks") \
	X(TEMP_WRITTEN, "Temp Written Blocks") \
	X(EXTRA_TEXT, "Text") \
	X(TIME, "Time") \
	X(TOTAL_COST, "Total Cost") \
	X(TRIGGER_NAME, "Trigger Name") \
	X(TRIGGERS, "Triggers") \
	X(TUPLESTORE_NAME, "Tuplestore Name") \
	X(WAL_BYTES, "WAL Bytes") \
	X(WAL_FPI, "WAL FPI") \
	X(WAL_RECORDS, "WAL Records") \
	X(WORKER_NUMBER, "Worker Number") \
	X(WORKERS, "Workers") \
	X(WORKERS_LAUNCHED, "Workers Launched") \
	X(WORKERS_PLANNED, "Workers Planned") \
	X(ACCESS_TYPE, "access_type") \
	X(ALL_OPTIMIZERS, "all_optimizers") \
	X(BLOCK_JOIN, "block-nl-join") \
	X(CARDINALITY, "cardinality") \
	X(CHILDREN, "children") \
	X(BLOCK_DUPLICATES, "duplicates_removal") \
	X(BLOCK_CACHE, "expression_cache") \
	X(EXTRA_INFO, "extra_info") \
	X(BLOCK_FILESORT, "filesort") \
	X(INTERMEDIATE_ROWS, "intermediate_rows") \
	X(INDEX_KEY, "key") \
	X(BLOCK_MATERIALIZED, "materialized") \
	X(OPERATOR_NAME, "name") \
	X(OPERATORS, "operator") \
	X(OPERATOR_CARDINALITY, "operator_cardinality") \
	X(OPERATOR_TIMING, "operator_timing") \
	X(OPERATOR_TYPE, "operator_type") \
	X(OPTIMIZER, "optimizer") \
	X(PHYSICAL_PLANNER, "physical_planner") \
	X(PLANNER, "planner") \
	X(QUERY, "query") \
	X(BLOCK, "query_block") \
	X(QUERY_NAME, "query_name") \
	X(BLOCK_OPTIMIZATION, "query_optimization") \
	X(R_LOOPS, "r_loops") \
	X(R_OTHER_TIME, "r_other_time_ms") \
	X(R_OUTPUT_ROWS, "r_output_rows") \
	X(R_ROWS, "r_rows") \
	X(R_TABLE_TIME, "r_table_time_ms") \
	X(R_TOTAL_TIME, "r_total_time_ms") \
	X(BLOCK_SORTED, "read_sorted_file") \
	X(ROWS, "rows") \
	X(SELECT_ID, "select_id") \
	X(SQL, "sql") \
	X(BLOCK_TABLE, "table") \
	X(TABLE_NAME, "table_name") \
	X(BLOCK_TEMPORARY, "temporary_table") \
	X(TIMING, "timing") \
	X(TOTAL_TIME, "total_time") \
	X(OPERATOR_KIND, "type") \
	X(BLOCK_UNION, "union_result") \
	X(BLOCK_WINDOW, "window_functions_computation")

/* clang-format off */
enum plan_key {
	KEY_OTHER, /* any other word; the elements of arrays */
#define X(name, text) KEY_##name,
	PLAN_KEYS(X)
#undef X
	PLAN_KEY_COUNT
};
/* clang-format on */

/*
 * A table of them by a few of their bytes: a large plan has a hundred thousand keys. Each reader
 * makes its own.
 */
struct plan_keys {
	uint8_t slots[256];
};

void plan_keys_init(struct plan_keys *keys);
enum plan_key plan_key_of(const struct plan_keys *keys, struct str text);
/* The text of a known key. */
const char *plan_key_text(enum plan_key key);

#endif
