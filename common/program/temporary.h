/*
 * temporary - removes temporary output files on signals
 *
 * The output is written under a temporary name beside its final one. A signal that ends the
 * program removes that file first. The library itself installs no signal handler, since
 * signals belong to the program.
 */
#ifndef PROGRAM_TEMPORARY_H
#define PROGRAM_TEMPORARY_H

#include "common/base/task.h"

/* Guards the files that c makes from now on. */
void temporary_guard(struct task *c);

#endif
