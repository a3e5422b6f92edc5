#include "common/transform/reshape/tags.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/syntax/pattern.h"
#include "common/transform/reshape/coarsen.h"
#include "common/transform/reshape/remap.h"

/* --- units: those of one kind are compared with each other --- */

static const struct tag_unit {
	const char *name; /* in lower case */
	char kind;        /* 't' time in nanoseconds, 'b' bytes, 'n' none */
	int64_t size;
} tag_units[] = {
	{ "", 'n', 1 },
	{ "ns", 't', 1 },
	{ "nanosecond", 't', 1 },
	{ "us", 't', 1000 },
	{ "microsecond", 't', 1000 },
	{ "ms", 't', 1000000 },
	{ "millisecond", 't', 1000000 },
	{ "s", 't', 1000000000 },
	{ "sec", 't', 1000000000 },
	{ "second", 't', 1000000000 },
	{ "min", 't', 60000000000 },
	{ "minute", 't', 60000000000 },
	{ "h", 't', 3600000000000 },
	{ "hr", 't', 3600000000000 },
	{ "hour", 't', 3600000000000 },
	{ "b", 'b', 1 },
	{ "byte", 'b', 1 },
	{ "kb", 'b', 1024 },
	{ "kib", 'b', 1024 },
	{ "mb", 'b', 1 << 20 },
	{ "mib", 'b', 1 << 20 },
	{ "gb", 'b', 1 << 30 },
	{ "gib", 'b', 1 << 30 },
	{ "tb", 'b', (int64_t)1 << 40 },
	{ "tib", 'b', (int64_t)1 << 40 },
};

/* "MB", "seconds": in any case, singular or plural. NULL: a unit of its own. */
static const struct tag_unit *find_unit(struct str name)
{
	char lower[16];
	size_t n = 0;

	if (name.n >= sizeof lower)
		return NULL;
	for (; n < name.n; n++)
		lower[n] = (char)tolower((unsigned char)name.p[n]);
	for (int plural = 0; plural < 2; plural++) {
		struct str text = { lower, n };

		if (plural && (n < 3 || lower[n - 1] != 's'))
			break;
		text.n -= (size_t)plural;
		for (size_t i = 0; i < sizeof tag_units / sizeof *tag_units; i++)
			if (str_eq(text, str_of(tag_units[i].name)))
				return &tag_units[i];
	}
	return NULL;
}

/* --- conditions --- */

struct tag_bound {
	int64_t number;
	struct str unit;
};

struct tag_condition {
	struct str key;          /* empty: any */
	struct pattern *pattern; /* or a range */
	bool has_low, has_high;
	struct tag_bound low, high;
};

/* "-12kb" off the beginning of the text. */
static bool take_bound(struct str *text, struct tag_bound *b)
{
	size_t n = 0, digits;

	n += n < text->n && (text->p[n] == '-' || text->p[n] == '+');
	digits = n;
	while (n < text->n && isdigit((unsigned char)text->p[n]))
		n++;
	if (n == digits || !str_to_i64(str_head(*text, n), &b->number))
		return false;
	*text = str_from(*text, n);
	for (n = 0; n < text->n && isalpha((unsigned char)text->p[n]);)
		n++;
	b->unit = str_head(*text, n);
	*text = str_from(*text, n);
	return true;
}

static bool read_range(struct str text, struct tag_condition *c)
{
	bool colon;

	c->has_low = take_bound(&text, &c->low);
	colon = str_starts(text, S(":"));
	if (colon)
		text = str_from(text, 1);
	if (colon)
		c->has_high = take_bound(&text, &c->high);
	if (text.n || (!c->has_low && !c->has_high))
		return false;
	if (!colon) {
		c->has_high = true;
		c->high = c->low;
	}
	return true;
}

static int read_condition(struct tag_condition *c, const char *option, struct str text)
{
	*c = (struct tag_condition){ 0 };
	if (!str_cut(text, '=', &c->key, &text))
		c->key = S("");
	if (read_range(text, c))
		return 0;
	c->has_low = c->has_high = false;
	c->pattern = pattern_new(option, text, false);
	return c->pattern ? 0 : -1;
}

