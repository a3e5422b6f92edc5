/*
 * marshal_bytes - bytes beyond the input's window, or within a code object that is tried
 */
#include "common/syntax/marshal_internal.h"

enum { MAX_CODE = 1 << 26 }; /* maximum size of a code object, which is in the window as a whole */

/* Asks for more step by step: a false size costs no more than what is there. */
static bool want(struct marshal *m, size_t n)
{
	size_t have, more;

	while ((have = (size_t)(m->in->end - m->in->p)) < n) {
		more = have < 1 << 16 ? 1 << 17 : have * 2;
		if (!input_want(m->in, more < n ? more : n))
			return false;
	}
	return true;
}

const unsigned char *marshal_take_more(struct marshal *m, size_t n)
{
	const char *p;

	if (m->trying && m->held + n > MAX_CODE) {
		m->failed = true;
		return NULL;
	}
	if ((size_t)(m->in->end - m->in->p) - m->held < n && !want(m, m->held + n)) {
		marshal_fail(m, offset(m), "expected %zu more byte%s, got the end of the file", n,
			     n == 1 ? "" : "s");
		return NULL;
	}
	p = m->in->p + m->held;
	if (m->trying)
		m->held += n;
	else
		m->in->p += n;
	return (const unsigned char *)p;
}
