/*
 * temporary - removes temporary output files on signals
 *
 * Where the output cannot be written without a name, it has a temporary one beside its final
 * one. A signal that ends the program removes that file first. The library itself installs no signal handler, since
 * signals belong to the program.
 */
#ifndef PROGRAM_TEMPORARY_H
#define PROGRAM_TEMPORARY_H

#include "common/base/task.h"

/* Guards the files that c makes from now on. */
void temporary_guard(struct task *c);
/* Before a signal ends the process, `act` is called; it does what a signal handler may do. */
void temporary_before_end(void (*act)(void));

#endif
