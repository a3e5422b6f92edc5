#include "common/syntax/pattern.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"

/* Enough for any real name; nested repeats give up within a fraction of a second. */
enum { MAX_STEPS = 1000000, MAX_DEPTH = 100000, MAX_HEAP_KIB = 64 << 10 };

struct pattern {
	char *what;
	pcre2_code *code;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

/* PCRE2 needs a pointer even if there are no bytes. */
static PCRE2_SPTR bytes_of(struct str s)
{
	return (PCRE2_SPTR)(s.n ? s.p : "");
}

static char *copy(const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(alloc_bytes(size), text, size);
}

static int compile(struct pattern *p, struct str text, bool ignore_case)
{
	uint32_t options = PCRE2_UTF | PCRE2_MATCH_INVALID_UTF | PCRE2_NEVER_BACKSLASH_C |
			   (ignore_case ? PCRE2_CASELESS : 0);
	PCRE2_UCHAR reason[128];
	PCRE2_SIZE at;
	int code;

	p->code = pcre2_compile(bytes_of(text), text.n, options, &code, &at, NULL);
	if (p->code)
		return 0;
	pcre2_get_error_message(code, reason, sizeof reason);
	return diag_error("%s: %s: byte %zu: %s", p->what, diag_quote(text), (size_t)at,
			  (char *)reason);
}

struct pattern *pattern_new(const char *what, struct str text, bool ignore_case)
{
	struct pattern *p = alloc_zero(1, sizeof *p);

	p->what = copy(what);
	if (compile(p, text, ignore_case) < 0) {
		pattern_free(p);
		return NULL;
	}
	p->match = pcre2_match_data_create_from_pattern(p->code, NULL);
	p->limits = pcre2_match_context_create(NULL);
	if (!p->match || !p->limits)
		diag_die("out of memory");
	pcre2_set_match_limit(p->limits, MAX_STEPS);
	pcre2_set_depth_limit(p->limits, MAX_DEPTH);
	pcre2_set_heap_limit(p->limits, MAX_HEAP_KIB);
	return p;
}

void pattern_free(struct pattern *p)
{
	if (!p)
		return;
	pcre2_code_free(p->code);
	pcre2_match_data_free(p->match);
	pcre2_match_context_free(p->limits);
	alloc_free(p->what);
	alloc_free(p);
}

static int match_from(const struct pattern *p, struct str text, size_t start, uint32_t options)
{
	PCRE2_UCHAR reason[128];
	int code = pcre2_match(p->code, bytes_of(text), text.n, start, options, p->match,
			       p->limits);

	if (code >= 0 || code == PCRE2_ERROR_NOMATCH)
		return code >= 0;
	pcre2_get_error_message(code, reason, sizeof reason);
	return diag_error("%s: %s: %s", p->what, diag_quote(text), (char *)reason);
}

int pattern_matches(const struct pattern *p, struct str text)
{
	return match_from(p, text, 0, 0);
}

/* --- substitutions --- */

struct substitution {
	struct pattern *pattern;
	char *text; /* the replacement of a match */
	size_t text_size;
	bool all;
};

/* Cuts at the next `end` that no backslash precedes; removes that backslash. */
static bool cut_part(struct str *rest, char end, struct buf *part)
{
	for (size_t i = 0; i < rest->n; i++) {
		if (rest->p[i] == end) {
			*rest = str_from(*rest, i + 1);
			return true;
		}
		if (rest->p[i] == '\\' && i + 1 < rest->n) {
			if (rest->p[++i] != end)
				buf_byte(part, '\\');
		}
		buf_byte(part, rest->p[i]);
	}
	return false;
}

static int take_flags(struct substitution *s, struct str flags, bool *ignore_case)
{
	for (size_t i = 0; i < flags.n; i++) {
		if (flags.p[i] == 'g')
			s->all = true;
		else if (flags.p[i] == 'i')
			*ignore_case = true;
		else
			return -1;
	}
	return 0;
}

/* Checks that each group in the replacement exists in the expression. */
static int options_for_reading(const struct substitution *s, const char *what, struct str whole)
{
	uint32_t groups = 0;

	pcre2_pattern_info(s->pattern->code, PCRE2_INFO_CAPTURECOUNT, &groups);
	for (size_t i = 0; i + 1 < s->text_size; i++) {
		char c = s->text[i + 1];

		if (s->text[i] != '\\')
			continue;
		if (c >= '1' && c <= '9' && (uint32_t)(c - '0') > groups)
			return diag_error("%s: %s: \\%c is no group of the expression", what,
					  diag_quote(whole), c);
		i++;
	}
	return 0;
}

struct substitution *substitution_new(const char *what, struct str text)
{
	struct substitution *s = alloc_zero(1, sizeof *s);
	struct str rest = str_from(text, text.n < 2 ? text.n : 2);
	struct buf expression = { 0 }, with = { 0 };
	bool ignore_case = false, fits;

	fits = text.n > 2 && text.p[0] == 's' && text.p[1] != '\\' && text.p[1] != '\n' &&
	       cut_part(&rest, text.p[1], &expression) && cut_part(&rest, text.p[1], &with) &&
	       take_flags(s, rest, &ignore_case) == 0;
	s->text = with.p;
	s->text_size = with.n;
	if (!fits)
		diag_error("%s: expected 's/RE/TEXT/' with flags g and i, got %s", what,
			   diag_quote(text));
	else
		s->pattern = pattern_new(what, buf_str(&expression), ignore_case);
	buf_free(&expression);
	if (!s->pattern || options_for_reading(s, what, text) < 0) {
		substitution_free(s);
		return NULL;
	}
	return s;
}

void substitution_free(struct substitution *s)
{
	if (!s)
		return;
	pattern_free(s->pattern);
	alloc_free(s->text);
	alloc_free(s);
}

static void settings_add_group(const struct substitution *s, struct str text, uint32_t group,
			       struct buf *to)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->pattern->match);
	PCRE2_SIZE from = at[2 * group], end = at[2 * group + 1];

	if (group < pcre2_get_ovector_count(s->pattern->match) && from != PCRE2_UNSET && end > from)
		buf_add(to, (struct str){ text.p + from, end - from });
}

static void add_text(const struct substitution *s, struct str text, struct buf *to)
{
	for (size_t i = 0; i < s->text_size; i++) {
		char c = s->text[i];

		if (c == '&') {
			settings_add_group(s, text, 0, to);
		} else if (c == '\\' && i + 1 < s->text_size) {
			c = s->text[++i];
			if (c >= '0' && c <= '9')
				settings_add_group(s, text, (uint32_t)(c - '0'), to);
			else
				buf_byte(to, c);
		} else {
			buf_byte(to, c);
		}
	}
}

/* As in sed, an empty match directly behind a match is ignored. */
int substitution_apply(const struct substitution *s, struct str text, struct buf *to)
{
	const PCRE2_SIZE *at = pcre2_get_ovector_pointer(s->pattern->match);
	size_t start = 0, copied = 0;
	uint32_t options = 0;
	int found = 0, any = 0;

	to->n = 0;
	while (start <= text.n && (found = match_from(s->pattern, text, start, options)) > 0) {
		any = 1;
		if (at[0] > copied)
			buf_add(to, (struct str){ text.p + copied, at[0] - copied });
		add_text(s, text, to);
		start = copied = at[1] < at[0] ? at[0] : at[1];
		options = PCRE2_NOTEMPTY_ATSTART;
		if (!s->all)
			break;
	}
	if (found < 0)
		return -1;
	if (copied < text.n)
		buf_add(to, str_from(text, copied));
	return any;
}
