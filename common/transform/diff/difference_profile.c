#include "common/transform/diff/difference_profile.h"

#include "common/base/alloc.h"
#include "common/profile/value_text.h"

/* --- opening and closing --- */

/* The title says what the values are, as their names cannot. */
static void add_title(const struct difference *d, const char *side, struct buf *b)
{
	const struct profile *p = d->values_of;
	size_t base = d->sides[DIFF_BASE].run_count, new = d->sides[DIFF_NEW].run_count;

	buf_print(b, "%s: %s", side, d->shares ? DIFFERENCE_SHARES : "");
	buf_add(b, profile_text(p, p->value_types[0].name));
	if (base + new > 2)
		buf_print(b, ", medians of %zu and %zu runs", base, new);
}

static void add_value_types(struct difference_profile *k)
{
	static const char *const names[] = { "base", "new" };
	struct value_type type = k->d->values_of->value_types[0];
	struct buf title = { 0 };

	if (k->d->shares)
		type = (struct value_type){ .exponent = -7 };
	for (int s = 0; s < DIFF_SIDES; s++) {
		title.n = 0;
		add_title(k->d, names[s], &title);
		type.name = profile_string(k->p, str_of(names[s]));
		type.title = profile_string(k->p, buf_str(&title));
		profile_value_type(k->p, type);
	}
	buf_free(&title);
}

void difference_profile_open(struct difference_profile *k, struct difference *d)
{
	*k = (struct difference_profile){ .d = d, .p = profile_new() };
	profile_thread(k->p, (struct thread){ 0 });
	k->function_of_row = alloc_zero(d->row_count, sizeof *k->function_of_row);
	for (size_t i = 0; i < d->row_count; i++)
		k->function_of_row[i] = NO_ID;
	add_value_types(k);
}

struct profile *difference_profile_close(struct difference_profile *k)
{
	alloc_free(k->function_of_row);
	if (profile_status(k->p, "the difference") == 0)
		return k->p;
	profile_free(k->p);
	return NULL;
}

/* --- functions --- */

static function_id copy_function(struct difference_profile *k, const struct profile *from,
				 function_id f, uint32_t row)
{
	struct function fn = profile_function_at(from, f);

	fn.name = profile_string(k->p, profile_text(from, fn.name));
	fn.file = profile_string(k->p, profile_text(from, fn.file));
	fn.object = profile_string(k->p, profile_text(from, fn.object));
	fn.system = profile_string(k->p, profile_text(from, fn.system));
	/* callgrind has a name for each level of recursion, a row has one for all */
	if (row != NO_ID && !str_eq(profile_text(k->p, fn.name), k->d->rows[row].name)) {
		fn.name = profile_string(k->p, k->d->rows[row].name);
		fn.system = 0;
	}
	return profile_function(k->p, fn);
}

function_id *difference_profile_functions(struct difference_profile *k,
					  const struct difference_run *run, const uint32_t *rows)
{
	function_id *to = alloc_zero(run->p->function_count, sizeof *to);

	for (function_id f = 0; f < run->p->function_count; f++) {
		uint32_t row = rows[f];

		if (row != NO_ID && k->function_of_row[row] == NO_ID)
			k->function_of_row[row] = copy_function(k, run->p, f, row);
		to[f] = row == NO_ID ? copy_function(k, run->p, f, NO_ID) : k->function_of_row[row];
	}
	return to;
}

function_id difference_profile_function(struct difference_profile *k, uint32_t row)
{
	if (k->function_of_row[row] == NO_ID)
		k->function_of_row[row] =
			profile_function(k->p,
					 (struct function){
						 .name = profile_string(k->p,
									k->d->rows[row].name) });
	return k->function_of_row[row];
}

/* --- values --- */

int64_t difference_profile_self(const struct difference_profile *k, uint32_t row, int side)
{
	const struct diff_pair *self = &k->d->rows[row].pairs[DIFF_SELF];

	return side == DIFF_BASE ? self->base : self->new;
}

int64_t difference_profile_rest(const struct difference_profile *k, int side)
{
	const struct difference *d = k->d;
	int64_t rest = d->shares ? DIFF_WHOLE : side == DIFF_BASE ? d->total.base : d->total.new;

	if (d->sides[side].run_count < 2)
		return 0;
	for (uint32_t row = 0; row < d->row_count; row++)
		i64_add_to(&rest, -difference_profile_self(k, row, side));
	/* shares are rounded one by one */
	return rest < (d->shares ? (int64_t)d->row_count : 0) ? 0 : rest;
}
