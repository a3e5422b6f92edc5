#include "common/transform/reshape/redact.h"

#include <sha2.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/profile/own_name.h"
#include "common/transform/reshape/group_by.h"
#include "common/transform/reshape/idle.h"
#include "common/transform/reshape/remap.h"

struct profile *profile_strip_dirs(struct profile *p)
{
	struct function *functions = group_by_functions(p);
	struct group_by_options options = { .functions = functions, .base_names = true };
	struct profile *to;

	for (function_id f = 0; f < p->function_count; f++) {
		functions[f].file = profile_string(p, str_base(profile_text(p, functions[f].file)));
		functions[f].object =
			profile_string(p, str_base(profile_text(p, functions[f].object)));
	}
	to = profile_group_by(p, &options);
	alloc_free(functions);
	return to;
}

/* --- names --- */

enum { DIGITS = 16 };

struct redactor {
	struct remap w;
	/* RFC 2104: hash the two blocks of the key once for all names */
	SHA2_CTX inner, outer;
	struct buf text;
};

static void start_key(SHA2_CTX *c, const uint8_t *key, uint8_t pad)
{
	uint8_t block[SHA256_BLOCK_LENGTH];

	for (size_t i = 0; i < sizeof block; i++)
		block[i] = key[i] ^ pad;
	SHA256Init(c);
	SHA256Update(c, block, sizeof block);
}

static void take_key(struct redactor *h, struct str key)
{
	uint8_t block[SHA256_BLOCK_LENGTH] = { 0 };
	SHA2_CTX c;

	if (key.n > sizeof block) {
		SHA256Init(&c);
		SHA256Update(&c, (const uint8_t *)key.p, key.n);
		SHA256Final(block, &c);
	} else if (key.n) {
		memcpy(block, key.p, key.n);
	}
	start_key(&h->inner, block, 0x36);
	start_key(&h->outer, block, 0x5c);
}

/* Appends the letter and the digits for this name. */
static void add_redacted(struct redactor *h, char letter, struct str name)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	SHA2_CTX c = h->inner;

	SHA256Update(&c, (const uint8_t *)name.p, name.n);
	SHA256Final(digest, &c);
	c = h->outer;
	SHA256Update(&c, digest, sizeof digest);
	SHA256Final(digest, &c);
	buf_byte(&h->text, letter);
	for (int i = 0; i < DIGITS / 2; i++)
		buf_print(&h->text, "%02x", digest[i]);
}

/* Our own notes, which say how values were obtained and nothing about the program. */
static bool is_synthetic(struct str name)
{
	static const char *const ours[] = {
		"[root]",  "[unattributed]",      "[unplaced]",       "[pruned]", "[trimmed]",
		"[empty]", "[awaited elsewhere]", "[unknown caller]", IDLE_NAME,
	};

	for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
		if (own_name_is(name, str_of(ours[i])))
			return true;
	return false;
}

static string_id redacted_name(struct redactor *h, char letter, string_id id)
{
	struct str name = profile_text(h->w.from, id);

	if (!name.n || is_synthetic(name))
		return profile_string(h->w.to, name);
	h->text.n = 0;
	add_redacted(h, letter, name);
	return profile_string(h->w.to, buf_str(&h->text));
}

/*
 * Keeps shared folders shared. An empty component stays empty, and so does "~", which in pstat
 * means that a function has no file.
 */
static string_id redacted_path(struct redactor *h, string_id id)
{
	struct str path = profile_text(h->w.from, id), part;

	h->text.n = 0;
	while (path.n) {
		size_t n = 0;

		while (n < path.n && path.p[n] != '/' && path.p[n] != '\\')
			n++;
		part = str_head(path, n);
		path = str_from(path, n);
		if (str_eq(part, S("~")))
			buf_byte(&h->text, '~');
		else if (part.n)
			add_redacted(h, 'p', part);
		if (path.n) {
			buf_byte(&h->text, '/');
			path = str_from(path, 1);
		}
	}
	return profile_string(h->w.to, buf_str(&h->text));
}

/* Maps the files of places. */
static void redact_path(struct redactor *h, string_id id)
{
	if (!h->w.strings[id])
		h->w.strings[id] = redacted_path(h, id) + 1;
}

static void redact_paths(struct redactor *h)
{
	const struct profile *p = h->w.from;

	/* names of value types are kept, even if a file has the same name */
	memset(h->w.strings, 0, p->strings.count * sizeof *h->w.strings);
	for (function_id f = 0; f < p->function_count; f++) {
		redact_path(h, p->functions[f].file);
		redact_path(h, p->functions[f].object);
	}
	for (size_t i = 0; i < p->cost_count; i++)
		redact_path(h, p->costs[i].file);
	for (size_t i = 0; i < p->arc_count; i++) {
		redact_path(h, p->arcs[i].site.file);
		redact_path(h, p->arcs[i].target.file);
	}
	for (size_t i = 0; i < p->jump_count; i++) {
		redact_path(h, p->jumps[i].at.file);
		redact_path(h, p->jumps[i].target.file);
	}
}

/* --- tables --- */

static void redact_functions(struct redactor *h)
{
	const struct profile *p = h->w.from;

	for (function_id f = 0; f < p->function_count; f++) {
		struct function fn = profile_function_at(p, f);

		fn.name = redacted_name(h, 'f', fn.name);
		fn.file = remap_string(&h->w, fn.file);
		fn.object = remap_string(&h->w, fn.object);
		fn.system = 0;
		h->w.functions[f] = profile_function(h->w.to, fn);
	}
	remap_frames(&h->w);
}

/* Numbers distinguish threads without names, in the order of the file. */
static void redact_threads(struct redactor *h)
{
	const struct profile *p = h->w.from;

	for (size_t i = 0; i < p->thread_count; i++) {
		struct thread t = p->threads[i];

		t.name = redacted_name(h, 't', t.name);
		t.pid = 0;
		t.tid = t.tid ? i + 1 : 0;
		h->w.threads[i] = profile_thread(h->w.to, t);
	}
}

/* Keeps only those facts about the profile that its values need. */
static void keep_metadata(struct redactor *h)
{
	const struct profile *p = h->w.from;

	for (size_t i = 0; i < p->metadata_count; i++) {
		const struct metadata *l = &p->metadata[i];
		struct str key = profile_text(p, l->key);

		if (str_eq(key, S("summary")) || str_eq(key, S("zeros")) ||
		    str_eq(key, S("frames")))
			profile_metadata(h->w.to,
					 l->thread == NO_ID ? NO_ID : h->w.threads[l->thread], key,
					 profile_text(p, l->value));
	}
}

struct profile *profile_anonymize(const struct profile *p, struct str key)
{
	struct profile *to = profile_new();
	struct redactor h = { .text = { 0 } };

	remap_open(&h.w, p, to);
	h.w.drop = FEATURE_ADDRESSES | FEATURE_MAPPINGS | FEATURE_SYSTEM_NAMES | FEATURE_LABELS |
		   FEATURE_RECORDING;
	take_key(&h, key);
	remap_facts(&h.w);
	to->title = profile_string(to, S(""));
	remap_value_types(&h.w);
	redact_paths(&h);
	redact_functions(&h);
	redact_threads(&h);
	keep_metadata(&h);
	remap_stacks(&h.w);
	remap_samples(&h.w);
	remap_times(&h.w);
	remap_graph(&h.w);
	remap_close(&h.w);
	buf_free(&h.text);
	return to;
}
