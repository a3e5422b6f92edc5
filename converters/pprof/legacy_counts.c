/*
 * pprof/legacy_counts - stacks that are counted: Go's goroutine and threadcreate, --- threadz
 *
 *	goroutine profile: total 4
 *	3 @ 0x47de8e 0x4158ee
 *	# labels: {"worker":"3"}
 *	#	0x4da558	main.main.func2+0x18	/srv/main.go:55
 *
 *	--- threadz 1 ---
 *	--- Thread 7f794ab90940 (name: main/14748) stack: ---
 *	  PC: 0x00bb3d8d 0x7f794aa32c9c
 *	--- Memory map: ---
 */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/pprof/legacy.h"

/* --- counts --- */

/* "goroutine profile: total 4" */
static bool parse_count_header(struct str line, struct str *name, int64_t *total)
{
	return str_word(&line, name) && legacy_take(&line, S("profile:")) &&
	       legacy_take(&line, S("total")) && str_to_i64(str_trim(line), total) && *total >= 0;
}

bool legacy_is_count(struct str head)
{
	struct str name;
	int64_t total;

	return parse_count_header(legacy_first_line(head), &name, &total);
}

static void read_count_sample(struct legacy_reader *l, struct str line, int64_t *rows)
{
	int64_t count;

	legacy_begin_stack(l);
	if (!legacy_take_i64(&line, &count) || !legacy_take(&line, S("@")) || count < 0) {
		input_error(l->in, "expected 'N @ ADDRESSES'");
		return;
	}
	if (!legacy_push_words(l, line, false))
		return;
	legacy_add_value(l, count);
	legacy_await_comments(l);
	i64_add_to(rows, count);
}

void legacy_read_count(struct legacy_reader *l)
{
	struct str line, name = S("");
	struct buf type = { 0 };
	int64_t total = 0, rows = 0;

	legacy_next_line(l, &line);
	if (l->in->failed || !parse_count_header(line, &name, &total))
		return;
	buf_add(&type, name);
	buf_byte(&type, '\0');
	legacy_add_type(l, type.p, "count");
	legacy_set_period(l, type.p, "count", 1);
	buf_free(&type);
	while (input_line(l->in, &line) && !str_starts(line, S("---")))
		if (legacy_is_comment(line))
			legacy_read_comment(l, line);
		else
			read_count_sample(l, line, &rows);
	legacy_check_total(l, rows, total, "stacks");
	if (!l->in->failed && str_starts(line, S("---")))
		legacy_read_sections(l, line);
}

/* --- threadz --- */

struct thread_heading {
	struct str name;
	uint64_t id;
};

/* "--- Thread 7f794ab90940 (name: main/14748) stack: ---" */
static bool parse_thread(struct str line, struct thread_heading *t)
{
	struct str address, number;
	uint64_t ignored;

	if (!legacy_take(&line, S("--- Thread")) || !str_word(&line, &address) ||
	    !str_to_hex(address, &ignored) || !legacy_take(&line, S("(name:")) ||
	    !str_ends(str_trim(line), S(") stack: ---")))
		return false;
	line = str_trim(line);
	line.n -= strlen(") stack: ---");
	return str_cut_last(line, '/', &t->name, &number) && str_to_u64(number, &t->id);
}

bool legacy_is_threadz(struct str head)
{
	struct str line = legacy_first_line(head);
	struct thread_heading t;

	return str_starts(line, S("--- threadz ")) || parse_thread(line, &t);
}

static bool is_section(struct str line)
{
	return str_starts(str_trim(line), S("---"));
}

/* "  0x0040be31: main", or only addresses; false after an error */
static bool read_frames(struct legacy_reader *l, struct str text, bool first_is_leaf)
{
	struct str number, name;
	uint64_t address;

	if (!str_cut(text, ':', &number, &name))
		return legacy_push_words(l, text, first_is_leaf);
	if (!legacy_push_words(l, number, first_is_leaf))
		return false;
	if (str_starts(number, S("0x")) && str_to_hex(str_from(number, 2), &address))
		legacy_name_address(l, address - !first_is_leaf, str_trim(name));
	return true;
}

/* Reads the lines below a heading and adds the thread; *line becomes the one behind them. */
static bool read_thread(struct legacy_reader *l, struct str *line)
{
	struct thread_heading t;
	bool same = false, more, any = false;

	if (!parse_thread(*line, &t)) {
		input_error(l->in, "expected '--- Thread ID (name: NAME/ID) stack: ---'");
		return false;
	}
	legacy_add_label(l, S("thread"), str_trim(t.name));
	legacy_add_number_label(l, S("tid"), (int64_t)t.id);
	while ((more = input_line(l->in, line)) && !is_section(*line)) {
		struct str text = *line;

		if (str_contains(text, S("same as previous thread"))) {
			same = true;
			continue;
		}
		if (!legacy_take(&text, S("PC:")))
			legacy_take(&text, S("creator:"));
		text = str_trim(text);
		if (!text.n)
			continue;
		if (!any)
			legacy_begin_stack(l);
		if (!read_frames(l, text, !any))
			return false;
		any = true;
	}
	if (same == any && !l->in->failed)
		input_error(l->in,
			    "expected the addresses of a thread, or 'same as previous thread'");
	legacy_add_value(l, 1);
	if (!l->in->failed)
		legacy_add_sample(l);
	return more;
}

void legacy_read_threadz(struct legacy_reader *l)
{
	struct str line = S("");
	bool more;

	legacy_add_type(l, "thread", "count");
	legacy_set_period(l, "thread", "count", 1);
	legacy_label_is_thread(l);
	while ((more = input_line(l->in, &line)))
		if (str_starts(line, S("---")) && !str_starts(line, S("--- threadz ")))
			break;
	while (more && !legacy_is_map_heading(line) &&
	       !str_starts(line, S("---- no stack trace for")))
		more = read_thread(l, &line);
	if (more)
		legacy_read_sections(l, line);
}

/* --- debug=2 --- */

bool legacy_is_goroutine_dump(struct str head)
{
	struct str line = legacy_first_line(head);
	int64_t number;

	return legacy_take(&line, S("goroutine ")) && legacy_take_i64(&line, &number) &&
	       legacy_take(&line, S("[")) && str_ends(line, S("]:"));
}

void legacy_refuse_goroutine_dump(struct legacy_reader *l)
{
	l->in->line = 1;
	input_error(l->in, "expected a profile, got a list of goroutines (debug=2): debug=0 or "
			   "debug=1 counts them");
}
