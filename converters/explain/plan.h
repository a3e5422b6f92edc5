/*
 * explain/plan - query plans in memory, whatever syntax they came in
 *
 * 	lines.c    takes psql's tables and the server's log away from the lines within
 * 	json.c xml.c yaml.c text.c    the four syntaxes of EXPLAIN
 * 	build.c    makes nodes of keys and values; name.c calls them as text plans do
 * 	payers.c   which node waited for an InitPlan or a CTE
 * 	spread.c workers.c fit.h  exclusive values
 * 	emit.c copies.c  samples of a profile
 * 	hints.c    advice in words
 *
 * Nodes are numbered in preorder: a parent before its children, and the nodes below node i are
 * those from i + 1 up to but not including nodes[i].end. Values are inclusive, as in the file,
 * and sums over all loops and processes: times in nanoseconds, costs in hundredths.
 */
#ifndef EXPLAIN_PLAN_H
#define EXPLAIN_PLAN_H

#include "common/profile/profile.h"

#define NO_NODE UINT32_MAX

/* What is measured of a node: name, unit name, how children relate to it. */
#define PLAN_COLUMNS(X) \
	X(TIME, "time", "") \
	X(ROWS, "rows", "rows") \
	X(COST, "cost", "cost units") \
	X(SHARED_HIT, "shared_hit", "blocks") \
	X(SHARED_READ, "shared_read", "blocks") \
	X(SHARED_DIRTIED, "shared_dirtied", "blocks") \
	X(SHARED_WRITTEN, "shared_written", "blocks") \
	X(LOCAL_HIT, "local_hit", "blocks") \
	X(LOCAL_READ, "local_read", "blocks") \
	X(LOCAL_DIRTIED, "local_dirtied", "blocks") \
	X(LOCAL_WRITTEN, "local_written", "blocks") \
	X(TEMP_READ, "temp_read", "blocks") \
	X(TEMP_WRITTEN, "temp_written", "blocks") \
	X(IO_READ, "io_read", "") \
	X(IO_WRITE, "io_write", "") \
	X(WAL_RECORDS, "wal_records", "records") \
	X(WAL_FPI, "wal_fpi", "images") \
	X(WAL_BYTES, "wal_bytes", "bytes")

/* clang-format off */
enum plan_column {
#define X(name, title, unit) PLAN_##name,
	PLAN_COLUMNS(X)
#undef X
	PLAN_COLUMN_COUNT
};
/* clang-format on */

/* How a node is related to the one that it hangs on. */
enum plan_relation {
	PLAN_CHILD,    /* runs inside it */
	PLAN_SUBPLAN,  /* the same, and has a name */
	PLAN_INITPLAN, /* runs inside the node that first needs its value */
	PLAN_CTE,      /* runs inside the CTE Scans that read it */
};

/* What hints are about. 0 is unknown, or none. */
struct plan_facts {
	int64_t planned_rows, removed_rows; /* of a loop, in hundredths */
	int64_t disk;                       /* kilobytes that a sort or a hash wrote */
	int64_t batches;                    /* of a hash */
	int64_t heap_fetches, exact_blocks, lossy_blocks;
	uint32_t workers_planned, workers_launched;
};

struct plan_node {
	struct plan_facts facts;
	int64_t mean_rows; /* of a loop, in hundredths */
	string_id name;    /* of its frame: "Seq Scan on orders o" */
	string_id subplan; /* "InitPlan 1 (returns $0)", or 0 */
	string_id cte;     /* of a CTE Scan: "CTE m", the subplan that it reads */
	string_id table;   /* of a node that modifies one */
	uint32_t parent, end;
	uint8_t relation;
	bool gather;   /* starts workers */
	bool no_crew;  /* which were not launched */
	bool modifies; /* INSERT, UPDATE, DELETE, MERGE */
	bool output;   /* has what only VERBOSE writes */
	bool timed, looped;
	bool whole; /* of another server: its time is that of all below, not only its own */
	uint32_t first_worker, worker_count;
	int64_t loops;
	int64_t bound; /* each time may be off by so much: it is a rounded mean of the loops */
	int64_t values[PLAN_COLUMN_COUNT];
};

/* What one process did of a node. The leader's part is what the workers leave of the node's. */
struct plan_worker {
	uint32_t number;
	int64_t loops;
	int64_t values[PLAN_COLUMN_COUNT];
};

/* A text of a node mentions the value of an InitPlan, by the name "InitPlan 1" or "$0". */
struct plan_reference {
	string_id key;
	uint32_t node;
};

struct plan_trigger {
	string_id name, table; /* name as shown: "Trigger b_ins on tt" */
	bool constraint;       /* fires after the statement */
	int64_t time, calls;
};

/* A number that the file may not have. */
struct plan_number {
	int64_t value;
	bool known;
};

/* Where a plan stood in a server's log. */
struct plan_entry {
	bool logged, clocked;
	string_id process; /* "[9200]", or 0 */
	int64_t ended;     /* nanoseconds on the log's clock, cut to `tick` */
	int64_t tick;
};

struct plan {
	string_id query;     /* its text, or 0 */
	uint32_t first, end; /* its nodes */
	uint32_t first_reference, end_reference;
	uint32_t first_trigger, end_trigger;
	struct plan_number planning, execution, serialization;
	int64_t planning_values[PLAN_COLUMN_COUNT]; /* buffers of planning */
	struct plan_entry entry;
	bool other;  /* of another server than PostgreSQL */
	bool nested; /* within the time of a later plan of the log */
};

struct plans {
	struct plan *items;
	size_t count, cap;
	struct plan_node *nodes;
	size_t node_count, node_cap;
	struct plan_worker *workers;
	size_t worker_count, worker_cap;
	struct plan_reference *references;
	size_t reference_count, reference_cap;
	struct plan_trigger *triggers;
	size_t trigger_count, trigger_cap;
};

void plans_open(struct plans *plans);
void plans_free(struct plans *plans);

/* True for columns whose values are sums over all processes, also below a Gather. */
static inline bool plan_counts(enum plan_column c)
{
	return c >= PLAN_SHARED_HIT;
}

#endif