/* Stops at the ends of the range. */
static int64_t scaled(int64_t number, const struct tag_unit *unit)
{
	int64_t result;

	if (__builtin_mul_overflow(number, unit->size, &result))
		return number < 0 ? INT64_MIN : INT64_MAX;
	return result;
}

/* -1, 0 or 1: how a number compares with a bound; 2: they have nothing to do with each other. */
static int compare(int64_t number, struct str unit, const struct tag_bound *b)
{
	const struct tag_unit *mine = find_unit(unit), *its = find_unit(b->unit);
	int64_t left = number, right = b->number;

	/* a bound without a unit is in that of the number */
	if (b->unit.n && (!mine || !its || mine->kind != its->kind)) {
		if (!str_eq(unit, b->unit))
			return 2;
	} else if (b->unit.n) {
		left = scaled(number, mine);
		right = scaled(b->number, its);
	}
	return left < right ? -1 : left > right;
}

static int fits_number(const struct tag_condition *c, int64_t number, struct str unit)
{
	int low = c->has_low ? compare(number, unit, &c->low) : 0;
	int high = c->has_high ? compare(number, unit, &c->high) : 0;

	return low != 2 && high != 2 && low >= 0 && high <= 0;
}

static int fits_text(const struct tag_condition *c, struct str key, struct str text)
{
	struct buf both = { 0 };
	int found;

	if (!c->pattern)
		return 0;
	if (c->key.n)
		return pattern_matches(c->pattern, text);
	buf_add(&both, key);
	buf_byte(&both, ':');
	buf_add(&both, text);
	found = pattern_matches(c->pattern, buf_str(&both));
	buf_free(&both);
	return found;
}

/* Go's heap profiles have numbers under "bytes" without a unit: the key is one, as in pprof. */
static struct str unit_of(const struct profile *p, const struct label *l)
{
	struct str unit = profile_text(p, l->unit), key = profile_text(p, l->key);

	return !unit.n && find_unit(key) ? key : unit;
}

/* 1, 0, or -1 after a message. */
static int fits_label(const struct tag_condition *c, const struct profile *p, const struct label *l)
{
	struct str key = profile_text(p, l->key);

	if (c->key.n && !str_eq(c->key, key))
		return 0;
	if (!l->is_number)
		return fits_text(c, key, profile_text(p, l->text));
	return !c->pattern && fits_number(c, l->number, unit_of(p, l));
}

/* --- keys that are no labels --- */

enum own_key { NO_OWN_KEY, THREAD, PROCESS };

static bool has_label(const struct profile *p, struct str key)
{
	for (size_t i = 0; i < p->label_count; i++)
		if (str_eq(profile_text(p, p->labels[i].key), key))
			return true;
	return false;
}

static enum own_key own_key(const struct profile *p, struct str key)
{
	enum own_key own = str_eq(key, S("thread"))    ? THREAD
			   : str_eq(key, S("process")) ? PROCESS
						       : NO_OWN_KEY;

	return own && !has_label(p, key) ? own : NO_OWN_KEY;
}

bool tags_has_key(const struct profile *p, struct str key)
{
	return own_key(p, key) != NO_OWN_KEY || has_label(p, key);
}

static void add_own(struct buf *b, const struct profile *p, enum own_key own, thread_id t)
{
	if (own == THREAD)
		thread_title(p, t, b);
	else if (p->threads[t].pid)
		buf_print(b, "%" PRIu64, p->threads[t].pid);
}

static int mark_own(const struct tag_condition *c, const struct profile *p, enum own_key own,
		    bool *marks)
{
	signed char *fits = alloc_zero(p->thread_count, sizeof *fits);
	struct buf text = { 0 };
	int status = 0;

	for (thread_id t = 0; t < p->thread_count && status == 0; t++) {
		text.n = 0;
		add_own(&text, p, own, t);
		fits[t] = (signed char)(own == PROCESS && !c->pattern
						? p->threads[t].pid <= INT64_MAX &&
							  fits_number(c, (int64_t)p->threads[t].pid,
								      S(""))
						: fits_text(c, c->key, buf_str(&text)));
		status = fits[t] < 0 ? -1 : 0;
	}
	for (size_t i = 0; i < p->sample_count; i++)
		marks[i] = fits[p->samples[i].thread] > 0;
	buf_free(&text);
	alloc_free(fits);
	return status;
}

