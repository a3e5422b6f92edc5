/*
 * callgrind/suffixes - what keeps functions of one name apart
 *
 * Names are compared as they are written: bytes that no line holds become blanks.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "converters/callgrind/writing.h"

/* What KCachegrind distinguishes functions by, and then what our reader does. */
struct identity {
	struct str name, file, object;
	uint32_t line;
	struct str path, object_path;
	function_id function;
};

static int compare_identity(const struct identity *x, const struct identity *y)
{
	int order = str_compare(x->name, y->name);

	if (!order)
		order = str_compare(x->file, y->file);
	return order ? order : str_compare(x->object, y->object);
}

static int compare_paths(const struct identity *x, const struct identity *y)
{
	int order = str_compare(x->path, y->path);

	return order ? order : str_compare(x->object_path, y->object_path);
}

static int by_identity(const void *a, const void *b)
{
	const struct identity *x = a, *y = b;
	int order = compare_identity(x, y);

	if (!order)
		order = (x->line > y->line) - (x->line < y->line);
	if (!order)
		order = compare_paths(x, y);
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

/* Functions that KCachegrind would merge get their lines, or otherwise their files, as suffix. */
static void separate(uint8_t *suffixes, const struct identity *same, size_t count)
{
	bool lines = true;

	for (size_t i = 0; i < count; i++)
		lines &= same[i].line && (!i || same[i].line != same[i - 1].line);
	for (size_t i = 0; i < count; i++)
		suffixes[same[i].function] |= lines ? SUFFIX_LINE : SUFFIX_FILE | SUFFIX_LINE;
}

/* Whether our reader tells them apart then. */
static bool are_apart(const struct identity *same, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (same[i].line == same[i - 1].line && !compare_paths(&same[i - 1], &same[i]))
			return false;
	return true;
}

static uint8_t by_name(struct str name)
{
	if (str_ends(name, S("]")))
		return SUFFIX_FILE | SUFFIX_LINE;
	return ends_like_line(name) ? SUFFIX_LINE : 0;
}

bool callgrind_changes_texts(const struct profile *p)
{
	for (string_id s = 1; s < p->strings.count; s++)
		if (!callgrind_can_spell(profile_text(p, s)))
			return true;
	return false;
}

/* Whether some text is what an empty one is written as. */
static bool has_unknown(const struct profile *p)
{
	for (string_id s = 1; s < p->strings.count; s++)
		if (str_eq(profile_text(p, s), S("???")))
			return true;
	return false;
}

/* A text as it is written; `kept` keeps it. */
static struct str written(const struct profile *p, string_id id, struct strings *kept)
{
	struct str text = profile_text(p, id);
	struct buf changed = { 0 };

	if (callgrind_unknown(text))
		return S("???");
	if (callgrind_can_spell(text))
		return text;
	for (size_t i = 0; i < text.n; i++)
		buf_byte(&changed, callgrind_byte(text.p[i]));
	text = strings_text(kept, strings_add(kept, buf_str(&changed)));
	buf_free(&changed);
	return text;
}

/* Finds the functions that may share their name with another one; plain: lines do not count. */
static struct identity *namesakes(const struct profile *p, bool plain, bool changed,
				  struct strings *kept, size_t *count)
{
	uint8_t *names = alloc_zero(p->strings.count, sizeof *names);
	struct identity *all;
	bool any = changed;

	for (function_id f = 0; f < p->function_count; f++)
		if (names[p->functions[f].name] < 2)
			names[p->functions[f].name]++;
	any |= names[0] && has_unknown(p);
	for (function_id f = 0; f < p->function_count; f++)
		*count += any || names[p->functions[f].name] > 1;
	all = alloc_zero(*count, sizeof *all);
	*count = 0;
	for (function_id f = 0; f < p->function_count; f++) {
		const struct function_row *fn = &p->functions[f];
		struct str path, object_path;

		if (!any && names[fn->name] < 2)
			continue;
		path = written(p, fn->file, kept);
		object_path = written(p, fn->object, kept);
		all[(*count)++] = (struct identity){
			written(p, fn->name, kept),
			str_base(path),
			str_base(object_path),
			plain ? 0 : fn->line,
			path,
			object_path,
			f,
		};
	}
	alloc_free(names);
	return all;
}

/*
 * Functions from callgrind files stay as they are, because other readers know them by these
 * names; but yappi's names lost their places in the reader.
 */
static bool is_plain(const struct profile *p)
{
	struct str creator = callgrind_metadata(p, NO_ID, "creator");

	return creator.n && !str_starts(creator, S("yappi"));
}

bool callgrind_suffixes(const struct profile *p, bool changed, uint8_t *suffixes)
{
	bool plain = is_plain(p), apart = true;
	size_t count = 0, same;
	struct strings kept = { 0 };
	struct identity *all = namesakes(p, plain, changed, &kept, &count);

	for (function_id f = 0; f < p->function_count; f++)
		suffixes[f] = plain ? 0 : by_name(function_name(p, f));
	qsort(all, count, sizeof *all, by_identity);
	for (size_t i = 0; i < count; i += same) {
		same = 1;
		while (i + same < count && compare_identity(&all[i], &all[i + same]) == 0)
			same++;
		if (same > 1 && !plain)
			separate(suffixes, all + i, same);
		apart &= are_apart(all + i, same);
	}
	strings_free(&kept);
	alloc_free(all);
	return apart;
}

bool callgrind_tells_functions(const struct profile *p)
{
	bool changed = callgrind_changes_texts(p), apart;
	uint8_t *suffixes;

	if (!changed && !is_plain(p) && !p->system_names && !has_unknown(p))
		return true;
	suffixes = alloc_zero(p->function_count, sizeof *suffixes);
	apart = callgrind_suffixes(p, changed, suffixes);
	alloc_free(suffixes);
	return apart;
}
