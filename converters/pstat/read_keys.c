/* pstat/read_keys - (file, line, name): see format.c for the language */
#include "converters/pstat/reading.h"

static struct str unescape(struct pstat_reader *r, struct str s)
{
	r->text.n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (pstat_is_escape(s, i)) {
			buf_byte(&r->text, (char)((s.p[i + 1] & 3) << 6 | (s.p[i + 2] & 0x3f)));
			i += 2;
		} else {
			buf_byte(&r->text, s.p[i]);
		}
	}
	return buf_str(&r->text);
}

bool pstat_is_name(const struct marshal_item *item)
{
	return item->kind == MARSHAL_TEXT || item->kind == MARSHAL_BYTES;
}

static string_id read_text_name(struct pstat_reader *r, struct str text)
{
	return profile_string(r->p, str_has(text, (char)0xed) ? unescape(r, text) : text);
}

string_id pstat_read_name(struct pstat_reader *r, const struct marshal_item *item)
{
	if (item->kind == MARSHAL_TEXT)
		return read_text_name(r, item->text);
	if (item->kind != MARSHAL_CODE)
		return profile_string(r->p, item->text);
	r->text.n = 0;
	buf_add(&r->text, S("<code object "));
	buf_add(&r->text, item->text);
	buf_byte(&r->text, '>');
	return profile_string(r->p, buf_str(&r->text));
}

static bool read_text(struct pstat_reader *r, const char *what, bool code, string_id *text,
		      bool *is_code)
{
	struct marshal_item item;
	uint32_t *tag;

	if (!marshal_next(r->m, &item))
		return false;
	*is_code = item.kind == MARSHAL_CODE;
	if (!pstat_is_name(&item) && !(code && *is_code))
		return pstat_expected(r, &item, what);
	if (item.object == MARSHAL_NO_OBJECT || *is_code) {
		*text = pstat_read_name(r, &item);
		return true;
	}
	tag = marshal_tag(r->m, item.object);
	if (!*tag)
		*tag = pstat_read_name(r, &item) + 1;
	*text = *tag - 1;
	return true;
}

bool pstat_read_key(struct pstat_reader *r, const struct marshal_item *tuple, struct pstat_key *key)
{
	struct marshal_item line;
	size_t strings;
	bool code;

	*key = (struct pstat_key){ .function = NO_ID, .object = tuple->object };
	if (tuple->kind != MARSHAL_TUPLE || tuple->count != 3)
		return pstat_expected(r, tuple, "a key (file, line, name)");
	if (key->object != MARSHAL_NO_OBJECT)
		key->function = *marshal_tag(r->m, key->object) - 1;
	if (key->function != NO_ID)
		return marshal_skip(r->m, tuple);
	if (!read_text(r, "a file name", false, &key->file, &code) || !marshal_next(r->m, &line))
		return false;
	if (line.kind != MARSHAL_INT || line.integer > UINT32_MAX)
		return pstat_expected(r, &line, "a line number");
	key->line = line.integer < 0 ? 0 : (uint32_t)line.integer;
	key->guess = r->noted && line.wide;
	strings = r->p->strings.count;
	if (!read_text(r, "a function's name", true, &key->name, &key->code))
		return false;
	key->new_row = r->p->strings.count > strings;
	return true;
}

static string_id short_name(struct pstat_reader *r, const struct marshal_name *name)
{
	uint32_t *tag;

	if (name->object == MARSHAL_NO_OBJECT)
		return read_text_name(r, name->text);
	tag = marshal_tag(r->m, name->object);
	if (!*tag)
		*tag = read_text_name(r, name->text) + 1;
	return *tag - 1;
}

bool pstat_short_key(struct pstat_reader *r, struct pstat_key *key)
{
	uint32_t tag = marshal_tagged(r->m);
	struct marshal_key k;
	size_t strings;

	if (tag) {
		*key = (struct pstat_key){ .function = tag - 1, .object = MARSHAL_NO_OBJECT };
		return true;
	}
	if (!marshal_key(r->m, &k))
		return false;
	*key = (struct pstat_key){ .function = NO_ID,
				   .object = k.object,
				   .line = k.line < 0 ? 0 : (uint32_t)k.line };
	key->file = short_name(r, &k.file);
	strings = r->p->strings.count;
	key->name = short_name(r, &k.name);
	key->new_row = r->p->strings.count > strings;
	return true;
}

function_id pstat_function_of(struct pstat_reader *r, const struct pstat_key *key)
{
	const struct function wanted = { .name = key->name, .file = key->file, .line = key->line };
	size_t count = r->p->function_count;
	function_id f;

	if (key->function != NO_ID)
		return key->function;
	if (r->empty || (r->root && key->name == r->first.name && key->file == r->first.file &&
			 key->line == r->first.line))
		return NO_ID;
	f = key->new_row ? profile_new_function(r->p, wanted) : profile_function(r->p, wanted);
	if (r->p->function_count > count)
		r->p->functions[f].line_inferred = key->guess;
	if (key->object != MARSHAL_NO_OBJECT && !key->code)
		*marshal_tag(r->m, key->object) = f + 1;
	return f;
}
