#include "common/profile/own_name.h"

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

bool own_name_is(struct str text, struct str usual)
{
	struct str stem = str_head(usual, usual.n - 1), rest;

	if (!str_starts(text, stem) || !str_ends(text, S("]")))
		return false;
	rest = str_head(str_from(text, stem.n), text.n - stem.n - 1);
	if (rest.n && (rest.p[0] != ' ' || rest.n < 2))
		return false;
	for (size_t i = 1; i < rest.n; i++)
		if (rest.p[i] < '0' || rest.p[i] > '9')
			return false;
	return true;
}

bool own_name_has_location(const struct profile *p, function_id f)
{
	struct str location = function_location(p, f);

	return location.n && !str_eq(location, S("~")) && !str_eq(location, S("???"));
}

static bool is_taken(const struct profile *p, struct str name, const bool *taken)
{
	for (function_id f = 0; f < p->function_count; f++)
		if ((!taken || taken[f]) && str_eq(function_name(p, f), name) &&
		    !own_name_has_location(p, f))
			return true;
	return false;
}

string_id own_name(struct profile *p, struct str usual, const bool *taken)
{
	struct buf name = { 0 };
	string_id id;

	own_name_spell(&name, usual, 1);
	for (size_t n = 2; is_taken(p, buf_str(&name), taken); n++)
		own_name_spell(&name, usual, n);
	id = profile_string(p, buf_str(&name));
	buf_free(&name);
	return id;
}
