/* callgrind/read_header - lines before and between the costs: KEY ": " VALUE */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind/reading.h"

void callgrind_flush_pending(struct callgrind_reader *r)
{
	for (size_t i = 0; i < r->pending_count; i++) {
		struct str key = profile_text(r->p, r->pending[i].key);
		bool part = str_eq(key, S("desc"));

		profile_metadata(r->p, part ? r->thread : NO_ID, key,
				 profile_text(r->p, r->pending[i].value));
	}
	r->pending_count = 0;
}

void callgrind_start_part(struct callgrind_reader *r)
{
	size_t threads = r->p->thread_count;

	r->thread = profile_thread(r->p, r->thread_row);
	if (r->thread == threads)
		r->new_thread = r->thread;
	r->block.open = false;
	callgrind_flush_pending(r);
}

/*
 * Compares a line of sums with the costs of the part. Sums that are left out are 0, as with
 * costs. `less`: some cost is below its sum.
 */
static bool are_sums(const struct callgrind_reader *r, struct str rest, bool *less)
{
	bool same = true;

	*less = false;
	for (size_t i = 0; i < r->event_count; i++) {
		bool time = r->events[i] != NO_ID &&
			    r->p->value_types[r->events[i]].unit == UNIT_TIME;
		int64_t number = 0;
		struct str word;

		if (str_word(&rest, &word) && r->events[i] != NO_ID)
			same &= str_to_i64(word, &number) &&
				i64_shift(number, time ? r->powers[i] : 0, &number);
		same &= number == r->sums[i];
		*less |= r->sums[i] < number;
	}
	return same;
}

/*
 * callgrind writes the summary first and the totals last: a part with costs missing and without
 * totals was cut, because it was copied while it was written or the disk was full.
 */
static void report_cut(struct callgrind_reader *r)
{
	bool less;

	if (!r->valgrind || r->rewritten || are_sums(r, profile_text(r->p, r->part_totals), &less))
		return;
	are_sums(r, profile_text(r->p, r->summary), &less);
	if (!less)
		return;
	profile_report_missing(r->p, str_of(r->in->name),
			       "the costs are less than its summary (%s)%s",
			       diag_masked(profile_text(r->p, r->summary)),
			       r->part_totals ? " and not its totals"
					      : ", and no totals follow: it was cut short");
}

/*
 * "summary:" is the sum of all costs and not worth keeping, unless callgrind counted what it
 * did not collect (system calls outside of --toggle-collect) or cut it short. xdebug's is the
 * time of the whole run and its highest use of memory.
 */
void callgrind_end_part(struct callgrind_reader *r)
{
	struct str summary = profile_text(r->p, r->summary);
	bool less;

	if (summary.n && r->event_count && !are_sums(r, summary, &less)) {
		report_cut(r);
		if (r->thread != NO_ID)
			profile_metadata(r->p, r->thread, S("summary"), summary);
	}
	r->summary = r->part_totals = 0;
	memset(r->sums, 0, sizeof r->sums);
}

static void header_metadata(struct callgrind_reader *r, struct str key, struct str value)
{
	ARRAY_ROOM(r->pending, r->pending_count, r->pending_cap);
	r->pending[r->pending_count++] = (struct pending){ profile_string(r->p, key),
							   profile_string(r->p, value) };
}

/*
 * Derives the dialect from the creator. It is kept as metadata, which tells a writer that names
 * are as readers of the original file know them.
 */
static void read_creator(struct callgrind_reader *r, struct str value)
{
	struct str mark = S("; profpipe");

	callgrind_end_totals(r); /* of a file that this one was appended to */
	r->ours = str_eq(value, S("profpipe"));
	r->rewritten = r->ours || str_ends(value, mark);
	if (str_ends(value, mark))
		value.n -= mark.n;
	r->yappi = str_starts(value, S("yappi"));
	/* which function a name is depends on the creator */
	if (r->met)
		memset(r->met, 0, r->met_count * sizeof *r->met);
	r->xdebug = str_starts(value, S("xdebug"));
	r->valgrind = str_starts(value, S("callgrind-"));
	r->python = r->ours || r->yappi || str_starts(value, S("pyprof2calltree"));
	r->has_creator = true;
	r->p->inclusive_only |= r->yappi;
	r->p->all_callers = r->yappi && (r->p->all_callers || !profile_has_graph(r->p));
	if (!r->ours)
		header_metadata(r, S("creator"), value);
}

