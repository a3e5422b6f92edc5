/*
 * tools - the mains of tools.def, and the program that a name stands for
 */
#ifndef TOOLS_TOOLS_H
#define TOOLS_TOOLS_H

#include "common/program/format.h"

#define TOOL(name) int name##_main(int argc, char **argv);
#include "converters/tools/tools.def"
#undef TOOL

#endif
