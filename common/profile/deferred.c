#include "common/profile/deferred.h"

#include "common/base/alloc.h"

void *profile_deferred(const struct profile *p, const struct deferred_kind *kind)
{
	for (size_t i = 0; i < p->deferred_count; i++)
		if (p->deferred[i].kind == kind)
			return p->deferred[i].state;
	return NULL;
}

void profile_defer(struct profile *p, const struct deferred_kind *kind, void *state)
{
	ARRAY_ROOM(p->deferred, p->deferred_count, p->deferred_cap);
	p->deferred[p->deferred_count++] = (struct deferred){ kind, state };
}

void profile_settle(struct profile *p)
{
	for (size_t i = 0; i < p->deferred_count; i++)
		if (p->deferred[i].kind->settle)
			p->deferred[i].kind->settle(p, p->deferred[i].state);
}

void profile_finish(struct profile *p)
{
	profile_settle(p);
	for (size_t i = 0; i < p->deferred_count; i++)
		if (p->deferred[i].kind->finish)
			p->deferred[i].kind->finish(p, p->deferred[i].state);
	profile_free_deferred(p);
}

void profile_join_deferred(struct profile *to, const struct profile *from)
{
	for (size_t i = 0; i < from->deferred_count; i++)
		from->deferred[i].kind->join(to, from->deferred[i].state);
}

void profile_free_deferred(struct profile *p)
{
	for (size_t i = 0; i < p->deferred_count; i++)
		p->deferred[i].kind->release(p->deferred[i].state);
	alloc_free(p->deferred);
	p->deferred = NULL;
	p->deferred_count = p->deferred_cap = 0;
}
