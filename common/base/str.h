/*
 * str - text with a length
 *
 * A struct str borrows its bytes: it does not own them, may contain any byte including NUL,
 * and is not NUL-terminated. A struct buf owns a growing buffer.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__GNUC__)
#define PRINTF_LIKE(a, b) __attribute__((format(printf, a, b)))
#else
#define PRINTF_LIKE(a, b)
#endif

struct str {
	const char *p;
	size_t n;
};

#define S(literal) ((struct str){ (literal), sizeof(literal) - 1 })

static inline struct str str_of(const char *text)
{
	return (struct str){ text, strlen(text) };
}

static inline bool str_eq(struct str a, struct str b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static inline struct str str_from(struct str s, size_t start)
{
	return (struct str){ s.p + start, s.n - start };
}

static inline struct str str_head(struct str s, size_t n)
{
	return (struct str){ s.p, n < s.n ? n : s.n };
}

int str_compare(struct str a, struct str b); /* bytewise, as memcmp */
bool str_starts(struct str s, struct str with);
bool str_ends(struct str s, struct str with);
bool str_contains(struct str s, struct str part); /* the empty part is in every text */
bool str_has(struct str s, char c);
struct str str_trim(struct str s);         /* removes blanks, tabs and CR at both ends */
struct str str_after_blanks(struct str s); /* removes blanks, tabs and line ends at the start */
struct str str_base(struct str path);      /* what follows the last '/' or '\' */

/* Splits s at the first (last) `at`, which is in neither half. False if s has no `at`. */
bool str_cut(struct str s, char at, struct str *before, struct str *after);
bool str_cut_last(struct str s, char at, struct str *before, struct str *after);

/*
 * How many letters have to be inserted, left out, replaced or swapped with their neighbour to
 * make b of a: what a typing error is worth. For short words: SIZE_MAX beyond 64 bytes.
 */
size_t str_distance(struct str a, struct str b);

/* Takes what is before the next `at`, or all, off *rest. False if nothing is left. */
bool str_part(struct str *rest, char at, struct str *part);
/* Takes the next blank-separated word off *rest. False if there is none. */
bool str_word(struct str *rest, struct str *word);

struct buf {
	char *p;
	size_t n, cap;
};

void buf_add(struct buf *b, struct str s);
void buf_byte(struct buf *b, char c);
void buf_print(struct buf *b, const char *format, ...) PRINTF_LIKE(2, 3);
void buf_vprint(struct buf *b, const char *format, va_list args) PRINTF_LIKE(2, 0);
void buf_replace(struct buf *b, struct str s); /* s may lie in b */
void buf_free(struct buf *b);

static inline struct str buf_str(const struct buf *b)
{
	return (struct str){ b->p, b->n };
}

#endif
