#include "common/syntax/demangle.h"

#include <libiberty/demangle.h>
#include <stdlib.h>

/* libiberty limits its own recursion. */
static char *plain_name(const char *name)
{
	char *plain = NULL;

	if (strncmp(name, "_D", 2) == 0)
		plain = cplus_demangle(name, DMGL_DLANG | DMGL_PARAMS | DMGL_ANSI);
	if (!plain && strncmp(name, "__Z", 3) == 0) /* macOS puts one more before it */
		name++;
	if (!plain && name[0] == '_')
		plain = cplus_demangle(name, DMGL_AUTO | DMGL_PARAMS | DMGL_ANSI);
	return plain;
}

bool demangle_name(struct str name, struct buf *to)
{
	struct buf text = { 0 };
	char *plain;

	if (!name.n || name.p[0] != '_' || str_has(name, '\0'))
		return false;
	buf_add(&text, name);
	buf_byte(&text, '\0');
	plain = plain_name(text.p);
	if (plain)
		buf_add(to, str_of(plain));
	free(plain);
	buf_free(&text);
	return plain != NULL;
}
