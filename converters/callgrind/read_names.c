/*
 * callgrind/read_names - names by ID, and functions by their names
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/hash.h"
#include "converters/callgrind/reading.h"

/* --- names --- */

enum { ALWAYS_DENSE = 1 << 16 };

static struct callgrind_named_id *find_row(const struct callgrind_names *n, uint64_t id)
{
	for (struct probe at = index_probe(&n->index, hash_mix(id, 0)); index_next(&n->index, &at);)
		if (n->rows[at.row].id == id)
			return &n->rows[at.row];
	return NULL;
}

bool callgrind_find_name(const struct callgrind_names *n, uint64_t id, string_id *name)
{
	const struct callgrind_named_id *row;

	if (id < n->dense_count && n->dense[id]) {
		*name = n->dense[id] - 1;
		return true;
	}
	row = find_row(n, id);
	if (row)
		*name = row->name;
	return row;
}

static void set_name(struct callgrind_names *n, uint64_t id, string_id name)
{
	struct callgrind_named_id *row = find_row(n, id);

	if (row) {
		row->name = name;
		return;
	}
	n->count++;
	/* a file that skips IDs must not make the array longer than the file */
	if (id >= n->dense_count && id < ALWAYS_DENSE + 4 * n->count)
		n->dense = alloc_grow_zero(n->dense, &n->dense_count, (size_t)id + 1,
					   sizeof *n->dense);
	if (id < n->dense_count) {
		n->dense[id] = name + 1;
		return;
	}
	ARRAY_ROOM(n->rows, n->row_count, n->row_cap);
	index_add(&n->index, hash_mix(id, 0), (uint32_t)n->row_count);
	n->rows[n->row_count++] = (struct callgrind_named_id){ id, name };
}

void callgrind_forget_names(struct callgrind_names *n)
{
	alloc_free(n->rows);
	alloc_free(n->dense);
	index_free(&n->index);
	*n = (struct callgrind_names){ 0 };
}

/* Parses "(12)" at the start of a text. */
static bool read_id(struct str text, uint64_t *id, struct str *rest)
{
	uint64_t value = 0;
	size_t i = 1;

	if (!text.n || text.p[0] != '(')
		return false;
	for (; i < text.n && text.p[i] >= '0' && text.p[i] <= '9'; i++) {
		uint64_t digit = (uint64_t)(text.p[i] - '0');

		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	if (i == 1 || i == text.n || text.p[i] != ')')
		return false;
	*id = value;
	*rest = str_from(text, i + 1);
	return true;
}

string_id callgrind_read_name(struct callgrind_reader *r, struct callgrind_names *names,
			      struct str text)
{
	struct str rest;
	uint64_t id;
	string_id name = 0;

	if (!read_id(text, &id, &rest))
		return profile_string(r->p, text);
	if (rest.n) {
		name = profile_string(r->p, str_from(rest, rest.p[0] == ' '));
		set_name(names, id, name);
		return name;
	}
	/* callgrind and yappi leave some out: what the ID stands for is unknown, its costs are not */
	if (!callgrind_find_name(names, id, &name)) {
		if (!r->unnamed++) {
			r->first_unnamed = id;
			r->first_unnamed_line = r->in->line;
		}
		name = r->unknown;
	}
	return name;
}

/* --- functions --- */

/* Removes the suffix that put_function() in write_block.c appended, see suffixes.c. */
static struct function plain_function(struct callgrind_reader *r, struct function f)
{
	struct str name = profile_text(r->p, f.name), file = profile_text(r->p, f.file);
	struct str head, digits;
	uint64_t line;

	if (str_cut_last(name, ':', &head, &digits) && str_to_u64(digits, &line) &&
	    line <= UINT32_MAX && (digits.p[0] != '0' || digits.n == 1)) {
		f.line = (uint32_t)line;
		name = head;
	}
	if (str_ends(name, S("]")) && name.n > file.n + 3 &&
	    str_eq(str_from(str_head(name, name.n - 1), name.n - 1 - file.n), file) &&
	    str_ends(str_head(name, name.n - 1 - file.n), S(" [")))
		name.n -= file.n + 3;
	f.name = profile_string(r->p, name);
	return f;
}

/* yappi's names contain the place: "sleep /lib/tasks.py:637" in the file "/lib/tasks.py". */
static bool split_place(struct callgrind_reader *r, struct function *f)
{
	struct str file = profile_text(r->p, f->file), rest = profile_text(r->p, f->name), digits;
	uint64_t line;

	if (!str_cut_last(rest, ':', &rest, &digits) || !str_to_u64(digits, &line) ||
	    line > UINT32_MAX || rest.n < file.n + 2 || !str_ends(rest, file) ||
	    rest.p[rest.n - file.n - 1] != ' ')
		return false;
	f->line = (uint32_t)line;
	f->name = profile_string(r->p, str_head(rest, rest.n - file.n - 1));
	return true;
}

/*
 * If the lines of functions are known, a function is looked up with its line: it is the one at
 * that line in earlier files. Its name contains the line only where needed to distinguish it.
 */
static function_id own_function(struct callgrind_reader *r, struct function f,
				struct own_function key)
{
	uint64_t hash = hash_mix((uint64_t)key.name << 32 | key.file, key.object);

	for (struct probe at = index_probe(&r->own, hash); index_next(&r->own, &at);) {
		const struct own_function *o = &r->own_functions[at.row];

		if (o->name == key.name && o->file == key.file && o->object == key.object)
			return o->function;
	}
	if (!f.line)
		f.line = r->line_hint;
	key.function = profile_function(r->p, f);
	index_add(&r->own, hash, (uint32_t)r->own_count);
	ARRAY_ROOM(r->own_functions, r->own_count, r->own_cap);
	r->own_functions[r->own_count++] = key;
	return key.function;
}

void callgrind_forget_own_functions(struct callgrind_reader *r)
{
	index_free(&r->own);
	alloc_free(r->own_functions);
	r->own_functions = NULL;
	r->own_count = r->own_cap = 0;
}

function_id callgrind_function_of(struct callgrind_reader *r, string_id object, string_id file,
				  string_id name)
{
	struct function f = { .file = known(r, file), .object = known(r, object) };
	function_id found;
	struct met *met;

	/* "fn=", "cfn=" and "fn=(1) " name the same function, which writers spell "???" */
	name = name ? name : r->unknown;
	f.name = name;
	if (name >= r->met_count)
		r->met = alloc_grow_zero(r->met, &r->met_count, (size_t)name + 1, sizeof *r->met);
	met = &r->met[name];
	if (met->function && met->object == object && met->file == file && met->ours == r->ours)
		return met->function - 1;
	/* names that profpipe wrote into a file of yappi's are like its own */
	if (!(r->yappi && split_place(r, &f)) && (r->ours || (r->yappi && r->rewritten)))
		f = plain_function(r, f);
	if (r->system_count)
		f.system = callgrind_system_of(r, f.name, f.file, f.object);
	found = r->known_lines ? own_function(r, f, (struct own_function){ object, file, name, 0 })
			       : profile_function(r->p, f);
	*met = (struct met){
		.object = object,
		.file = file,
		.function = found + 1,
		.ours = r->ours,
		.several_files = met->several_files || (met->function && met->file != file),
	};
	return found;
}

bool callgrind_only_file(const struct callgrind_reader *r, string_id name, string_id *file)
{
	if (name >= r->met_count || !r->met[name].function || r->met[name].several_files)
		return false;
	*file = r->met[name].file;
	return true;
}
