/* bpftrace/read - entries of maps: keys, stacks, values */
#include <inttypes.h>

#include "common/base/alloc.h"
#include "common/base/num.h"
#include "converters/bpftrace/internal.h"

#define AT(field) offsetof(struct bpftrace_read_options, field)

const struct option_row bpftrace_read_rows[] = {
	OPT_TEXT(0, "map", "NAME", "read only this map, '@' or '@name'", AT(map)),
	OPT_FLAG(0, "lenient", "leave out a last entry that the end of the file cuts", AT(lenient)),
	OPT_END
};

/* An entry of a map without stacks, which counts only if no map has any. */
struct bpftrace_flat {
	string_id map, key;
	int64_t value;
	uint64_t count;
};

struct bpftrace_reader {
	struct input *in;
	struct profile *p;
	const struct bpftrace_read_options *options;

	struct strings texts; /* of lines, names and keys */
	frame_id *frames;     /* by text of a line; NO_ID: none yet */
	size_t frame_count, frame_cap;
	struct bpftrace_flat *flat;
	size_t flat_count, flat_cap;

	/* the entry */
	bool open, wanted;
	bool has_stack; /* one of its parts is a stack, be it an empty one */
	bool histogram; /* its lines follow */
	string_id map;
	struct buf name; /* of the map and the thread */
	frame_id *stack; /* the leaf first */
	size_t stack_count, stack_cap;
	int64_t value;
	uint64_t count;

	bool cut;
	uint64_t entries, scalars, texts_skipped, printed;
};

/* --- frames --- */

static frame_id new_frame(struct bpftrace_reader *r, struct str line)
{
	struct bpftrace_frame f;
	struct function function = { 0 };

	if (!bpftrace_parse_frame(line, &f)) {
		input_error(r->in, "expected a frame like 'main+48' or an address, got %s",
			    diag_quote(line));
		return 0;
	}
	if (f.unsymbolised)
		return profile_unsymbolised_frame(r->p, NO_MAPPING, f.address, FRAME_UNKNOWN);
	function.name = profile_string(r->p, f.symbol);
	function.object = profile_string(r->p, f.object);
	return profile_frame(r->p, (struct frame){ .function = profile_function(r->p, function) });
}

static void add_frame(struct bpftrace_reader *r, struct str line)
{
	string_id id = strings_add(&r->texts, line);

	while (r->frame_count <= id) {
		ARRAY_ROOM(r->frames, r->frame_count, r->frame_cap);
		r->frames[r->frame_count++] = NO_ID;
	}
	if (r->frames[id] == NO_ID)
		r->frames[id] = new_frame(r, line);
	ARRAY_ROOM(r->stack, r->stack_count, r->stack_cap);
	r->stack[r->stack_count++] = r->frames[id];
}

/* --- entries --- */

static value_id value_of(struct bpftrace_reader *r, string_id map)
{
	struct str name = strings_text(&r->texts, map);

	return profile_value_type(r->p,
				  (struct value_type){
					  .name = profile_string(r->p,
								 name.n ? name : S("count")) });
}

static void add_sample(struct bpftrace_reader *r, string_id map, struct str thread, stack_id stack,
		       int64_t value, uint64_t count)
{
	struct thread t = { .name = profile_string(r->p, thread) };

	profile_sample(r->p, profile_thread(r->p, t), stack, value_of(r, map), value, count);
}

static void end_entry(struct bpftrace_reader *r)
{
	struct str key = buf_str(&r->name);
	stack_id stack = EMPTY_STACK;

	r->open = r->histogram = false;
	if (!r->wanted)
		return;
	if (!r->has_stack) {
		ARRAY_ROOM(r->flat, r->flat_count, r->flat_cap);
		r->flat[r->flat_count++] = (struct bpftrace_flat){ r->map,
								   strings_add(&r->texts, key),
								   r->value, r->count };
		return;
	}
	for (size_t i = r->stack_count; i-- > 0;)
		stack = stacks_push(&r->p->stacks, stack, r->stack[i]);
	add_sample(r, r->map, key, stack, r->value, r->count);
	r->entries++;
}

