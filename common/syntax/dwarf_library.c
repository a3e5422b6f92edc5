#include "common/syntax/dwarf_library.h"

#if DWARF_LIBRARY_HERE

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

static struct dwarf_library functions;
static bool found;

static void load(void)
{
	void *library = dlopen(DWARF_LIBRARY, RTLD_LAZY | RTLD_LOCAL);

	found = library != NULL;
	/* POSIX's dlsym() gives functions as void *, which C lets no one convert; libelf's are
	 * found in what libdw is linked with */
#define DWARF_FUNCTION(name) \
	found = found && (*(void **)&functions.name = dlsym(library, #name)) != NULL;
	DWARF_FUNCTIONS(DWARF_FUNCTION)
#undef DWARF_FUNCTION
}

const struct dwarf_library *dwarf_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return found ? &functions : NULL;
}

#endif
