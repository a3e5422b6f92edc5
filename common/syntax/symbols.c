#include "common/syntax/symbols.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/sort.h"
#include "common/io/limits.h"
#include "common/syntax/demangle.h"
#include "common/syntax/dwarf_library.h"

#if DWARF_LIBRARY_HERE

/* Where the code of a compilation unit is, in the addresses of the file. */
struct unit_range {
	Dwarf_Addr start, end;
	Dwarf_Die *unit; /* libdw's */
};

/*
 * Sorted by start. libdw's own search wants a section .debug_aranges, which Go and clang leave out.
 */
struct unit_table {
	bool made;
	struct unit_range *ranges;
	size_t count, cap;
	uint32_t *order;
};

struct symbols {
	const struct dwarf_library *lib;
	Dwfl_Callbacks callbacks;
	Dwfl *dwfl;
	Dwfl_Module *module;
	Elf *elf;
	GElf_Addr bias; /* what libdw adds to addresses of the file */
	bool fixed;     /* always at one place in memory */
	struct unit_table units;
	struct buf path, build_id;

	/* what was found last */
	struct symbol_place *places;
	size_t count, cap;
	struct buf *texts; /* demangled names, by place */
	size_t text_cap;
};

/* --- opening --- */

static void read_build_id(struct symbols *s)
{
	const unsigned char *bits;
	GElf_Addr at;
	int n = s->lib->dwfl_module_build_id(s->module, &bits, &at);

	for (int i = 0; i < n; i++)
		buf_print(&s->build_id, "%02x", bits[i]);
}

static int report_program(struct symbols *s, const char *path)
{
	GElf_Ehdr header;
	struct stat st;

	/* a pipe would be waited for */
	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return diag_error("--symbols: %s: expected a program in a file",
				  diag_masked(str_of(path)));
	s->callbacks.section_address = s->lib->dwfl_offline_section_address;
	s->callbacks.find_debuginfo = s->lib->dwfl_build_id_find_debuginfo;
	s->dwfl = s->lib->dwfl_begin(&s->callbacks);
	if (s->dwfl) {
		s->lib->dwfl_report_begin(s->dwfl);
		s->module = s->lib->dwfl_report_offline(s->dwfl, path, path, -1);
		s->lib->dwfl_report_end(s->dwfl, NULL, NULL);
	}
	s->elf = s->module ? s->lib->dwfl_module_getelf(s->module, &s->bias) : NULL;
	if (!s->elf || !s->lib->gelf_getehdr(s->elf, &header))
		return diag_error("--symbols: %s: %s", diag_masked(str_of(path)),
				  diag_masked(str_of(s->lib->dwfl_errmsg(-1))));
	s->fixed = header.e_type == ET_EXEC;
	read_build_id(s);
	return 0;
}

struct symbols *symbols_open(const char *path)
{
	const struct dwarf_library *library = dwarf_library();
	struct symbols *s;

	if (!library) {
		diag_error("--symbols needs elfutils (" DWARF_LIBRARY "), which cannot be loaded");
		return NULL;
	}
	s = alloc_zero(1, sizeof *s);
	s->lib = library;
	buf_add(&s->path, str_of(path));
	if (report_program(s, path) == 0)
		return s;
	symbols_close(s);
	return NULL;
}

void symbols_close(struct symbols *s)
{
	if (!s)
		return;
	if (s->dwfl)
		s->lib->dwfl_end(s->dwfl);
	for (size_t i = 0; i < s->text_cap; i++)
		buf_free(&s->texts[i]);
	alloc_free(s->units.ranges);
	alloc_free(s->units.order);
	alloc_free(s->texts);
	alloc_free(s->places);
	buf_free(&s->path);
	buf_free(&s->build_id);
	alloc_free(s);
}

/* --- names --- */

static void add_place(struct symbols *s, struct str system, uint32_t first_line)
{
	struct symbol_place *place;

	ARRAY_ROOM(s->places, s->count, s->cap);
	if (s->count >= s->text_cap)
		s->texts = alloc_grow_zero(s->texts, &s->text_cap, s->count + 1, sizeof *s->texts);
	place = &s->places[s->count];
	s->texts[s->count].n = 0;
	*place = (struct symbol_place){ .name = system, .first_line = first_line };
	if (demangle_name(system, &s->texts[s->count])) {
		place->name = buf_str(&s->texts[s->count]);
		place->system = system;
	}
	s->count++;
}

