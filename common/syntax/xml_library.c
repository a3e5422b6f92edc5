#include "common/syntax/xml_library.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdbool.h>

#include "common/base/diag.h"

static struct xml_library functions;
static const char *trouble;

void xml_drop_message(void *context, const char *format, ...)
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
	if (found) {
		/* short of memory it goes on with fewer encodings */
		functions.xmlSetGenericErrorFunc(NULL, xml_drop_message);
		functions.xmlInitParser(); /* if it happened later, threads would collide */
		functions.xmlSetGenericErrorFunc(NULL, NULL);
	} else {
		trouble = dlerror();
	}
}

const struct xml_library *xml_library(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	if (trouble)
		diag_die("XML needs libxml2, which cannot be loaded: %s",
			 diag_masked(str_of(trouble)));
	return &functions;
}
