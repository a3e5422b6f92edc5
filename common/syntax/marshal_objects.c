/* marshal_objects - the tables of a reader: kept objects, references, texts */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/task.h"
#include "common/base/hash.h"
#include "common/syntax/marshal_internal.h"

enum { ARENA_BLOCK = 1 << 13 };

/*
 * Keeps the tables of a small file for the next one: otherwise each of thousands of files would
 * grow its own. Not if memory is linked to a list, since the next file may belong to another
 * one.
 */
struct marshal *marshal_new(struct input *in)
{
	struct marshal *spare = task_current->spare_marshal;
	struct marshal *m = spare ? spare : alloc_zero(1, sizeof *m);

	*m = (struct marshal){
		.in = in,
		.containers = m->containers,
		.container_cap = m->container_cap,
		.objects = m->objects,
		.object_cap = m->object_cap,
		.refs = m->refs,
		.ref_cap = m->ref_cap,
		.interned = { m->interned.v, 0, m->interned.cap },
		.pool = { m->pool.v, 0, m->pool.cap },
	};
	task_current->spare_marshal = NULL;
	return m;
}

static void free_tables(struct marshal *m)
{
	alloc_free(m->containers);
	alloc_free(m->objects);
	alloc_free(m->refs);
	alloc_free(m->interned.v);
	alloc_free(m->pool.v);
	alloc_free(m);
}

void marshal_free(struct marshal *m)
{
	enum { SMALL = 1 << 12 };
	struct marshal_block *next;

	if (!m)
		return;
	for (struct marshal_block *b = m->blocks; b; b = next) {
		next = b->next;
		alloc_free(b);
	}
	index_free(&m->texts);
	if (!task_current->memory && !task_current->spare_marshal && m->object_cap <= SMALL &&
	    m->interned.cap <= SMALL) {
		task_current->spare_marshal = m;
		return;
	}
	free_tables(m);
}

void marshal_free_spare(void)
{
	if (task_current->spare_marshal)
		free_tables(task_current->spare_marshal);
	task_current->spare_marshal = NULL;
}

/* --- kept objects --- */

static void list_add(struct marshal_list *l, uint32_t value)
{
	ARRAY_ROOM(l->v, l->n, l->cap);
	l->v[l->n++] = value;
}

void marshal_add_item(struct marshal *m, uint32_t object)
{
	list_add(&m->pool, object);
}

struct str marshal_keep_text(struct marshal *m, struct str text)
{
	struct str kept = { NULL, text.n };

	if (text.n > m->room_left) {
		size_t size = text.n > ARENA_BLOCK ? text.n : ARENA_BLOCK;
		struct marshal_block *b = alloc_bytes(sizeof *b + size);

		b->next = m->blocks;
		m->blocks = b;
		m->room = (char *)(b + 1);
		m->room_left = size;
	}
	if (!text.n)
		return S("");
	memcpy(m->room, text.p, text.n);
	kept.p = m->room;
	m->room += text.n;
	m->room_left -= text.n;
	return kept;
}

uint32_t marshal_new_object(struct marshal *m, enum marshal_kind kind)
{
	ARRAY_ROOM(m->objects, m->object_count, m->object_cap);
	m->objects[m->object_count] = (struct marshal_object){ .kind = kind };
	return (uint32_t)m->object_count++;
}

uint32_t marshal_keep(struct marshal *m, struct marshal_item *item)
{
	struct marshal_object *o;

	if (item->object != MARSHAL_NO_OBJECT)
		return item->object;
	item->object = marshal_new_object(m, item->kind);
	o = &m->objects[item->object];
	if (is_text(item->kind)) {
		o->count = (uint32_t)item->text.n;
		o->is.text = marshal_keep_text(m, item->text).p;
	} else if (item->kind == MARSHAL_FLOAT) {
		o->is.number = item->number;
	} else {
		o->is.integer = item->integer;
	}
	return item->object;
}

void marshal_keep_interned(struct marshal *m, struct marshal_item *item)
{
	uint64_t hash = hash_text(item->text);

	for (struct probe at = index_probe(&m->texts, hash); index_next(&m->texts, &at);) {
		const struct marshal_object *o = &m->objects[at.row];

		/* a code object that did not fit may have left its rows */
		if (at.row < m->object_count && o->kind == MARSHAL_TEXT &&
		    str_eq((struct str){ o->is.text, o->count }, item->text)) {
			item->object = at.row;
			break;
		}
	}
	if (item->object == MARSHAL_NO_OBJECT)
		index_add(&m->texts, hash, marshal_keep(m, item));
	list_add(&m->interned, item->object);
}

void marshal_add_ref(struct marshal *m, uint32_t object)
{
	ARRAY_ROOM(m->refs, m->ref_count, m->ref_cap);
	m->refs[m->ref_count++] = (struct marshal_ref){ .object = object };
}

uint32_t *marshal_tag(struct marshal *m, uint32_t object)
{
	struct marshal_object *o = &m->objects[object];

	return o->ref ? &m->refs[o->ref - 1].tag : &o->tag;
}
