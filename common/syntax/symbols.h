/*
 * symbols - functions of a program's addresses, from its DWARF and its symbol table
 *
 * Read by elfutils' libdw, also from a separate file with debugging information that the system
 * has for the program's build id (/usr/lib/debug); nothing is fetched over the network. The program
 * is trusted as far as libdw is.
 */
#ifndef SYNTAX_SYMBOLS_H
#define SYNTAX_SYMBOLS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/base/str.h"

struct symbols;

/* NULL after a message. */
struct symbols *symbols_open(const char *path);
void symbols_close(struct symbols *s);

/* As the user named it. */
struct str symbols_path(const struct symbols *s);
/* In hexadecimal digits; empty if it has none. */
struct str symbols_build_id(const struct symbols *s);

/* A function and the place that it had reached; texts live until the next search, 0 is unknown. */
struct symbol_place {
	struct str name;   /* demangled */
	struct str system; /* as in the object file; empty if it is the same */
	struct str file;
	uint32_t line, column, first_line;
};

/*
 * The functions at an offset of the file, the innermost inlined one first; *places lives until the
 * next search. 0: none is known.
 */
size_t symbols_at_offset(struct symbols *s, uint64_t offset, const struct symbol_place **places);
/* The same at an address in memory of a program that is always loaded at one place. */
size_t symbols_at_address(struct symbols *s, uint64_t address, const struct symbol_place **places);

#endif
