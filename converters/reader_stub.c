/*
 * reader_stub - a reader that is not there
 *
 * A library that only reading needs would cost X2Y its time to load although it only
 * writes Y: libxml2 doubles the start of a program. So where Y's reader has libraries,
 * X2Y is linked with this in place of Y_read*.c. The handler stays the same; who asks
 * it to read all the same is told, by nobody being able to.
 */
#include "common/program/format.h"

#define GLUE(name, verb) name##_##verb
#define VERB_OF(name, verb) GLUE(name, verb)

int VERB_OF(FORMAT_NAME, bid)(struct str head, bool whole);
int VERB_OF(FORMAT_NAME, read)(struct input *in, struct profile *p);

int VERB_OF(FORMAT_NAME, bid)(struct str head, bool whole)
{
	(void)head;
	(void)whole;
	return 0;
}

int VERB_OF(FORMAT_NAME, read)(struct input *in, struct profile *p)
{
	(void)p;
	return input_error(in, "expected a program that reads this format");
}
