#include "common/profile/details_json.h"

#include <inttypes.h>
#include <string.h>

#include "common/base/alloc.h"

void numbered_free(struct numbered *n)
{
	alloc_free(n->ids);
	*n = (struct numbered){ 0 };
}

static void add_numbered(struct numbered *n, uint32_t id)
{
	ARRAY_ROOM(n->ids, n->count, n->cap);
	n->ids[n->count++] = id;
}

uint32_t json_numbered(struct json *j, const struct numbered *n, const char *what)
{
	uint32_t number = 0;

	json_index(j, (uint32_t)n->count, what, &number);
	return j->in->failed || !number ? 0 : n->ids[number - 1];
}

bool json_integer(struct json *j, int64_t *value)
{
	struct decimal number;
	enum exactness exactness;

	*value = 0;
	if (!json_number(j, &number, &exactness))
		return false;
	if (exactness == EXACT && decimal_at(number, 0, value) == EXACT)
		return true;
	input_error(j->in, "expected an integer below 2^63");
	return false;
}

/* --- reading: labels --- */

/* -2^63 has no decimal: that of 2^63 does not fit. */
static bool took_lowest(struct json *j, int64_t *value)
{
	static const char lowest[] = "-9223372036854775808";
	size_t n = sizeof lowest - 1;
	const char *p;

	if (json_peek(j) != JSON_NUMBER)
		return false;
	input_want(j->in, n + 1);
	p = j->in->p;
	if ((size_t)(j->in->end - p) < n || memcmp(p, lowest, n) != 0 ||
	    (p + n < j->in->end && strchr("0123456789.eE", p[n]) && p[n]))
		return false;
	*value = INT64_MIN;
	return json_skip(j);
}

/* ["key", "text"], ["key", 12] or ["key", 12, "unit"] */
static label_id take_label(struct json *j, struct profile *p)
{
	struct label l = { 0 };
	int i = 0;

	json_array(j);
	for (; json_element(j); i++) {
		if (i == 0) {
			l.key = json_text(j, p);
		} else if (i == 1 && json_peek(j) == JSON_NUMBER) {
			l.is_number = true;
			if (!took_lowest(j, &l.number))
				json_integer(j, &l.number);
		} else if (i == 1) {
			l.text = json_text(j, p);
		} else if (i == 2 && l.is_number) {
			l.unit = json_text(j, p);
		} else {
			json_expected(j, "']'");
		}
	}
	if (i < 2 && !j->in->failed)
		json_expected(j, "a label with its key and a text or number before this");
	return profile_label(p, l);
}

void json_label_sets(struct json *j, struct profile *p, struct numbered *sets)
{
	label_id *labels = NULL;
	size_t cap = 0;

	json_array(j);
	while (json_element(j)) {
		size_t count = 0;

		json_array(j);
		while (json_element(j)) {
			ARRAY_ROOM(labels, count, cap);
			labels[count++] = take_label(j, p);
		}
		if (!j->in->failed)
			add_numbered(sets, profile_label_set(p, labels, count));
	}
	alloc_free(labels);
}

/* --- reading: mappings and frames --- */

/* "0x7f04" */
static uint64_t take_address(struct json *j)
{
	struct str text;
	uint64_t address = 0;

	if (json_string(j, &text) &&
	    (!str_starts(text, S("0x")) || !str_to_hex(str_from(text, 2), &address)))
		input_error(j->in, "expected an address like 0x7f04, got %s", diag_quote(text));
	return address;
}

mapping_id json_mapping(struct json *j, struct profile *p)
{
	struct mapping m = { 0 };
	struct str key;

	json_object(j);
	while (json_key(j, &key)) {
		if (str_eq(key, S("object")))
			m.object = json_text(j, p);
		else if (str_eq(key, S("build_id")))
			m.build_id = json_text(j, p);
		else if (str_eq(key, S("start")))
			m.start = take_address(j);
		else if (str_eq(key, S("limit")))
			m.limit = take_address(j);
		else if (str_eq(key, S("offset")))
			m.offset = take_address(j);
		else
			json_skip(j);
	}
	return j->in->failed ? NO_MAPPING : profile_mapping(p, m);
}

void json_mappings(struct json *j, struct profile *p, struct numbered *mappings)
{
	json_array(j);
	while (json_element(j))
		add_numbered(mappings, json_mapping(j, p));
}

static void take_kind(struct json *j, struct frame *f)
{
	struct str word;
	int kind;

	if (!json_string(j, &word))
		return;
	kind = frame_kind_find(word);
	if (kind < 0)
		input_error(j->in, "expected the kind of a frame, got %s", diag_quote(word));
	else
		f->kind = (enum frame_kind)kind;
}

bool json_frame_key(struct json *j, struct str key, const struct numbered *mappings,
		    struct frame *f)
{
	if (str_eq(key, S("address")))
		f->address = take_address(j);
	else if (str_eq(key, S("mapping")))
		f->mapping = json_numbered(j, mappings, "a mapping");
	else if (str_eq(key, S("kind")))
		take_kind(j, f);
	else if (str_eq(key, S("inlined")))
		json_bool(j, &f->inlined);
	else if (str_eq(key, S("unsymbolised")))
		json_bool(j, &f->unsymbolised);
	else
		return false;
	return true;
}

/* --- reading: the recording --- */

