#include "converters/pprof/legacy.h"

#include <math.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"

/* --- texts --- */

bool legacy_is_comment(struct str line)
{
	line = str_trim(line);
	return !line.n || line.p[0] == '#';
}

bool legacy_next_line(struct legacy_reader *l, struct str *line)
{
	while (input_line(l->in, line))
		if (!legacy_is_comment(*line))
			return true;
	return false;
}

struct str legacy_first_line(struct str head)
{
	struct str line;

	while (str_part(&head, '\n', &line))
		if (!legacy_is_comment(line))
			return str_trim(line);
	return S("");
}

static void skip_blanks(struct str *text)
{
	while (text->n && legacy_is_blank(*text->p))
		*text = str_from(*text, 1);
}

bool legacy_take(struct str *text, struct str word)
{
	skip_blanks(text);
	if (!str_starts(*text, word))
		return false;
	*text = str_from(*text, word.n);
	return true;
}

bool legacy_take_i64(struct str *text, int64_t *value)
{
	size_t n = 0;

	skip_blanks(text);
	n += text->n && text->p[0] == '-';
	while (n < text->n && text->p[n] >= '0' && text->p[n] <= '9')
		n++;
	if (!str_to_i64(str_head(*text, n), value))
		return false;
	*text = str_from(*text, n);
	return true;
}

uint64_t legacy_text(struct legacy_reader *l, struct str text)
{
	struct pprof_reader *r = l->r;
	string_id id = profile_string(r->p, text);
	uint64_t hash = hash_mix(id, 0);

	for (struct probe at = index_probe(&l->text_index, hash); index_next(&l->text_index, &at);)
		if (r->strings[at.row] == id)
			return at.row;
	ARRAY_ROOM(r->strings, r->string_count, r->string_cap);
	r->strings[r->string_count] = id;
	index_add(&l->text_index, hash, (uint32_t)r->string_count);
	return r->string_count++;
}

/* --- value types --- */

static struct pprof_type type_of(struct legacy_reader *l, const char *name, const char *unit)
{
	return (struct pprof_type){ legacy_text(l, str_of(name)), legacy_text(l, str_of(unit)),
				    input_offset(l->in) };
}

void legacy_add_type(struct legacy_reader *l, const char *name, const char *unit)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->types, r->type_count, r->type_cap);
	r->types[r->type_count++] = type_of(l, name, unit);
}

void legacy_set_period(struct legacy_reader *l, const char *name, const char *unit, int64_t period)
{
	l->r->part->singular.period_type = type_of(l, name, unit);
	l->r->part->singular.period = period;
}

/* --- samples --- */

void legacy_begin_stack(struct legacy_reader *l)
{
	if (l->pending)
		legacy_add_sample(l);
	l->depth = 0;
	l->has_path = false;
}

static uint32_t address_number(struct legacy_reader *l, uint64_t address, bool returns)
{
	uint64_t hash = hash_mix(address, returns);

	for (struct probe at = index_probe(&l->address_index, hash);
	     index_next(&l->address_index, &at);)
		if (l->addresses[at.row].address == address &&
		    l->addresses[at.row].returns == returns)
			return at.row;
	ARRAY_ROOM(l->addresses, l->address_count, l->address_cap);
	l->addresses[l->address_count] = (struct legacy_address){ address, input_offset(l->in),
								  returns };
	index_add(&l->address_index, hash, (uint32_t)l->address_count);
	return (uint32_t)l->address_count++;
}

void legacy_push(struct legacy_reader *l, uint64_t address, bool returns)
{
	ARRAY_ROOM(l->stack, l->depth, l->stack_cap);
	l->stack[l->depth++] = address_number(l, address, returns);
}

bool legacy_push_words(struct legacy_reader *l, struct str words, bool first_is_leaf)
{
	struct str word;
	uint64_t address;
	bool leaf = first_is_leaf;

	while (str_word(&words, &word)) {
		if (!str_starts(word, S("0x")) || !str_to_hex(str_from(word, 2), &address)) {
			input_error(l->in, "expected an address such as 0x4012f5, got %s",
				    diag_quote(word));
			return false;
		}
		legacy_push(l, address, !leaf);
		leaf = false;
	}
	return true;
}

void legacy_add_value(struct legacy_reader *l, int64_t value)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->values, r->value_count, r->value_cap);
	r->values[r->value_count++] = value;
}

static void add_label(struct legacy_reader *l, struct label label)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->labels, l->label_count, r->label_cap);
	r->labels[l->label_count++] = profile_label(r->part->samples, label);
}

void legacy_add_label(struct legacy_reader *l, struct str key, struct str text)
{
	add_label(l, (struct label){ .key = (string_id)legacy_text(l, key),
				     .text = (string_id)legacy_text(l, text) });
}

void legacy_add_number_label(struct legacy_reader *l, struct str key, int64_t number)
{
	add_label(l, (struct label){ .key = (string_id)legacy_text(l, key),
				     .is_number = true,
				     .number = number });
}

void legacy_label_is_thread(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;

	ARRAY_ROOM(r->comments, r->comment_count, r->comment_cap);
	r->comments[r->comment_count++] = (struct pprof_comment){ legacy_text(l, S(PPROF_THREADS)),
								  input_offset(l->in) };
}

