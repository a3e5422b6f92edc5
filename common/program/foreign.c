#include "common/program/foreign.h"

#include <stddef.h>

/* Where the mark stands. */
enum where {
	AT_START,
	IN_FIRST_LINES, /* anywhere in what is looked at of a text */
	IN_JSON,        /* the same of a text that begins with { or [ */
};

static const struct kind {
	enum where where;
	struct str mark;
	const char *kind;
} kinds[] = {
#define MARK(literal) \
	{ \
		(literal), sizeof(literal) - 1 \
	}
	/* binary */
	{ AT_START, MARK("PERFILE2"), "a perf.data file: what `perf script` prints of it is read" },
	{ AT_START, MARK("FLR\0"),
	  "a recording of Java's Flight Recorder: async-profiler's jfrconv "
	  "makes collapsed stacks of it" },
	{ AT_START, MARK("gmon"),
	  "a gmon.out file of gprof, which is of no use without its program" },
	{ AT_START, MARK("memray"), "a capture of memray: its own reports read it" },
	{ AT_START,
	  MARK("\x7f"
	       "ELF"),
	  "a program or library (ELF), not a profile of it" },
	{ AT_START, MARK("PK\x03\x04"), "a zip archive: unpack it first" },
	{ AT_START, MARK("JAVA PROFILE"), "a heap dump of Java (hprof), not a profile" },
	{ AT_START, MARK("SQLite format 3"), "an SQLite database" },
	{ AT_START, MARK("hprof\0"), "an hprof file" },
	{ AT_START, MARK("\x89PNG"), "a PNG picture: the profile is not in it" },
	{ AT_START, MARK("%PDF"), "a PDF document" },
	{ AT_START, MARK("\x04\x22\x4d\x18"), "lz4 data: unpack it first" },
	/* JSON */
	{ IN_JSON, MARK("\"root_frame\""), "pyinstrument's JSON: its -r speedscope is read" },
	{ IN_JSON, MARK(""), "JSON of another kind" },
	/* reports and pages */
	{ IN_FIRST_LINES, MARK(" function calls"),
	  "a report of Python's pstats: the .pstat file that it was made "
	  "of is read" },
	{ IN_FIRST_LINES, MARK("Profile data file"),
	  "a report of callgrind_annotate: the file that it was made of is "
	  "read" },
	{ IN_FIRST_LINES, MARK("Showing nodes accounting for"),
	  "a report of pprof: the profile that it was made of is read" },
	{ IN_FIRST_LINES, MARK("Flat profile:"), "a report of gprof" },
	{ IN_FIRST_LINES, MARK("<!DOCTYPE html"), "an HTML page" },
	{ IN_FIRST_LINES, MARK("<!doctype html"), "an HTML page" },
	{ IN_FIRST_LINES, MARK("<html"), "an HTML page" },
	{ AT_START, MARK("digraph"), "a graph for Graphviz: dot is written, not read" },
	{ AT_START, MARK("strict digraph"), "a graph for Graphviz: dot is written, not read" },
	{ AT_START, MARK("# HELP "), "metrics for Prometheus: openmetrics is written, not read" },
	{ AT_START, MARK("# TYPE "), "metrics for Prometheus: openmetrics is written, not read" },
	{ AT_START, MARK("v8-version"),
	  "a log of V8: `node --prof-process --preprocess` and speedscope.app "
	  "open it" },
#undef MARK
};

const char *foreign_kind(struct str head)
{
	enum { LOOKED_AT = 4096 };
	struct str text = str_head(str_after_blanks(head), LOOKED_AT);
	bool json = text.n && (text.p[0] == '{' || text.p[0] == '[');

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		const struct kind *k = &kinds[i];

		if (k->where == AT_START
			    ? str_starts(head, k->mark)
			    : (k->where == IN_FIRST_LINES || json) && str_contains(text, k->mark))
			return k->kind;
	}
	return NULL;
}