/* pyprof2calltree does not give its name, but only its files begin like this. */
static void guess_creator(struct callgrind_reader *r)
{
	if (!r->has_creator)
		read_creator(r, r->has_ns   ? S("pyprof2calltree")
				: r->xdebug ? S("xdebug")
					    : S("unnamed"));
}

static void read_positions(struct callgrind_reader *r, struct str value)
{
	struct str word;

	r->has_address = r->has_line = false;
	while (str_word(&value, &word)) {
		if (str_eq(word, S("instr")))
			r->has_address = true;
		else if (str_eq(word, S("line")))
			r->has_line = true;
		else
			input_error(r->in, "expected positions instr or line, got %s",
				    diag_quote(word));
	}
	callgrind_find_plain(r);
}

/* put_event() appends the unit to names that do not imply it. */
static struct str without_unit(struct str name, const struct value_type *type)
{
	struct str added = type->unit == UNIT_TIME ? S("_(ns)") : S("_(bytes)");

	if (type->unit != UNIT_NONE && name.n > added.n && str_ends(name, added))
		name.n -= added.n;
	return name;
}

static value_id event_type(struct callgrind_reader *r, struct str name, int *power)
{
	struct value_type type = { 0 };
	struct str digits, base;
	uint64_t n;

	callgrind_unit_of_event(name, &type);
	/* a ratio does not add up: pprofile's microseconds per hit */
	if (str_eq(name, S("usphit"))) {
		*power = 0;
		return NO_ID;
	}
	/* yappi writes seconds times 10^6, xdebug 2 microseconds without a unit in the name */
	if ((r->yappi && str_eq(name, S("Ticks"))) || (r->xdebug && str_eq(name, S("Time"))) ||
	    str_eq(name, S("microseconds"))) {
		type.unit = UNIT_TIME;
		type.source_scale = 3;
		name = S("time");
	} else if (str_eq(name, S("ns"))) {
		type.unit = UNIT_TIME;
		name = S("time");
	} else if (str_ends(name, S(")")) && str_cut_last(name, '(', &base, &digits) &&
		   str_starts(digits, S("1e-")) && str_ends(base, S("_")) &&
		   str_to_u64(str_from(str_head(digits, digits.n - 1), 3), &n) && n < 10) {
		type.exponent = -(int)n;
		name = str_head(base, base.n - 1);
	} else if (r->xdebug && str_eq(name, S("Memory"))) {
		type.unit = UNIT_BYTES;
	} else if (r->ours) {
		name = without_unit(name, &type);
	}
	if (type.unit == UNIT_TIME && !profile_has_graph(r->p))
		r->p->whole_units = true;
	type.name = profile_string(r->p, name);
	*power = type.unit == UNIT_TIME ? type.source_scale : type.exponent;
	return profile_value_type(r->p, type);
}

void callgrind_find_plain(struct callgrind_reader *r)
{
	const struct profile *p = r->p;

	r->plain = r->event_count && r->event_count == p->value_count &&
		   (r->has_address || r->has_line);
	for (size_t i = 0; i < r->event_count && r->plain; i++) {
		const struct value_type *type = &p->value_types[i];

		r->plain = r->events[i] == i &&
			   r->powers[i] == (type->unit == UNIT_TIME ? 0 : type->exponent);
	}
}

/* "hits microseconds usphit": the time is what users look for, so it becomes the first. */
static void prepare_for_pprofile(struct callgrind_reader *r, struct str names)
{
	struct str word = S("");
	int power;

	while (str_word(&names, &word) && !str_eq(word, S("usphit")))
		;
	if (!str_eq(word, S("usphit")))
		return;
	event_type(r, S("microseconds"), &power);
	profile_report_missing(r->p, str_of(r->in->name),
			       "usphit is a ratio and does not add up: it was left out");
}

static void read_events(struct callgrind_reader *r, struct str value)
{
	struct str word;
	size_t cap;

	guess_creator(r);
	prepare_for_pprofile(r, value);
	r->event_count = 0;
	while (str_word(&value, &word)) {
		if (r->event_count == MAX_EVENTS) {
			input_error(r->in, "expected at most %d events", MAX_EVENTS);
			return;
		}
		cap = r->event_cap;
		ARRAY_ROOM(r->powers, r->event_count, cap);
		ARRAY_ROOM(r->events, r->event_count, r->event_cap);
		r->events[r->event_count] = event_type(r, word, &r->powers[r->event_count]);
		r->event_count++;
	}
	r->values = alloc_resize(r->values, r->p->value_count, sizeof *r->values);
	r->address = r->at_line = 0;
	callgrind_find_plain(r);
	callgrind_start_part(r);
}