/* "count 7, average 4096, total 28672" of stats(): the total counts. */
static bool parse_stats(struct bpftrace_reader *r, struct str value)
{
	struct str count, rest, average, total;

	return str_starts(value, S("count ")) && str_cut(str_from(value, 6), ',', &count, &rest) &&
	       str_to_u64(count, &r->count) && str_cut(rest, ',', &average, &rest) &&
	       str_starts(rest, S(" total ")) &&
	       ((total = str_from(rest, 7)), str_to_i64(total, &r->value));
}

static bool looks_like_number(struct str value)
{
	size_t i = value.n && value.p[0] == '-';

	while (i < value.n && value.p[i] >= '0' && value.p[i] <= '9')
		i++;
	return i == value.n;
}

/* What stands behind "]: "; a text is no value, as a map may have been a variable. */
static void take_value(struct bpftrace_reader *r, struct str value)
{
	r->value = 0;
	r->count = 1;
	if (!value.n) {
		r->histogram = true;
		r->count = 0;
	} else if (str_to_i64(value, &r->value) || parse_stats(r, value)) {
		end_entry(r);
	} else if (looks_like_number(value) && r->wanted) {
		input_error(r->in, "expected a value below 2^63, got %s", diag_quote(value));
	} else {
		r->open = false;
		r->texts_skipped++;
	}
}

/* Joins the parts of a key that are no stacks; an empty one is an empty stack. */
static void take_parts(struct bpftrace_reader *r, struct str text)
{
	for (size_t begin = 0, i = 0; i <= text.n; i++) {
		struct str part = { text.p + begin, i - begin };

		if (i + 1 < text.n ? memcmp(text.p + i, ", ", 2) != 0 : i < text.n)
			continue;
		r->has_stack |= !part.n;
		if (part.n && r->name.n)
			buf_add(&r->name, S(", "));
		buf_add(&r->name, part);
		begin = i += 2;
		i--;
	}
}

/* Keys, from the line of the map or behind a stack: to the value, or to the next stack. */
static void take_keys(struct bpftrace_reader *r, struct str text)
{
	struct str keys, value;

	if (bpftrace_cut_value(text, &keys, &value)) {
		take_parts(r, keys);
		take_value(r, value);
		return;
	}
	r->has_stack = true;
	/* the blank at the end of a line may be gone */
	if (str_ends(text, S(", ")) || str_ends(text, S(",")))
		take_parts(r, str_head(text, text.n - (text.p[text.n - 1] == ' ' ? 2 : 1)));
	else if (text.n)
		input_error(r->in,
			    "expected ']: ' and a value, or ', ' and a stack, behind a key, got %s",
			    diag_quote(text));
}

/* --- lines --- */

static bool is_wanted(const struct bpftrace_reader *r, struct str name)
{
	struct str only = r->options->map ? str_of(r->options->map) : S("");

	if (str_starts(only, S("@")))
		only = str_from(only, 1);
	return !r->options->map || str_eq(name, only);
}

static void begin_entry(struct bpftrace_reader *r, const struct bpftrace_map *map)
{
	r->open = true;
	r->wanted = is_wanted(r, map->name);
	r->has_stack = false;
	r->stack_count = 0;
	r->name.n = 0;
	r->map = strings_add(&r->texts, map->name);
	take_keys(r, map->rest);
}

/* "[4K, 8K)               7 |@@@@   |" */
static bool take_bucket(struct bpftrace_reader *r, struct str line)
{
	struct str before, bar, word = S(""), rest;
	uint64_t count;

	if (!(str_starts(line, S("[")) || str_starts(line, S("("))) ||
	    !str_cut(line, '|', &before, &bar))
		return false;
	for (rest = before; str_word(&rest, &before);)
		word = before;
	if (!str_to_u64(word, &count) || count > INT64_MAX ||
	    !i64_add(r->value, (int64_t)count, &r->value))
		return false;
	r->count += count;
	return true;
}