/* --- marks --- */

static int mark_labelled(const struct tag_condition *c, const struct profile *p, bool *marks)
{
	signed char *fits = alloc_zero(p->label_sets.count, sizeof *fits);
	int status = 0;

	/* a set has what its rest has, and one label */
	for (size_t set = 1; set < p->label_sets.count && status == 0; set++) {
		fits[set] = fits[p->label_sets.rest[set]];
		if (!fits[set])
			fits[set] = (signed char)fits_label(c, p,
							    &p->labels[p->label_sets.label[set]]);
		status = fits[set] < 0 ? -1 : 0;
	}
	for (size_t i = 0; i < p->sample_count; i++) {
		label_set_id set = profile_sample_labels(p, i);

		marks[i] = set != NO_LABELS && fits[set] > 0;
	}
	alloc_free(fits);
	return status;
}

int tags_mark(const struct profile *p, const char *option, struct str text, bool *marks)
{
	struct tag_condition c;
	enum own_key own;
	int status;
	bool any = false;

	if (read_condition(&c, option, text) < 0)
		return -1;
	own = own_key(p, c.key);
	status = own ? mark_own(&c, p, own, marks) : mark_labelled(&c, p, marks);
	pattern_free(c.pattern);
	for (size_t i = 0; i < p->sample_count && !any; i++)
		any = marks[i];
	return status < 0 ? -1 : any ? 0 : 1;
}

int tags_mark_keys(const struct profile *p, const char *option, struct str expression, bool *keep)
{
	struct pattern *pattern = pattern_new(option, expression, false);
	int found = pattern ? 0 : -1;
	bool any = false;

	for (label_id l = 0; l < p->label_count && found >= 0; l++) {
		found = pattern_matches(pattern, profile_text(p, p->labels[l].key));
		keep[l] = found > 0;
		any |= keep[l];
	}
	pattern_free(pattern);
	return found < 0 ? -1 : any ? 0 : 1;
}

/* --- another profile --- */

/* All but samples. */
static void copy_tables(struct remap *w, const struct profile *p)
{
	remap_open(w, p, profile_new());
	remap_facts(w);
	remap_value_types(w);
	for (function_id f = 0; f < p->function_count; f++)
		w->functions[f] = profile_function(w->to, remap_function(w, f));
	remap_frames(w);
	remap_threads(w);
	remap_metadata(w, NULL);
}

struct profile *tags_keep(const struct profile *p, const bool *keep)
{
	struct remap w;

	copy_tables(&w, p);
	w.labels_kept = keep;
	remap_stacks(&w);
	remap_samples(&w);
	remap_times(&w);
	remap_graph(&w);
	remap_close(&w);
	return w.to;
}

/* --- frames --- */

/* 2048 bytes are 2kB, 1500000 nanoseconds 1500us: the largest unit that keeps it exact. */
static void add_number(struct buf *b, int64_t number, struct str unit)
{
	static const char *const bytes[] = { "B", "kB", "MB", "GB", "TB" };
	static const char *const times[] = { "ns", "us", "ms", "s" };
	const struct tag_unit *u = find_unit(unit);
	bool known = u && u->kind != 'n' && number > INT64_MIN / u->size &&
		     number < INT64_MAX / u->size;
	int64_t step, base;
	size_t i = 0, last;

	if (!known) {
		buf_print(b, "%" PRId64 "%s%.*s", number, unit.n ? " " : "", (int)unit.n, unit.p);
		return;
	}
	step = u->kind == 'b' ? 1024 : 1000;
	last = u->kind == 'b' ? 4 : 3;
	for (base = number * u->size; base && i < last && base % step == 0; i++)
		base /= step;
	buf_print(b, "%" PRId64 "%s", base, u->kind == 'b' ? bytes[i] : times[i]);
}

