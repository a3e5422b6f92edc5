/*
 * dwarf_library - elfutils' libdw, loaded when the first program is opened with it
 *
 * Its functions are called by their own names, which stand for the loaded ones; see xml_library.h
 * for why that is done and how the library is found. Where its headers were not there at build
 * time, DWARF_LIBRARY_HERE is 0 and none of this is.
 */
#ifndef SYNTAX_DWARF_LIBRARY_H
#define SYNTAX_DWARF_LIBRARY_H

#if defined(__has_include) && !defined(DWARF_LIBRARY_HERE)
#if __has_include(<elfutils/libdwfl.h>)
#define DWARF_LIBRARY_HERE 1
#endif
#endif
#ifndef DWARF_LIBRARY_HERE
#define DWARF_LIBRARY_HERE 0
#endif

#if DWARF_LIBRARY_HERE

#include <dwarf.h>
#include <elfutils/libdwfl.h>

/* Every function of libdw and libelf that we call. */
#define DWARF_FUNCTIONS(FUNCTION) \
	FUNCTION(dwarf_attr) \
	FUNCTION(dwarf_attr_integrate) \
	FUNCTION(dwarf_decl_line) \
	FUNCTION(dwarf_dieoffset) \
	FUNCTION(dwarf_diename) \
	FUNCTION(dwarf_filesrc) \
	FUNCTION(dwarf_formstring) \
	FUNCTION(dwarf_formudata) \
	FUNCTION(dwarf_getscopes) \
	FUNCTION(dwarf_getscopes_die) \
	FUNCTION(dwarf_getsrc_die) \
	FUNCTION(dwarf_getsrcfiles) \
	FUNCTION(dwarf_linecol) \
	FUNCTION(dwarf_lineno) \
	FUNCTION(dwarf_linesrc) \
	FUNCTION(dwarf_offdie) \
	FUNCTION(dwarf_ranges) \
	FUNCTION(dwarf_tag) \
	FUNCTION(dwfl_begin) \
	FUNCTION(dwfl_build_id_find_debuginfo) \
	FUNCTION(dwfl_end) \
	FUNCTION(dwfl_errmsg) \
	FUNCTION(dwfl_module_addrname) \
	FUNCTION(dwfl_module_build_id) \
	FUNCTION(dwfl_module_getdwarf) \
	FUNCTION(dwfl_module_getelf) \
	FUNCTION(dwfl_module_nextcu) \
	FUNCTION(dwfl_offline_section_address) \
	FUNCTION(dwfl_report_begin) \
	FUNCTION(dwfl_report_end) \
	FUNCTION(dwfl_report_offline) \
	FUNCTION(elf_getphdrnum) \
	FUNCTION(gelf_getehdr) \
	FUNCTION(gelf_getphdr)

struct dwarf_library {
#define DWARF_FUNCTION(name) __typeof__(name) *name;
	DWARF_FUNCTIONS(DWARF_FUNCTION)
#undef DWARF_FUNCTION
};

/* Loads the library at the first call. NULL: it cannot be loaded. */
const struct dwarf_library *dwarf_library(void);

#endif
#endif
