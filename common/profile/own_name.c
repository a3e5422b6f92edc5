#include "common/profile/own_name.h"

#include "common/base/alloc.h"
#include "common/base/num.h"

void own_name_spell(struct buf *out, struct str usual, size_t number)
{
	out->n = 0;
	if (number < 2) {
		buf_add(out, usual);
		return;
	}
	buf_add(out, str_head(usual, usual.n - 1));
	buf_print(out, " %zu]", number);
}

size_t own_name_number(struct str text, struct str usual)
{
	struct str stem = str_head(usual, usual.n - 1), rest;
	uint64_t number;

	if (str_eq(text, usual))
		return 1;
	if (text.n < stem.n + 3 || !str_starts(text, stem) || !str_ends(text, S("]")))
		return 0;
	rest = str_head(str_from(text, stem.n), text.n - stem.n - 1);
	/* as it is spelled: without a zero in front */
	if (rest.p[0] != ' ' || rest.p[1] == '0' || !str_to_u64(str_from(rest, 1), &number))
		return 0;
	return number > 1 && number < SIZE_MAX ? (size_t)number : 0;
}

bool own_name_has_location(const struct profile *p, function_id f)
{
	struct str location = function_location(p, f);

	return location.n && !str_eq(location, S("~")) && !str_eq(location, S("???"));
}

uint32_t *own_name_functions(const struct profile *p, struct str usual, const bool *taken)
{
	uint32_t *functions = alloc_zero(p->function_count + 2, sizeof *functions);

	for (function_id f = 0; f < p->function_count; f++) {
		size_t n = taken && !taken[f] ? 0 : own_name_number(function_name(p, f), usual);

		if (n && n <= p->function_count && !functions[n] && !own_name_has_location(p, f))
			functions[n] = f + 1;
	}
	return functions;
}

string_id own_name(struct profile *p, struct str usual, const bool *taken)
{
	uint32_t *functions = own_name_functions(p, usual, taken);
	struct buf name = { 0 };
	size_t n = 1;
	string_id id;

	while (functions[n])
		n++;
	alloc_free(functions);
	own_name_spell(&name, usual, n);
	id = profile_string(p, buf_str(&name));
	buf_free(&name);
	return id;
}