/* A line within an entry. */
static void read_inside(struct bpftrace_reader *r, struct str line)
{
	if (str_starts(line, S("    ")) || str_starts(line, S("\t")))
		add_frame(r, line);
	else if (str_starts(line, S(", ")) || str_starts(line, S("]")))
		take_keys(r, str_from(line, line.p[0] == ',' ? 2 : 0));
	else if (str_eq(line, S(",")))
		r->has_stack = true;
	else
		input_error(r->in, "expected a frame, ', ' or ']: ' in an entry of a map, got %s",
			    diag_quote(line));
}

static void read_line(struct bpftrace_reader *r, struct str line)
{
	struct bpftrace_map map;

	if (r->histogram) {
		if (take_bucket(r, line))
			return;
		end_entry(r);
	}
	if (r->open)
		read_inside(r, line);
	else if (!bpftrace_parse_map(line, &map))
		r->printed += line.n > 0 && !take_bucket(r, line);
	else if (map.has_keys)
		begin_entry(r, &map);
	else
		r->scalars++;
}

/* --- the file --- */

static void add_flat(struct bpftrace_reader *r)
{
	for (size_t i = 0; i < r->flat_count; i++) {
		const struct bpftrace_flat *flat = &r->flat[i];
		struct function f = { .name = profile_string(r->p,
							     strings_text(&r->texts, flat->key)) };
		struct frame frame = { .function = profile_function(r->p, f) };

		add_sample(r, flat->map, S(""),
			   stacks_push(&r->p->stacks, EMPTY_STACK, profile_frame(r->p, frame)),
			   flat->value, flat->count);
	}
}

static void finish(struct bpftrace_reader *r)
{
	const char *name = diag_masked(str_of(r->in->name));
	struct input *in = r->in;

	if (r->histogram)
		end_entry(r);
	if (r->open && !r->options->lenient)
		input_error(in, "expected the rest of an entry, got the end of the file (--lenient "
				"leaves the entry out)");
	else if (r->open)
		profile_report_missing(r->p, str_of(in->name),
				       "the file is cut: its last entry is left out");
	if (in->failed)
		return;
	if (!r->entries)
		add_flat(r);
	else if (r->flat_count)
		profile_report_missing(r->p, str_of(in->name),
				       "%zu entries without stacks are left out: others have them",
				       r->flat_count);
	diag_verbose("%s: %" PRIu64 " entries with stacks, %zu without; skipped: %" PRIu64
		     " values without keys, %" PRIu64 " texts, %" PRIu64 " lines that the script "
		     "printed",
		     name, r->entries, r->flat_count, r->scalars, r->texts_skipped, r->printed);
	if (r->options->map && !r->entries && !r->flat_count)
		diag_warning("%s: no entry is of map %s", name,
			     diag_quote(str_of(r->options->map)));
	if (!r->p->value_count)
		value_of(r, 0);
}

int bpftrace_read(struct input *in, struct profile *p)
{
	struct bpftrace_reader r = { .in = in, .p = p, .options = in->options };
	struct str line;

	in->place = PLACE_LINE;
	strings_init(&r.texts);
	while (input_line(in, &line)) {
		/* without its end, a value may lack digits */
		if (in->p[-1] != '\n' && (r.open || str_starts(line, S("@")))) {
			r.open = true;
			r.histogram = false;
			break;
		}
		read_line(&r, line);
	}
	finish(&r);
	strings_free(&r.texts);
	alloc_free(r.frames);
	alloc_free(r.flat);
	alloc_free(r.stack);
	buf_free(&r.name);
	return input_status(in);
}
