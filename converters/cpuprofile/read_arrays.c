/* cpuprofile/read_arrays - the arrays of samples and times, a number each */
#include "common/base/alloc.h"
#include "common/io/limits.h"
#include "converters/cpuprofile/reading.h"

/* --- times --- */

static bool is_time(const struct cpuprofile_reader *r)
{
	return !r->typed || r->type.unit == UNIT_TIME;
}

int64_t cpuprofile_scaled(struct cpuprofile_reader *r, struct decimal number, int power,
			  uint64_t byte)
{
	int64_t value = 0;
	enum exactness exactness;

	/* where our own files count something else, one of it takes the place of a microsecond */
	if (is_time(r))
		number.exponent += power;
	exactness = decimal_at(number, is_time(r) ? 0 : r->type.exponent, &value);
	if (exactness == OUT_OF_RANGE)
		input_error_at(r->in, byte, "expected a time that fits in 64 bits");
	profile_count_rounding(r->p, exactness == ROUNDED, value);
	return value;
}

void cpuprofile_read_times(struct cpuprofile_reader *r, bool deltas)
{
	struct decimal number = { 0 };
	enum exactness exactness;
	uint64_t byte;

	if (r->has_deltas || r->has_timestamps) {
		json_expected(&r->j, "'timeDeltas' or 'timestamps' only once");
		return;
	}
	r->has_deltas = deltas;
	r->has_timestamps = !deltas;
	json_peek(&r->j);
	r->times_byte = input_offset(r->in);
	json_array(&r->j);
	/* as many as there are samples: no room for more is needed */
	if (r->sample_count && !r->in->failed)
		r->times = alloc_grow(r->times, &r->time_cap, r->sample_count, sizeof *r->times);
	while (json_element(&r->j)) {
		byte = input_offset(r->in);
		if (!json_number(&r->j, &number, &exactness))
			return;
		profile_count_rounding(r->p, exactness == ROUNDED, number.mantissa);
		ARRAY_ROOM(r->times, r->time_count, r->time_cap);
		r->times[r->time_count++] = cpuprofile_scaled(r, number, MICROSECONDS, byte);
	}
	r->times_whole = !r->in->failed;
}

/* --- samples --- */

/* A .heapprofile lists what was allocated when, which its nodes have summed up. */
static void skip_allocations(struct cpuprofile_reader *r)
{
	do
		json_skip(&r->j);
	while (json_element(&r->j));
	r->has_samples = false;
}

void cpuprofile_read_samples(struct cpuprofile_reader *r)
{
	uint32_t id = 0;

	if (r->has_samples) {
		json_expected(&r->j, "'samples' only once");
		return;
	}
	r->has_samples = true;
	json_peek(&r->j);
	r->samples_byte = input_offset(r->in);
	json_array(&r->j);
	while (json_element(&r->j)) {
		if (!r->sample_count && json_peek(&r->j) == JSON_OBJECT) {
			skip_allocations(r);
			return;
		}
		if (!json_index(&r->j, UINT32_MAX, "the id of a node", &id))
			return;
		limit_check(LIMIT_CELLS, r->sample_count);
		ARRAY_ROOM(r->samples, r->sample_count, r->sample_cap);
		r->samples[r->sample_count++] = id;
	}
	r->samples_whole = !r->in->failed;
}
