/*
 * sandbox - seccomp confinement for converting untrusted files
 *
 * With --sandbox the program opens its files and splits in two (Linux). One process reads and
 * writes them and may only read, write, allocate memory and exit. The other one does not look
 * at their contents; it waits, and renames the output. So a file that exploits a bug in a
 * reader cannot open, execute or connect to anything.
 */
#ifndef PROGRAM_SANDBOX_H
#define PROGRAM_SANDBOX_H

#include <stdbool.h>

struct settings;

/*
 * Every program calls these after parsing its options. Without --sandbox both do nothing. 0:
 * continue; -1 after a message.
 */

/* Opens the files (none: standard input). May be called for several lists. */
int sandbox_preopen(const struct settings *s, char **files, int count);
/*
 * Opens the output and enters the sandbox; does not return in the process that waits. `xml`:
 * XML may be read or written inside, where no library can be loaded.
 */
int sandbox_close(const struct settings *s, bool xml);
/* Does both, for a program that has one list of files. */
int sandbox_enter(const struct settings *s, char **files, int count, bool xml);

#endif
