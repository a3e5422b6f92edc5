/*
 * marshal_code - code objects, whose fields depend on the version of Python
 */
#include "common/syntax/marshal_internal.h"

/*
 * `python -m profile` has a code object in a key. Its fields depend on the version
 * of Python, which no file tells: i is a raw 32-bit number, b bytes, t a tuple, s a
 * string and n the name. The layout that fits is the file's.
 */
static const char *const layouts[] = {
	"iiiiibtttbsnsibb", /* 3.11 to 3.14 */
	"iiiiiibtttttsnib", /* 3.8 to 3.10 */
	"iiiiibtttttsnib",  /* 3.0 to 3.7 */
	"iiiistttttsnis",   /* 2.7, whose bytes are strings */
};
enum { LAYOUTS = sizeof layouts / sizeof *layouts };

/* Reads the fields of a code object; its bytes stay in the window of the input. */
static bool try_layout(struct marshal *m, struct marshal_item *item, const char *layout)
{
	size_t around = m->depth;
	struct marshal_item inner;

	m->trying = true;
	m->layout = layout;
	if (!marshal_open(m,
			  (struct marshal_container){
				  .kind = MARSHAL_CODE, .layout = layout, .object = item->object },
			  item->at))
		return false;
	do
		if (!marshal_step(m, &inner))
			return false;
	while (m->depth > around);
	item->kind = MARSHAL_CODE;
	item->text = m->containers[around].name;
	return true;
}

/* Moves the items of the enclosing tuple behind what the code object added to the pool. */
static void move_capture(struct marshal *m, size_t end)
{
	struct marshal_container *f = m->depth ? &m->containers[m->depth - 1] : NULL;
	size_t first;

	if (!f || !f->capture || m->pool.n == end)
		return;
	first = f->first;
	f->first = m->pool.n;
	for (; first < end; first++)
		marshal_add_item(m, m->pool.v[first]);
}

bool marshal_read_code(struct marshal *m, struct marshal_item *item)
{
	const struct marshal before = *m;

	if (m->trying)
		return marshal_read_container(m, item, false, MARSHAL_CODE);
	for (size_t i = 0; i < LAYOUTS; i++) {
		size_t known = (before.known + i) % LAYOUTS;
		bool fits = try_layout(m, item, layouts[known]);

		m->trying = m->failed = false;
		if (fits) {
			m->in->p += m->held;
			m->held = 0;
			m->known = known;
			m->too_deep = false;
			move_capture(m, before.pool.n);
			return true;
		}
		m->held = 0;
		m->depth = before.depth;
		m->object_count = before.object_count;
		m->ref_count = before.ref_count;
		m->interned.n = before.interned.n;
		m->pool.n = before.pool.n;
		m->flags_seen = before.flags_seen;
	}
	if (m->too_deep)
		return marshal_fail_nesting(m, item->at);
	return marshal_fail(m, item->at,
			    "expected a code object of Python 2.7 to 3.14, got another");
}