static struct str name_of(const struct symbols *s, Dwarf_Die *die)
{
	static const unsigned kinds[] = { DW_AT_linkage_name, DW_AT_MIPS_linkage_name };
	Dwarf_Attribute memory;
	const char *name = NULL;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds && !name; i++)
		name = s->lib->dwarf_formstring(
			s->lib->dwarf_attr_integrate(die, kinds[i], &memory));
	if (!name)
		name = s->lib->dwarf_diename(die);
	return name ? str_of(name) : S("");
}

static void add_function(struct symbols *s, Dwarf_Die *die)
{
	int line = 0;

	if (s->lib->dwarf_decl_line(die, &line) != 0 || line < 0)
		line = 0;
	add_place(s, name_of(s, die), (uint32_t)line);
}

static uint32_t number_of(const struct symbols *s, Dwarf_Die *die, unsigned kind)
{
	Dwarf_Attribute memory;
	Dwarf_Word value;

	if (s->lib->dwarf_formudata(s->lib->dwarf_attr(die, kind, &memory), &value) != 0 ||
	    value > UINT32_MAX)
		return 0;
	return (uint32_t)value;
}

/* --- places --- */

static int by_start(uint32_t a, uint32_t b, const void *context)
{
	const struct unit_range *ranges = context;

	return ranges[a].start < ranges[b].start ? -1 : ranges[a].start > ranges[b].start;
}

static void make_units(struct symbols *s)
{
	struct unit_table *t = &s->units;
	Dwarf_Die *unit = NULL;
	Dwarf_Addr bias, base, start, end;

	t->made = true;
	while ((unit = s->lib->dwfl_module_nextcu(s->module, unit, &bias)) != NULL)
		for (ptrdiff_t at = 0;
		     (at = s->lib->dwarf_ranges(unit, at, &base, &start, &end)) > 0;) {
			if (end <= start)
				continue; /* code that was left out when it was linked */
			ARRAY_ROOM(t->ranges, t->count, t->cap);
			t->ranges[t->count++] = (struct unit_range){ start, end, unit };
		}
	limit_check(LIMIT_FUNCTIONS, t->count);
	t->order = alloc_zero(t->count, sizeof *t->order);
	for (uint32_t i = 0; i < t->count; i++)
		t->order[i] = i;
	sort_ids(t->order, t->count, by_start, t->ranges);
}

