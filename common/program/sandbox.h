/*
 * sandbox - for who converts strangers' files
 *
 * With --sandbox the program opens its files and divides: one process reads and writes
 * them with no right but read, write, memory and exit (seccomp, Linux); the other looks
 * at no byte of them, waits, and gives the output its name. Whatever a file can make of
 * a mistake in a reader, it opens, runs and connects to nothing.
 */
#ifndef PROGRAM_SANDBOX_H
#define PROGRAM_SANDBOX_H

#include <stdbool.h>

struct settings;

/*
 * For every program, when its options are read. Without --sandbox both do nothing.
 * 0: go on; -1 after a message.
 */

/* Opens the files (none: standard input); as often as there are lists of them. */
int sandbox_preopen(const struct settings *s, char **files, int count);
/*
 * Opens the output and closes the sandbox; in the process that waits it does not return.
 * `xml` says that XML may be read or written in it: no library can be loaded afterwards.
 */
int sandbox_close(const struct settings *s, bool xml);
/* Both, for a program that has one list of files. */
int sandbox_enter(const struct settings *s, char **files, int count, bool xml);

#endif