/* Once for all samples of a stack, which may be deep and have as many threads. */
static void add_path(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;

	for (size_t i = 0; i < l->depth; i++) {
		ARRAY_ROOM(r->path, i, r->path_cap);
		r->path[i] = pprof_reference_of(r, (uint64_t)l->stack[i] + 1);
	}
	l->path = pprof_add_path(r, l->depth);
	l->has_path = true;
}

void legacy_add_sample(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;

	l->pending = false;
	if (l->comment_count)
		legacy_take_comments(l);
	if (!l->has_path)
		add_path(l);
	if (!l->in->failed)
		pprof_add_sample(r, l->path, l->label_count);
	l->label_count = 0;
	r->value_count = 0;
}

void legacy_await_comments(struct legacy_reader *l)
{
	l->pending = true;
}

/* --- sampled sizes --- */

double legacy_sampling_scale(int64_t count, int64_t size, int64_t rate)
{
	if (!count || !size || rate <= 1)
		return 1;
	return 1 / (1 - exp(-((double)size / (double)count) / (double)rate));
}

int64_t legacy_unsample(struct legacy_reader *l, int64_t value, double scale)
{
	double all = (double)value * scale;

	if (scale == 1)
		return value;
	if (fabs(all) < 0x1p63)
		return (int64_t)all; /* cut off, as pprof does */
	input_error(l->in, "expected sizes that fit in 64 bits without sampling, got %lld",
		    (long long)value);
	return 0;
}

bool legacy_take_sizes(struct str *text, struct legacy_sizes *sizes)
{
	return legacy_take_i64(text, &sizes->count) && legacy_take(text, S(":")) &&
	       legacy_take_i64(text, &sizes->size) && legacy_take(text, S("[")) &&
	       legacy_take_i64(text, &sizes->all_count) && legacy_take(text, S(":")) &&
	       legacy_take_i64(text, &sizes->all_size) && legacy_take(text, S("]"));
}

bool legacy_check_sizes(struct legacy_reader *l, const struct legacy_sizes *sizes)
{
	if (sizes->count == 0 && sizes->size != 0)
		input_error(l->in, "expected no bytes in no object, got %lld",
			    (long long)sizes->size);
	else if (sizes->all_count == 0 && sizes->all_size != 0)
		input_error(l->in, "expected no bytes allocated in no object, got %lld",
			    (long long)sizes->all_size);
	return !l->in->failed;
}

void legacy_add_sizes(struct legacy_sizes *sum, const struct legacy_sizes *more)
{
	i64_add_to(&sum->count, more->count);
	i64_add_to(&sum->size, more->size);
	i64_add_to(&sum->all_count, more->all_count);
	i64_add_to(&sum->all_size, more->all_size);
}

bool legacy_check_total(struct legacy_reader *l, int64_t rows, int64_t heading, const char *what)
{
	if (l->in->failed || rows == heading)
		return !l->in->failed;
	profile_report_missing(l->r->p, str_of(l->in->name),
			       "%s: the heading says %lld, the rows %lld: some are missing, or too "
			       "many",
			       what, (long long)heading, (long long)rows);
	return false;
}

/* --- the whole --- */

static const struct legacy_kind kinds[] = {
	{ legacy_is_cpu, legacy_read_cpu },
	{ legacy_is_heap, legacy_read_heap },
	{ legacy_is_jemalloc, legacy_read_jemalloc },
	{ legacy_is_count, legacy_read_count },
	{ legacy_is_threadz, legacy_read_threadz },
	{ legacy_is_locks, legacy_read_locks },
	{ legacy_is_symbolised, legacy_read_symbolised },
	{ legacy_is_goroutine_dump, legacy_refuse_goroutine_dump },
};

const struct legacy_kind *legacy_kind_of(struct str head)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (kinds[i].is(head))
			return &kinds[i];
	return NULL;
}

/* A location of each address. */
static void add_locations(struct legacy_reader *l)
{
	struct pprof_reader *r = l->r;

	for (size_t i = 0; i < l->address_count; i++) {
		const struct legacy_address *of = &l->addresses[i];
		struct pprof_location row = { .id = i + 1, .at = of->at };
		const struct legacy_symbol *symbol = legacy_find_symbol(l, of, &row.address);

		if (symbol) {
			row.lines = symbol->lines;
			row.line_count = symbol->line_count;
		}
		ARRAY_ROOM(r->locations, r->location_count, r->location_cap);
		r->locations[r->location_count++] = row;
	}
}

void legacy_read(struct pprof_reader *r, const struct legacy_kind *kind)
{
	struct legacy_reader l = { .r = r, .in = r->in };

	legacy_text(&l, S("")); /* string 0 */
	l.in->place = PLACE_LINE;
	kind->read(&l);
	if (l.pending && !l.in->failed)
		legacy_add_sample(&l);
	add_locations(&l);
	legacy_map_locations(&l);
	index_free(&l.text_index);
	index_free(&l.address_index);
	index_free(&l.symbol_index);
	alloc_free(l.addresses);
	alloc_free(l.symbols);
	alloc_free(l.stack);
	alloc_free(l.comments);
}