/* NULL: no unit is there. The address is one of the file. */
static Dwarf_Die *unit_at(struct symbols *s, Dwarf_Addr at)
{
	struct unit_table *t = &s->units;
	size_t low = 0, high;

	if (!t->made)
		make_units(s);
	high = t->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (t->ranges[t->order[middle]].start <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (!low || at >= t->ranges[t->order[low - 1]].end)
		return NULL;
	return t->ranges[t->order[low - 1]].unit;
}

/* The innermost one is in the table of lines. */
static void add_line(struct symbols *s, Dwarf_Die *unit, Dwarf_Addr at)
{
	Dwarf_Line *line = s->lib->dwarf_getsrc_die(unit, at);
	const char *file = line ? s->lib->dwarf_linesrc(line, NULL, NULL) : NULL;
	int number = 0, column = 0;

	if (!file)
		return;
	s->lib->dwarf_lineno(line, &number);
	s->lib->dwarf_linecol(line, &column);
	s->places[0].file = str_of(file);
	s->places[0].line = number > 0 ? (uint32_t)number : 0;
	s->places[0].column = column > 0 ? (uint32_t)column : 0;
}

/* The call of an inlined function says where the one around it was. */
static void add_call(struct symbols *s, Dwarf_Die *inlined, Dwarf_Files *files)
{
	struct symbol_place *caller = &s->places[s->count - 1];
	uint32_t file = number_of(s, inlined, DW_AT_call_file);
	const char *name = files && file ? s->lib->dwarf_filesrc(files, file, NULL, NULL) : NULL;

	caller->file = name ? str_of(name) : S("");
	caller->line = number_of(s, inlined, DW_AT_call_line);
	caller->column = number_of(s, inlined, DW_AT_call_column);
}

static void add_scopes(struct symbols *s, Dwarf_Die *scopes, int count, Dwarf_Files *files)
{
	Dwarf_Die *inlined = NULL;

	for (int i = 0; i < count; i++) {
		int tag = s->lib->dwarf_tag(&scopes[i]);

		if (tag != DW_TAG_inlined_subroutine && tag != DW_TAG_subprogram &&
		    tag != DW_TAG_entry_point)
			continue;
		add_function(s, &scopes[i]);
		if (inlined)
			add_call(s, inlined, files);
		if (tag != DW_TAG_inlined_subroutine)
			return;
		inlined = &scopes[i];
	}
}

/* As eu-addr2line does: the scopes around the innermost one, by where they are in the source. */
static void add_functions(struct symbols *s, Dwarf *dwarf, Dwarf_Die *unit, Dwarf_Addr at)
{
	Dwarf_Die *scopes = NULL, innermost;
	Dwarf_Files *files = NULL;
	size_t file_count;
	int count = s->lib->dwarf_getscopes(unit, at, &scopes);

	if (count > 0 &&
	    s->lib->dwarf_offdie(dwarf, s->lib->dwarf_dieoffset(&scopes[0]), &innermost)) {
		free(scopes);
		scopes = NULL;
		count = s->lib->dwarf_getscopes_die(&innermost, &scopes);
		if (s->lib->dwarf_getsrcfiles(unit, &files, &file_count) != 0)
			files = NULL;
		add_scopes(s, scopes, count, files);
	}
	free(scopes);
}

/* By an address of the file. */
static size_t find(struct symbols *s, GElf_Addr at, const struct symbol_place **places)
{
	Dwarf_Addr bias;
	Dwarf *dwarf = s->lib->dwfl_module_getdwarf(s->module, &bias);
	/* a separate file with debugging information may have other addresses */
	Dwarf_Addr there = at + s->bias - (dwarf ? bias : 0);
	Dwarf_Die *unit = dwarf ? unit_at(s, there) : NULL;
	const char *name;

	s->count = 0;
	if (unit)
		add_functions(s, dwarf, unit, there);
	/* code without debugging information has a name all the same */
	name = s->count ? NULL : s->lib->dwfl_module_addrname(s->module, at + s->bias);
	if (name)
		add_place(s, str_of(name), 0);
	if (s->count && unit)
		add_line(s, unit, there);
	*places = s->places;
	return s->count;
}

/* --- searches --- */

/* False: no code of the program is there. */
static bool address_of(const struct symbols *s, uint64_t offset, GElf_Addr *address)
{
	size_t count;
	GElf_Phdr part;

	if (s->lib->elf_getphdrnum(s->elf, &count) != 0)
		return false;
	for (size_t i = 0; i < count; i++) {
		/* a page of the file may be in two parts of memory, and one of them has the code */
		if (!s->lib->gelf_getphdr(s->elf, (int)i, &part) || part.p_type != PT_LOAD ||
		    !(part.p_flags & PF_X) || offset < part.p_offset ||
		    offset - part.p_offset >= part.p_filesz)
			continue;
		*address = offset - part.p_offset + part.p_vaddr;
		return true;
	}
	return false;
}

size_t symbols_at_offset(struct symbols *s, uint64_t offset, const struct symbol_place **places)
{
	GElf_Addr address;

	return address_of(s, offset, &address) ? find(s, address, places) : 0;
}

size_t symbols_at_address(struct symbols *s, uint64_t address, const struct symbol_place **places)
{
	return s->fixed ? find(s, address, places) : 0;
}

struct str symbols_path(const struct symbols *s)
{
	return buf_str(&s->path);
}

struct str symbols_build_id(const struct symbols *s)
{
	return buf_str(&s->build_id);
}

#else

struct symbols *symbols_open(const char *path)
{
	(void)path;
	diag_error("--symbols needs elfutils, whose headers were not there when this was built");
	return NULL;
}

void symbols_close(struct symbols *s)
{
	(void)s;
}

struct str symbols_path(const struct symbols *s)
{
	(void)s;
	return S("");
}

struct str symbols_build_id(const struct symbols *s)
{
	(void)s;
	return S("");
}

size_t symbols_at_offset(struct symbols *s, uint64_t offset, const struct symbol_place **places)
{
	(void)s;
	(void)offset;
	(void)places;
	return 0;
}

size_t symbols_at_address(struct symbols *s, uint64_t address, const struct symbol_place **places)
{
	(void)s;
	(void)address;
	(void)places;
	return 0;
}

#endif
