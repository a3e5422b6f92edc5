#define CJSON_LIBRARY_ITSELF
#include "common/syntax/cjson_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/base/diag.h"

static struct cjson_library functions;
static bool found;

static void load(void)
{
	void *library = dlopen(CJSON_LIBRARY, RTLD_LAZY | RTLD_LOCAL);

	found = library != NULL;
	/* POSIX's dlsym() gives functions as void *, which C lets no one convert */
#define CJSON_FUNCTION(name) \
	found = found && (*(void **)&functions.name = dlsym(library, #name)) != NULL;
	CJSON_FUNCTIONS(CJSON_FUNCTION)
#undef CJSON_FUNCTION
}

const struct cjson_library *cjson_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (!found)
		diag_die("JSON reports need cJSON (" CJSON_LIBRARY "), which cannot be loaded");
	return &functions;
}