struct tagger {
	struct remap w;
	struct tag_key {
		struct str name;
		enum own_key own;
		uint32_t *frames; /* by label set, or by thread: its frame + 1 */
	} * keys;
	size_t key_count, key_cap;
	enum tag_place place;
	frame_id *path;
	size_t path_cap;
	label_id *labels;
	size_t label_cap;
	uint32_t *ranks; /* by label */
	struct buf text;
};

static void list_keys(struct tagger *t, struct str text)
{
	const struct profile *p = t->w.from;
	enum own_key own;
	struct str key;
	bool more;

	do {
		more = str_cut(text, ',', &key, &text);
		if (!more)
			key = text;
		ARRAY_ROOM(t->keys, t->key_count, t->key_cap);
		own = own_key(p, key);
		t->keys[t->key_count++] = (struct tag_key){
			key, own,
			alloc_zero(own ? p->thread_count : p->label_sets.count + 1,
				   sizeof(uint32_t))
		};
	} while (more);
}

/* What the sample has under the key, as the name of a frame. */
static frame_id make_frame(struct tagger *t, const struct tag_key *key, const struct sample *s)
{
	const struct profile *p = t->w.from;
	size_t n = profile_labels_of(p, s->labels, &t->labels, &t->label_cap);
	struct function f = { 0 };

	profile_sort_labels(t->labels, n, t->ranks);
	t->text.n = 0;
	if (key->own)
		add_own(&t->text, p, key->own, s->thread);
	for (size_t i = 0; i < n && !key->own; i++) {
		const struct label *l = &p->labels[t->labels[i]];

		if (!str_eq(profile_text(p, l->key), key->name))
			continue;
		if (t->text.n)
			buf_byte(&t->text, ',');
		if (l->is_number)
			add_number(&t->text, l->number, profile_text(p, l->unit));
		else
			buf_add(&t->text, profile_text(p, l->text));
	}
	f.name = profile_string(t->w.to, t->text.n ? buf_str(&t->text) : S("<unknown>"));
	return profile_frame(t->w.to, (struct frame){ .function = profile_function(t->w.to, f) });
}

/* Many samples have one set of labels: its frame is made once. */
static frame_id frame_of_key(struct tagger *t, const struct tag_key *key, const struct sample *s)
{
	uint32_t *frame = &key->frames[key->own ? s->thread : s->labels];

	if (!*frame)
		*frame = make_frame(t, key, s) + 1;
	return *frame - 1;
}

static stack_id push_keys(struct tagger *t, stack_id stack, const struct sample *s)
{
	for (size_t key = 0; key < t->key_count; key++)
		stack = stacks_push(&t->w.to->stacks, stack, frame_of_key(t, &t->keys[key], s));
	return stack;
}

static void add_tagged(struct tagger *t, size_t row)
{
	struct sample old = profile_sample_at(t->w.from, row), s;
	stack_id at = EMPTY_STACK;
	size_t depth;

	depth = stacks_frames(&t->w.from->stacks, old.stack, &t->path, &t->path_cap);
	if (t->place != TAG_LEAF)
		at = push_keys(t, at, &old);
	for (size_t i = 0; i < depth && t->place != TAG_ALONE; i++)
		at = stacks_push(&t->w.to->stacks, at, t->w.frames[t->path[i]]);
	if (t->place == TAG_LEAF)
		at = push_keys(t, at, &old);
	s = remap_sample_at(&t->w, row);
	s.stack = at;
	profile_sample_row(t->w.to, s, remap_values(&t->w, &t->w.from->sample_values, row));
}

struct profile *tags_as_frames(const struct profile *p, struct str keys, enum tag_place place)
{
	struct tagger t = { .place = place };

	copy_tables(&t.w, p);
	t.w.to->counts_calls &= place == TAG_ROOT;
	t.ranks = profile_label_ranks(p);
	list_keys(&t, keys);
	for (size_t i = 0; i < p->sample_count; i++)
		add_tagged(&t, i);
	remap_times(&t.w);
	remap_close(&t.w);
	for (size_t key = 0; key < t.key_count; key++)
		alloc_free(t.keys[key].frames);
	alloc_free(t.keys);
	alloc_free(t.path);
	alloc_free(t.labels);
	alloc_free(t.ranks);
	buf_free(&t.text);
	return t.w.to;
}
