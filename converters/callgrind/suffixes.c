/*
 * callgrind/suffixes - what keeps functions of one name apart: see callgrind.c
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind/internal.h"

/* What KCachegrind distinguishes functions by. */
struct identity {
	struct str name, file, object;
	function_id function;
	uint32_t line;
};

static int compare_identity(const struct identity *x, const struct identity *y)
{
	int order = str_compare(x->name, y->name);

	if (!order)
		order = str_compare(x->file, y->file);
	return order ? order : str_compare(x->object, y->object);
}

static int by_identity(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int order = compare_identity(x, y);

	if (!order)
		order = (x->line > y->line) - (x->line < y->line);
	return order ? order : (x->function > y->function) - (x->function < y->function);
}

static bool ends_like_line(struct str name)
{
	struct str head, digits;
	uint64_t line;

	if (!name.n || name.p[name.n - 1] < '0' || name.p[name.n - 1] > '9')
		return false; /* usual names: saves the search for ":" */
	return str_cut_last(name, ':', &head, &digits) && str_to_u64(digits, &line);
}

/*
 * Functions that KCachegrind would merge get their lines, or otherwise their files, as suffix.
 */
static void separate(uint8_t *suffixes, const struct identity *same, size_t count)
{
	bool lines = true;

	for (size_t i = 0; i < count; i++)
		lines &= same[i].line && (!i || same[i].line != same[i - 1].line);
	for (size_t i = 0; i < count; i++)
		suffixes[same[i].function] |= lines ? SUFFIX_LINE : SUFFIX_FILE | SUFFIX_LINE;
}

static uint8_t by_name(struct str name)
{
	if (str_ends(name, S("]")))
		return SUFFIX_FILE | SUFFIX_LINE;
	return ends_like_line(name) ? SUFFIX_LINE : 0;
}

/* Finds the functions that share their name with another one. */
static struct identity *namesakes(const struct profile *p, size_t *count)
{
	uint8_t *names = alloc_zero(p->strings.count, sizeof *names);
	struct identity *all;

	for (function_id f = 0; f < p->function_count; f++)
		if (names[p->functions[f].name] < 2)
			names[p->functions[f].name]++;
	for (function_id f = 0; f < p->function_count; f++)
		*count += names[p->functions[f].name] > 1;
	all = alloc_zero(*count, sizeof *all);
	*count = 0;
	for (function_id f = 0; f < p->function_count; f++) {
		const struct function_row *fn = &p->functions[f];

		if (names[fn->name] > 1)
			all[(*count)++] = (struct identity){
				function_name(p, f),
				str_base(profile_text(p, fn->file)),
				str_base(profile_text(p, fn->object)),
				f,
				fn->line,
			};
	}
	alloc_free(names);
	return all;
}

/*
 * Names that look as if they had a suffix get one, so that removing one in the reader gives the
 * name back. Functions from callgrind files stay as they are, because other readers know them
 * by these names.
 */
void callgrind_suffixes(const struct profile *p, uint8_t *suffixes)
{
	size_t count = 0, same;
	struct identity *all = namesakes(p, &count);

	for (function_id f = 0; f < p->function_count; f++)
		suffixes[f] = by_name(function_name(p, f));
	qsort(all, count, sizeof *all, by_identity);
	for (size_t i = 0; i < count; i += same) {
		same = 1;
		while (i + same < count && compare_identity(&all[i], &all[i + same]) == 0)
			same++;
		if (same > 1)
			separate(suffixes, all + i, same);
	}
	alloc_free(all);
}
