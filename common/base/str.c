#include "common/base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/alloc.h"

int str_compare(struct str a, struct str b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int order = n ? memcmp(a.p, b.p, n) : 0;

	return order ? order : (a.n > b.n) - (a.n < b.n);
}

bool str_starts(struct str s, struct str with)
{
	return s.n >= with.n && str_eq(str_head(s, with.n), with);
}

bool str_ends(struct str s, struct str with)
{
	return s.n >= with.n && str_eq(str_from(s, s.n - with.n), with);
}

bool str_has(struct str s, char c)
{
	return s.n && memchr(s.p, c, s.n);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

struct str str_trim(struct str s)
{
	while (s.n && is_blank(s.p[0]))
		s = str_from(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str str_base(struct str path)
{
	size_t i = path.n;

	while (i && path.p[i - 1] != '/' && path.p[i - 1] != '\\')
		i--;
	return str_from(path, i);
}

static bool cut_at(struct str s, size_t i, struct str *before, struct str *after)
{
	*before = str_head(s, i);
	*after = str_from(s, i + 1);
	return true;
}

bool str_cut(struct str s, char at, struct str *before, struct str *after)
{
	const char *hit = s.n ? memchr(s.p, at, s.n) : NULL;

	return hit && cut_at(s, (size_t)(hit - s.p), before, after);
}

bool str_cut_last(struct str s, char at, struct str *before, struct str *after)
{
	size_t i = s.n;

	while (i && s.p[i - 1] != at)
		i--;
	return i && cut_at(s, i - 1, before, after);
}

bool str_word(struct str *rest, struct str *word)
{
	size_t n = 0;

	*rest = str_trim(*rest);
	while (n < rest->n && !is_blank(rest->p[n]))
		n++;
	*word = str_head(*rest, n);
	*rest = str_from(*rest, n);
	return n > 0;
}

static void buf_room(struct buf *b, size_t more)
{
	if (b->cap - b->n < more)
		b->p = alloc_grow(b->p, &b->cap, b->n + more, 1);
}

void buf_add(struct buf *b, struct str s)
{
	buf_room(b, s.n + 1);
	if (s.n)
		memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	b->p[b->n] = '\0';
}

void buf_byte(struct buf *b, char c)
{
	buf_add(b, (struct str){ &c, 1 });
}

void buf_print(struct buf *b, const char *format, ...)
{
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n < 0)
		return;
	buf_room(b, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(b->p + b->n, (size_t)n + 1, format, args);
	va_end(args);
	b->n += (size_t)n;
}

void buf_replace(struct buf *b, struct str s)
{
	struct buf fresh = { 0 };

	buf_add(&fresh, s);
	buf_free(b);
	*b = fresh;
}

void buf_free(struct buf *b)
{
	alloc_free(b->p);
	*b = (struct buf){ 0 };
}