static void take_period_type(struct json *j, struct profile *p, struct recording *r)
{
	json_array(j);
	for (int i = 0; json_element(j); i++) {
		if (i == 0)
			r->period_name = json_text(j, p);
		else if (i == 1)
			r->period_unit = json_text(j, p);
		else
			json_expected(j, "']'");
	}
}

void json_recording(struct json *j, struct profile *p)
{
	struct recording r = { 0 };
	struct str key;

	json_object(j);
	while (json_key(j, &key)) {
		if (str_eq(key, S("default")))
			r.default_value = json_text(j, p);
		else if (str_eq(key, S("period")))
			json_integer(j, &r.period);
		else if (str_eq(key, S("of")))
			take_period_type(j, p, &r);
		else if (str_eq(key, S("start")))
			json_integer(j, &r.start);
		else if (str_eq(key, S("duration")))
			json_integer(j, &r.duration);
		else
			json_skip(j);
	}
	profile_add_recording(p, r);
}

/* --- writing --- */

static void put_label(struct output *out, const struct profile *p, const struct label *l)
{
	json_put_text(out, "[", profile_text(p, l->key));
	output_byte(out, ',');
	if (!l->is_number) {
		json_put(out, profile_text(p, l->text));
	} else {
		output_i64(out, l->number);
		if (l->unit)
			json_put_text(out, ",", profile_text(p, l->unit));
	}
	output_byte(out, ']');
}

void json_put_label_sets(struct output *out, const struct profile *p, const uint32_t *number,
			 size_t count)
{
	label_set_id *sets = alloc_zero(count, sizeof *sets);
	uint32_t *ranks = profile_label_ranks(p);
	label_id *labels = NULL;
	size_t cap = 0;

	for (label_set_id set = 1; set < p->label_sets.count; set++)
		if (number[set])
			sets[number[set] - 1] = set;
	for (size_t i = 0; i < count; i++) {
		size_t n = profile_labels_of(p, sets[i], &labels, &cap);

		profile_sort_labels(labels, n, ranks);
		output_text(out, i ? ",\n[" : "[[");
		for (size_t k = 0; k < n; k++) {
			output_text(out, k ? "," : "");
			put_label(out, p, &p->labels[labels[k]]);
		}
		output_byte(out, ']');
	}
	output_text(out, count ? "]" : "[]");
	alloc_free(labels);
	alloc_free(sets);
	alloc_free(ranks);
}

static void put_address(struct output *out, const char *before, uint64_t address)
{
	struct buf text = { 0 };

	buf_print(&text, "%s\"0x%" PRIx64 "\"", before, address);
	output_str(out, buf_str(&text));
	buf_free(&text);
}

void json_put_mapping(struct output *out, const struct profile *p, mapping_id id)
{
	const struct mapping *m = &p->mappings[id];

	json_put_text(out, "{\"object\":", profile_text(p, m->object));
	if (m->build_id)
		json_put_text(out, ",\"build_id\":", profile_text(p, m->build_id));
	put_address(out, ",\"start\":", m->start);
	put_address(out, ",\"limit\":", m->limit);
	if (m->offset)
		put_address(out, ",\"offset\":", m->offset);
	output_byte(out, '}');
}

void json_put_mappings(struct output *out, const struct profile *p)
{
	const char *before = "[";

	for (mapping_id m = 1; m < p->mapping_count; m++) {
		output_text(out, before);
		json_put_mapping(out, p, m);
		before = ",\n";
	}
	output_text(out, *before == '[' ? "[]" : "]");
}

/* Writes `before`, which is a comma from then on, and the key. */
static void put_key(struct output *out, const char **before, const char *key)
{
	output_text(out, *before);
	output_text(out, key);
	*before = ",";
}

bool json_put_frame_keys(struct output *out, const struct profile *p, frame_id id,
			 const char *before)
{
	struct frame f = profile_frame_at(p, id);

	if (f.address) {
		put_key(out, &before, "\"address\":");
		put_address(out, "", f.address);
	}
	if (f.mapping) {
		put_key(out, &before, "\"mapping\":");
		output_u64(out, f.mapping);
	}
	if (f.kind) {
		put_key(out, &before, "\"kind\":");
		json_put(out, str_of(frame_kind_name(f.kind)));
	}
	if (f.inlined)
		put_key(out, &before, "\"inlined\":true");
	if (f.unsymbolised)
		put_key(out, &before, "\"unsymbolised\":true");
	return f.address || f.mapping || f.kind || f.inlined || f.unsymbolised;
}

void json_put_recording(struct output *out, const struct profile *p)
{
	const struct recording *r = &p->recording;
	const char *before = "{";
	const struct {
		const char *key;
		int64_t number;
	} numbers[] = {
		{ "\"period\":", r->period },
		{ "\"start\":", r->start },
		{ "\"duration\":", r->duration },
	};

	if (r->default_value) {
		put_key(out, &before, "\"default\":");
		json_put(out, profile_text(p, r->default_value));
	}
	if (r->period_name || r->period_unit) {
		put_key(out, &before, "\"of\":");
		json_put_text(out, "[", profile_text(p, r->period_name));
		json_put_text(out, ",", profile_text(p, r->period_unit));
		output_byte(out, ']');
	}
	for (size_t i = 0; i < 3; i++)
		if (numbers[i].number) {
			put_key(out, &before, numbers[i].key);
			output_i64(out, numbers[i].number);
		}
	output_text(out, *before == '{' ? "{}" : "}");
}
