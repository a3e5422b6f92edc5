#include "common/syntax/xml_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/base/diag.h"

static struct xml_library functions;
static const char *trouble;

/* What libxml2 prints on its own account is not for the terminal. */
static void pass_over(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

static void load(void)
{
	void *library = dlopen(XML_LIBRARY, RTLD_LAZY | RTLD_LOCAL);
	bool found = library != NULL;

	/* POSIX's dlsym() gives functions as void *, which C lets no one convert */
#define XML_FUNCTION(name) \
	found = found && (*(void **)&functions.name = dlsym(library, #name)) != NULL;
	XML_FUNCTIONS(XML_FUNCTION)
#undef XML_FUNCTION
	if (!found) {
		trouble = dlerror();
		return;
	}
	/* what it would do later is not made for threads; it goes on without some of its memory */
	functions.xmlSetGenericErrorFunc(NULL, pass_over);
	functions.xmlInitParser();
	functions.xmlSetGenericErrorFunc(NULL, NULL);
}

const struct xml_library *xml_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (trouble)
		diag_die("XML needs libxml2, which cannot be loaded: %s", diag_masked(str_of(trouble)));
	return &functions;
}
