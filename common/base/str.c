#include "common/base/str.h"

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

bool str_contains(struct str s, struct str part)
{
	const char *hit;

	if (!part.n)
		return true;
	while (s.n >= part.n && (hit = memchr(s.p, part.p[0], s.n - part.n + 1))) {
		s = str_from(s, (size_t)(hit - s.p));
		if (str_starts(s, part))
			return true;
		s = str_from(s, 1);
	}
	return false;
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

struct str str_after_blanks(struct str s)
{
	while (s.n && (is_blank(s.p[0]) || s.p[0] == '\n'))
		s = str_from(s, 1);
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

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t str_distance(struct str a, struct str b)
{
	enum { MAX_LENGTH = 64 };
	size_t rows[3][MAX_LENGTH + 1];

	if (a.n > MAX_LENGTH || b.n > MAX_LENGTH)
		return SIZE_MAX;
	for (size_t i = 0; i <= a.n; i++) {
		size_t *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

		now[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			if (!i) {
				now[j] = j;
				continue;
			}
			now[j] = least(last[j - 1] + (a.p[i - 1] != b.p[j - 1]),
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

bool str_part(struct str *rest, char at, struct str *part)
{
	if (!rest->n)
		return false;
	if (!str_cut(*rest, at, part, rest)) {
		*part = *rest;
		*rest = S("");
	}
	return true;
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

	va_start(args, format);
	buf_vprint(b, format, args);
	va_end(args);
}

void buf_vprint(struct buf *b, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n >= 0) {
		buf_room(b, (size_t)n + 1);
		vsnprintf(b->p + b->n, (size_t)n + 1, format, again);
		b->n += (size_t)n;
	}
	va_end(again);
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
