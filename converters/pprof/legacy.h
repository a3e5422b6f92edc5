/*
 * pprof/legacy - the profiles of before profile.proto: gperftools, jemalloc, Go's texts
 *
 * These have addresses where pprof has functions, and often the memory map of the process behind
 * them. `go tool pprof` makes a profile of today's kind of each, and so does this: a reader below
 * fills the tables of struct pprof_reader, and resolve.c takes it from there. Value types, their
 * order (the last one is the default), units, periods and the label "bytes" are pprof's.
 *
 *   legacy.c          strings, samples, addresses, and which kind a file is
 *   legacy_symbols.c  functions of addresses: "--- symbol" and the comments in Go's texts
 *   legacy_maps.c     /proc/PID/maps, and which mapping an address is in
 *   legacy_cpu.c      gperftools' CPU profiles: binary words
 *   legacy_heap.c     "heap profile: ... @ heapprofile", growth, fragmentation
 *   legacy_jemalloc.c "heap_v2/524288"
 *   legacy_counts.c   Go's counts (goroutine, threadcreate) and --- threadz
 *   legacy_locks.c    --- contentionz, --- mutex
 */
#ifndef PPROF_LEGACY_H
#define PPROF_LEGACY_H

#include "converters/pprof/reading.h"

/* An address of a stack: that of the instruction at work, or where a call returns to. */
struct legacy_address {
	uint64_t address, at;
	bool returns;
};

/* The lines of r->lines that an address stands for, the innermost function first. */
struct legacy_symbol {
	uint64_t address;
	size_t lines, line_count;
};

/* A comment "# 0x4d9e64 main.order+0x53 main.go:20"; texts by number. */
struct legacy_comment {
	uint64_t address, name, file, line;
};

struct legacy_reader {
	struct pprof_reader *r;
	struct input *in;

	struct index text_index;          /* of r->strings */
	struct legacy_address *addresses; /* a location is number + 1 */
	size_t address_count, address_cap;
	struct index address_index;
	struct legacy_symbol *symbols;
	size_t symbol_count, symbol_cap;
	struct index symbol_index;
	bool has_map;

	/* the stack that is being read: numbers of addresses, leaf first */
	uint32_t *stack;
	size_t depth, stack_cap;
	uint32_t path; /* as a list of the reader, once a sample was added */
	bool has_path;
	size_t label_count; /* of r->labels */
	bool pending;       /* a sample that waits for the comments behind it */
	struct legacy_comment *comments;
	size_t comment_count, comment_cap;
};

/* --- which one it is --- */

enum { LEGACY_HEAD = 512 }; /* bytes that are enough to tell */

struct legacy_kind {
	bool (*is)(struct str head);
	void (*read)(struct legacy_reader *l);
};
/* NULL: none of them. */
const struct legacy_kind *legacy_kind_of(struct str head);
/* Fills the tables of the reader. */
void legacy_read(struct pprof_reader *r, const struct legacy_kind *kind);

bool legacy_is_cpu(struct str head);
void legacy_read_cpu(struct legacy_reader *l);
bool legacy_is_heap(struct str head);
void legacy_read_heap(struct legacy_reader *l);
bool legacy_is_jemalloc(struct str head);
void legacy_read_jemalloc(struct legacy_reader *l);
bool legacy_is_count(struct str head);
void legacy_read_count(struct legacy_reader *l);
bool legacy_is_threadz(struct str head);
void legacy_read_threadz(struct legacy_reader *l);
bool legacy_is_locks(struct str head);
void legacy_read_locks(struct legacy_reader *l);
bool legacy_is_goroutine_dump(struct str head);
void legacy_refuse_goroutine_dump(struct legacy_reader *l);

/* --- what all share --- */

/* The number of a string: added if it is a new one. */
uint64_t legacy_text(struct legacy_reader *l, struct str text);
void legacy_add_type(struct legacy_reader *l, const char *name, const char *unit);
void legacy_set_period(struct legacy_reader *l, const char *name, const char *unit, int64_t period);

