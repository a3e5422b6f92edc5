/*
 * pair - the main of every X2Y
 *
 * Compiled once a pair, with FROM and TO defined as the two formats' names, and
 * linked with these two formats alone.
 */
#include "common/program/main.h"

#define GLUE(name) name##_format
#define FORMAT_OF(name) GLUE(name)

extern const struct format FORMAT_OF(FROM);
extern const struct format FORMAT_OF(TO);

static int pair(int argc, char **argv)
{
	return pair_main(&FORMAT_OF(FROM), &FORMAT_OF(TO), NULL, NULL, NULL, argc, argv);
}

int main(int argc, char **argv)
{
	return program_run(pair, argc, argv);
}
