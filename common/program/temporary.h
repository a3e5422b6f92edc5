/*
 * temporary - a program's output is whole or as it was, whatever ends the program
 *
 * The output is written beside its final name. A signal that ends the program removes that
 * file first; the library itself installs no handler, as signals belong to the program.
 */
#ifndef PROGRAM_TEMPORARY_H
#define PROGRAM_TEMPORARY_H

#include "common/base/task.h"

/* From now on, for the files that c makes. */
void temporary_guard(struct task *c);

#endif