/* "event: NAME [= FORMULA] [: LONG NAME]" is kept as it is. */
static void read_event(struct callgrind_reader *r, struct str value)
{
	if (str_starts(value, S("ns ")))
		r->has_ns = true;
	else
		header_metadata(r, S("event"), value);
}

/* Sets the long names of the events that have a column. */
void callgrind_set_titles(struct profile *p)
{
	for (size_t i = 0; i < p->metadata_count; i++) {
		struct str value = profile_text(p, p->metadata[i].value), name, title;

		if (!str_eq(profile_text(p, p->metadata[i].key), S("event")) ||
		    !str_cut_last(value, ':', &value, &title) || !str_word(&value, &name))
			continue;
		for (size_t v = 0; v < p->value_count; v++)
			if (str_eq(profile_text(p, p->value_types[v].name), name))
				p->value_types[v].title = profile_string(p, str_trim(title));
	}
}

/* Threads have numbers of 64 bits in languages that take pthread_self() for them. */
static bool read_number(struct callgrind_reader *r, struct str value, uint64_t max, uint64_t *n)
{
	if (!str_to_u64(value, n) || *n > max) {
		input_error(r->in, "expected a number, got %s", diag_quote(value));
		return false;
	}
	return true;
}

/* Reads the descriptions that our writer makes. */
static bool read_our_desc(struct callgrind_reader *r, struct str value)
{
	if (str_starts(value, OUR_THREAD))
		r->thread_row.name = profile_string(r->p, str_from(value, OUR_THREAD.n));
	else if (str_starts(value, OUR_NUMBERED))
		r->thread_row = (struct thread){
			.pid = r->thread_row.pid,
			.part = r->thread_row.part,
			.name = profile_string(r->p, str_from(value, OUR_NUMBERED.n)),
		};
	else if (str_eq(value, OUR_CALLS))
		r->p->calls_sampled = true;
	else if (str_eq(value, OUR_ESTIMATE))
		r->p->arcs_estimated = true;
	else if (str_eq(value, OUR_INCLUSIVE))
		r->p->inclusive_only = true;
	else
		return false;
	return true;
}

void callgrind_read_header(struct callgrind_reader *r, struct str key, struct str value)
{
	uint64_t n;

	if (str_eq(key, S("cmd")) || str_eq(key, S("desc"))) {
		/* "desc: I1 cache: " and "cmd:  ./a.out" keep their blanks */
		value = str_from(value, value.n && value.p[0] == ' ');
		if (!r->rewritten || !read_our_desc(r, value))
			header_metadata(r, key, value);
		return;
	}
	value = str_trim(value);
	if (str_eq(key, S("events"))) {
		read_events(r, value);
	} else if (str_eq(key, S("positions"))) {
		read_positions(r, value);
	} else if (str_eq(key, S("creator"))) {
		read_creator(r, value);
	} else if (str_eq(key, S("event"))) {
		read_event(r, value);
	} else if (str_eq(key, S("pid")) && read_number(r, value, UINT64_MAX, &n)) {
		r->thread_row = (struct thread){ .pid = n };
	} else if (str_eq(key, S("part")) && read_number(r, value, UINT32_MAX, &n)) {
		callgrind_end_part(r);
		r->thread_row.part = (uint32_t)n;
		r->thread = NO_ID;
	} else if (str_eq(key, S("thread")) && read_number(r, value, UINT64_MAX, &n)) {
		callgrind_end_part(r);
		r->thread_row.name = 0;
		r->thread_row.tid = n;
		r->thread = NO_ID;
	} else if (str_eq(key, S("summary"))) {
		r->summary = profile_string(r->p, value);
	} else if (str_eq(key, S("totals"))) {
		r->part_totals = profile_string(r->p, value);
	} else if (str_eq(key, S("version"))) {
		/* xdebug did not give its name before 2.3, but this */
		r->xdebug |= str_eq(value, S("0.9.6"));
	} else {
		diag_verbose("%s: line %" PRIu64 ": unknown header line %s",
			     diag_masked(str_of(r->in->name)), r->in->line, diag_quote(r->line));
	}
}