/* Forgets the stack before; a sample that is pending is added first. */
void legacy_begin_stack(struct legacy_reader *l);
void legacy_push(struct legacy_reader *l, uint64_t address, bool returns);
/*
 * Pushes the words 0x... of a text, each where a call returns to, but for the first if
 * `first_is_leaf`. False after an error.
 */
bool legacy_push_words(struct legacy_reader *l, struct str words, bool first_is_leaf);
void legacy_add_value(struct legacy_reader *l, int64_t value);
void legacy_add_label(struct legacy_reader *l, struct str key, struct str text);
void legacy_add_number_label(struct legacy_reader *l, struct str key, int64_t number);
/* Adds a sample of this stack, with the values and labels since the last one. */
void legacy_add_sample(struct legacy_reader *l);
/* The same at the next legacy_begin_stack() or at the end: comments and labels may come before. */
void legacy_await_comments(struct legacy_reader *l);
/* Samples name their threads in the label "thread", and it is no label then. */
void legacy_label_is_thread(struct legacy_reader *l);

/*
 * How many a sampled number stands for: a block of `size` bytes is met once in so many, with a
 * sample every `rate` bytes in the mean. An error if it is beyond 64 bits.
 */
int64_t legacy_unsample(struct legacy_reader *l, int64_t value, double scale);
double legacy_sampling_scale(int64_t count, int64_t size, int64_t rate);

/* "12:  345 [  67: 890]": objects and bytes in use, and all that were allocated. */
struct legacy_sizes {
	int64_t count, size, all_count, all_size;
};
/* Takes it off *text. False: it is not that; nothing is said. */
bool legacy_take_sizes(struct str *text, struct legacy_sizes *sizes);
void legacy_add_sizes(struct legacy_sizes *sum, const struct legacy_sizes *more);
/*
 * A heading says how much its rows are together. If that is not so, rows are missing, and this is
 * told at the end of the samples: `what` are they? False then, and after an error.
 */
bool legacy_check_total(struct legacy_reader *l, int64_t rows, int64_t heading, const char *what);
/* Objects without bytes may be; bytes of no object are an error. */
bool legacy_check_sizes(struct legacy_reader *l, const struct legacy_sizes *sizes);

/* --- symbols --- */

/* Takes a comment of Go's: of the sample before, or of none. */
void legacy_read_comment(struct legacy_reader *l, struct str line);
/* Gives the addresses of the stack the functions that its comments name. */
void legacy_take_comments(struct legacy_reader *l);
/* A function without a file, unless the address has one. */
void legacy_name_address(struct legacy_reader *l, uint64_t address, struct str name);
bool legacy_is_symbolised(struct str head);
/* "--- symbol" with functions of addresses, then another kind. */
void legacy_read_symbolised(struct legacy_reader *l);
/* The symbol of an address, or NULL; *address becomes the one that it is known by. */
const struct legacy_symbol *legacy_find_symbol(const struct legacy_reader *l,
					       const struct legacy_address *of, uint64_t *address);

/* --- mappings --- */

/* "MAPPED_LIBRARIES:" and the like. */
bool legacy_is_map_heading(struct str line);
/* Reads lines up to the heading of a map, and the map; to be called behind the samples. */
void legacy_read_sections(struct legacy_reader *l, struct str line);
/* Reads the map that is the rest of the input. */
void legacy_read_map(struct legacy_reader *l);
/* Gives each location the id of its mapping. */
void legacy_map_locations(struct legacy_reader *l);

/* --- texts --- */

static inline bool legacy_is_blank(char c)
{
	return c == ' ' || c == '\t';
}
struct str legacy_first_line(struct str head); /* that is neither empty nor a comment */
bool legacy_is_comment(struct str line);       /* "# ..." or empty */
/* Takes the next line that is neither. False at the end. */
bool legacy_next_line(struct legacy_reader *l, struct str *line);
/* Takes what is expected, a number or a word off *text; blanks before it are passed over. */
bool legacy_take(struct str *text, struct str word);
bool legacy_take_i64(struct str *text, int64_t *value);

#endif
