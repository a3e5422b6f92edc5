#include "common/program/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/num.h"
#include "common/io/limits.h"

/* --- the set --- */

struct option_group *options_add(struct option_set *set, struct option_group group)
{
	ARRAY_ROOM(set->groups, set->count, set->cap);
	set->groups[set->count] = group;
	return &set->groups[set->count++];
}

void options_drop(struct option_set *set, const struct option_row *rows)
{
	size_t kept = 0;

	for (size_t g = 0; g < set->count; g++)
		if (set->groups[g].rows != rows)
			set->groups[kept++] = set->groups[g];
	set->count = kept;
}

static void free_lists(const struct option_row *rows, void *values)
{
	for (; rows && rows->kind; rows++)
		if (rows->kind == OPTION_LIST) {
			struct option_list *list = (void *)((char *)values + rows->offset);

			alloc_free(list->texts);
			*list = (struct option_list){ 0 };
		}
}

void options_free(struct option_set *set)
{
	for (size_t g = 0; g < set->count; g++) {
		free_lists(set->groups[g].rows, set->groups[g].values);
		if (set->groups[g].format) {
			alloc_free(set->groups[g].values);
		}
	}
	alloc_free(set->groups);
	alloc_free(set->uses);
	*set = (struct option_set){ 0 };
}

static struct option_group *find_group(const struct option_set *set, enum option_end end,
				       const struct format *format)
{
	for (size_t g = 0; g < set->count; g++)
		if (set->groups[g].end == end && set->groups[g].format == format)
			return &set->groups[g];
	return NULL;
}

void *options_values(const struct option_set *set, enum option_end end, const struct format *format)
{
	struct option_group *g = find_group(set, end, format);

	return g ? g->values : NULL;
}

/* Returns the row itself, or the row of the same table that an alias stands for. */
static const struct option_row *resolve(const struct option_row *rows, const struct option_row *row)
{
	if (row->kind != OPTION_ALIAS)
		return row;
	while (!rows->name || strcmp(rows->name, row->argument) != 0)
		rows++;
	return rows;
}

const struct option_row *option_find(const struct option_row *rows, struct str name)
{
	for (const struct option_row *row = rows; row && row->kind; row++)
		if (row->name && str_eq(str_of(row->name), name))
			return resolve(rows, row);
	return NULL;
}

/* What stands behind the heading: of a format's group it is the format's name. */
static const char *end_of(const struct option_group *g)
{
	static const char *const ends[] = {
		[END_NONE] = "",
		[END_INPUT] = " input",
		[END_OUTPUT] = " output",
	};

	return ends[g->end];
}

/* --- one value --- */

static int bad_argument(const struct option_row *row, const char *text)
{
	char letter[2] = { row->letter, '\0' };

	return diag_error("option %s%s: expected %s, got %s", row->name ? "--" : "-",
			  row->name ? row->name : letter, row->argument, diag_quote(str_of(text)));
}

static int set_choice(const struct option_row *row, int *value, const char *text)
{
	struct str rest = str_of(row->argument), choice, after;
	bool more = true;

	for (int i = 0; more; i++, rest = after) {
		more = str_cut(rest, '|', &choice, &after);
		if (str_eq(more ? choice : rest, str_of(text))) {
			*value = i;
			return 0;
		}
	}
	return bad_argument(row, text);
}

static int set_fraction(const struct option_row *row, double *value, const char *text)
{
	char *end;
	double share = strtod(text, &end);

	if (end == text || *end || !(share >= 0 && share <= 1))
		return bad_argument(row, text);
	*value = share;
	return 0;
}

static int add_text(struct option_list *list, const char *text)
{
	ARRAY_ROOM(list->texts, list->count, list->cap);
	list->texts[list->count++] = text;
	return 0;
}

int option_set_value(const struct option_row *row, void *values, const char *text)
{
	void *value = (char *)values + row->offset;

	if (row->given)
		*((bool *)values + row->given) = true;
	switch (row->kind) {
	case OPTION_FLAG: *(bool *)value = true; return 0;
	case OPTION_TEXT: *(const char **)value = text; return 0;
	case OPTION_COUNT:
		/* a number of rows and a limit on the input have one name: the word tells which */
		if (strcmp(row->name, "limit") == 0 && strchr(text, '='))
			return limits_set("option --limit", text);
		if (!str_to_u64(str_of(text), value))
			return bad_argument(row, text);
		return 0;
	case OPTION_FRACTION: return set_fraction(row, value, text);
	case OPTION_CHOICE: return set_choice(row, value, text);
	case OPTION_LIST: return add_text(value, text);
	case OPTION_LIMIT: return limits_set("option --limit", text);
	default: return 0;
	}
}

/* --- parsing --- */

/* The tables for getopt_long(); values from 256 on are names of rows. */
struct option_parser {
	struct option_set *set;
	struct option *longs;
	size_t long_count, long_cap;
	size_t formats_begin, group_begin; /* the long options of formats, and of the current
					      group */
	char letters[256];
	struct row_ref {
		struct option_group *group;
		const struct option_row *row;
		enum option_end end; /* from the name: --in-NAME, --out-NAME */
	} * refs;
	size_t ref_count, ref_cap;
	bool in_names, out_names; /* a word of the command line begins like that */
	char **names;             /* names made here */
	size_t name_count, name_cap;
};

/*
 * Whether a group of an earlier format has this name; formats never use names of the program
 * itself.
 */
static bool is_known(const struct option_parser *ps, const char *name)
{
	for (size_t i = ps->formats_begin; i < ps->group_begin; i++)
		if (strcmp(ps->longs[i].name, name) == 0)
			return true;
	return false;
}

static void add_name(struct option_parser *ps, const char *name, int has_argument, size_t ref)
{
	ARRAY_ROOM(ps->longs, ps->long_count, ps->long_cap);
	ps->longs[ps->long_count++] = (struct option){ name, has_argument, NULL, 256 + (int)ref };
}

static void add_ref(struct option_parser *ps, struct option_group *g, const struct option_row *row,
		    enum option_end end)
{
	ARRAY_ROOM(ps->refs, ps->ref_count, ps->ref_cap);
	ps->refs[ps->ref_count++] = (struct row_ref){ g, row, end };
}

/*
 * --in-NAME is added only where it is used, so that the abbreviation --in of --inverted stays
 * unambiguous.
 */
static void add_end_name(struct option_parser *ps, struct option_group *g,
			 const struct option_row *row, int has_argument)
{
	struct buf name = { 0 };

	buf_print(&name, "%s-%s", g->end == END_INPUT ? "in" : "out", row->name);
	if (is_known(ps, name.p)) {
		buf_free(&name);
		return;
	}
	ARRAY_ROOM(ps->names, ps->name_count, ps->name_cap);
	ps->names[ps->name_count++] = name.p;
	add_ref(ps, g, row, g->end);
	add_name(ps, name.p, has_argument, ps->ref_count - 1);
}

static void add_row(struct option_parser *ps, struct option_group *g, const struct option_row *row)
{
	int has_argument = resolve(g->rows, row)->kind == OPTION_FLAG ? no_argument
								      : required_argument;
	size_t n = strlen(ps->letters);

	if (g->end && (g->end == END_INPUT ? ps->in_names : ps->out_names))
		add_end_name(ps, g, row, has_argument);
	/* the same name in another format or at the other end: the first stands for all */
	if (g->end && is_known(ps, row->name))
		return;
	add_ref(ps, g, row, END_NONE);
	if (row->name)
		add_name(ps, row->name, has_argument, ps->ref_count - 1);
	if (row->letter) {
		ps->letters[n] = row->letter;
		if (has_argument)
			ps->letters[n + 1] = ':';
	}
}

static struct row_ref *find(struct option_parser *ps, int code)
{
	if (code >= 256)
		return &ps->refs[code - 256];
	for (size_t i = 0; i < ps->ref_count; i++)
		if (ps->refs[i].row->letter == code)
			return &ps->refs[i];
	return NULL;
}

static void add_use(struct option_set *set, const struct row_ref *ref, const char *text)
{
	ARRAY_ROOM(set->uses, set->use_count, set->use_cap);
	set->uses[set->use_count++] = (struct option_use){ ref->row->name, text, ref->end };
}

/* The long option that is spelled nearly so, in the set's words; NULL. */
static const char *near_option(const struct option_parser *ps, struct str name)
{
	enum { NEAR = 2 };
	const char *best = NULL;
	size_t distance = NEAR + 1;

	for (size_t i = 0; i < ps->long_count; i++) {
		size_t here = str_distance(name, str_of(ps->longs[i].name));

		if (here < distance && here < name.n) {
			distance = here;
			best = ps->longs[i].name;
		}
	}
	return best;
}

static int report_unknown(const struct option_parser *ps, struct str name)
{
	const char *near = NULL;
	bool known = false;

	for (size_t i = 0; i < ps->long_count && !known; i++)
		known = str_starts(str_of(ps->longs[i].name), name);
	if (known)
		return diag_error("option '--%s' is ambiguous", diag_masked(name));
	near = near_option(ps, name);
	return diag_error("unrecognized option '--%s'%s%s%s", diag_masked(name),
			  near ? "; did you mean --" : "", near ? near : "", near ? "?" : "");
}

/* Of the word that getopt_long() refused, in its words, and what may have been meant. */
static int report_option(const struct option_parser *ps, char **argv)
{
	struct str word = str_of(argv[optind - 1]), name, value;
	bool given;

	if (str_starts(word, S("--")) && word.n > 2) {
		name = str_from(word, 2);
		given = str_cut(name, '=', &name, &value);
		if (!optopt)
			return report_unknown(ps, name);
		return diag_error(given ? "option '--%s' doesn't allow an argument"
					: "option '--%s' requires an argument",
				  diag_masked(name));
	}
	for (const char *letter = ps->letters; *letter; letter++)
		if (*letter == optopt && optopt != ':')
			return diag_error("option requires an argument -- '%c'", optopt);
	return diag_error("invalid option -- '%s'",
			  diag_masked((struct str){ &(char){ (char)optopt }, 1 }));
}

static int parse_all(struct option_parser *ps, int argc, char **argv)
{
	int code;

	optind = 1;
	opterr = 0;
	while ((code = getopt_long(argc, argv, ps->letters, ps->longs, NULL)) != -1) {
		struct row_ref *ref = code == '?' ? NULL : find(ps, code);
		const struct option_row *row;

		if (!ref)
			return report_option(ps, argv);
		if (ref->group->end) {
			add_use(ps->set, ref, optarg);
			continue;
		}
		row = resolve(ref->group->rows, ref->row);
		if (row->kind == OPTION_REMAINDER) {
			*(char ***)(void *)((char *)ref->group->values +
					    row->offset) = &argv[optind - 1];
			return argc;
		}
		if (option_set_value(row, ref->group->values, optarg) < 0)
			return -1;
	}
	return optind;
}

static int take_environment(void)
{
	const char *text = getenv("PROFPIPE_LIMITS");

	return text && *text ? limits_set("PROFPIPE_LIMITS", text) : 0;
}

static void look_for_ends(struct option_parser *ps, int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		ps->in_names |= strncmp(argv[i], "--in-", 5) == 0;
		ps->out_names |= strncmp(argv[i], "--out-", 6) == 0;
	}
}

int options_parse(struct option_set *set, int argc, char **argv)
{
	struct option_parser ps = { .set = set };
	int first;

	look_for_ends(&ps, argc, argv);
	for (size_t g = 0; g < set->count; g++) {
		ps.group_begin = ps.long_count;
		if (!set->groups[g].end)
			ps.formats_begin = ps.long_count;
		for (const struct option_row *row = set->groups[g].rows; row && row->kind; row++)
			add_row(&ps, &set->groups[g], row);
	}
	ARRAY_ROOM(ps.longs, ps.long_count, ps.long_cap);
	ps.longs[ps.long_count] = (struct option){ 0 };
	argv[0] = (char *)(uintptr_t)task_current->program;
	first = take_environment() < 0 ? -1 : parse_all(&ps, argc, argv);
	for (size_t i = 0; i < ps.name_count; i++)
		alloc_free(ps.names[i]);
	alloc_free(ps.names);
	alloc_free(ps.longs);
	alloc_free(ps.refs);
	return first;
}

/* --- options of formats --- */

static const struct option_row *row_of(const struct option_set *set, enum option_end end,
				       const struct format *format, const struct option_use *use)
{
	const struct option_group *g = format ? find_group(set, end, format) : NULL;

	if (!g || (use->end && use->end != end))
		return NULL;
	return option_find(g->rows, str_of(use->name));
}

/* Whether the other end has it too, as far as that is known. */
static bool other_end_has(const struct option_set *set, enum option_end end,
			  const struct option_use *use)
{
	if (end == END_INPUT)
		return row_of(set, END_OUTPUT, set->output, use);
	for (size_t g = 0; g < set->count; g++)
		if (set->groups[g].settled && set->groups[g].end == END_INPUT &&
		    option_find(set->groups[g].rows, str_of(use->name)))
			return true;
	return false;
}

int options_settle(struct option_set *set, enum option_end end, const struct format *format)
{
	struct option_group *g = find_group(set, end, format);

	if (end == END_OUTPUT)
		set->output = format;
	if (!g || g->settled)
		return 0;
	g->settled = true;
	for (size_t i = 0; i < set->use_count; i++) {
		const struct option_use *use = &set->uses[i];
		const struct option_row *row = row_of(set, end, format, use);

		if (!row)
			continue;
		if (!use->end && other_end_has(set, end, use))
			return diag_error(
				"--%s is an option of the input and of the output: expected "
				"--in-%s or --out-%s",
				use->name, use->name, use->name);
		if (option_set_value(row, g->values, use->text) < 0)
			return -1;
	}
	return 0;
}

int options_settle_pair(struct option_set *set, const struct format *input,
			const struct format *output)
{
	/* known before any value is judged: a name of both ends is said to be one */
	set->output = output;
	return options_settle(set, END_INPUT, input) < 0 ? -1
							 : options_settle(set, END_OUTPUT, output);
}

static bool is_used(const struct option_set *set, const struct option_use *use,
		    const struct format *input, const struct format *output)
{
	if (row_of(set, END_OUTPUT, output, use) || row_of(set, END_INPUT, input, use))
		return true;
	for (size_t g = 0; !input && g < set->count; g++)
		if (row_of(set, END_INPUT, set->groups[g].format, use))
			return true;
	return false;
}

const char *options_of_output(const struct option_set *set)
{
	for (size_t i = 0; i < set->use_count; i++)
		if (!is_used(set, &set->uses[i], NULL, NULL))
			return set->uses[i].name;
	return NULL;
}

/* "collapsed input, speedscope input" */
static void name_owners(const struct option_set *set, const struct option_use *use,
			struct buf *names)
{
	for (size_t g = 0; g < set->count; g++)
		if (set->groups[g].end &&
		    row_of(set, set->groups[g].end, set->groups[g].format, use))
			buf_print(names, "%s%s%s", names->n ? ", " : "", set->groups[g].heading,
				  end_of(&set->groups[g]));
}

int options_refuse_unused(const struct option_set *set, const struct format *input,
			  const struct format *output)
{
	static const char *const before[] = { "", "in-", "out-" };

	for (size_t i = 0; i < set->use_count; i++) {
		const struct option_use *use = &set->uses[i];
		struct buf names = { 0 };

		if (is_used(set, use, input, output))
			continue;
		name_owners(set, use, &names);
		diag_error("--%s%s is an option for %s", before[use->end], use->name, names.p);
		buf_free(&names);
		return -1;
	}
	return 0;
}

/* --- help --- */

static void print_row(FILE *to, const struct option_row *row)
{
	char left[256];
	int n = snprintf(left, sizeof left, "  %c%c%s%s%s%s%s", row->letter ? '-' : ' ',
			 row->letter ? row->letter : ' ',
			 row->letter && row->name ? ", "
			 : row->name              ? "  "
						  : "",
			 row->name ? "--" : "", row->name ? row->name : "",
			 row->argument ? " " : "", row->argument ? row->argument : "");

	if (n < 30)
		fprintf(to, "%-30s%s\n", left, row->help);
	else
		fprintf(to, "%s\n%30s%s\n", left, "", row->help);
}

void options_print(FILE *to, const struct option_set *set)
{
	const struct option_group *groups = set->groups;

	for (size_t g = 0; g < set->count; g++) {
		if (!groups[g].rows || !groups[g].rows->kind)
			continue;
		fprintf(to, "\n%s%s:\n", groups[g].heading, end_of(&groups[g]));
		for (const struct option_row *row = groups[g].rows; row->kind; row++)
			if (row->kind != OPTION_ALIAS)
				print_row(to, row);
	}
}

void options_dump(FILE *to, const struct option_set *set)
{
	const struct option_group *groups = set->groups;
	static const char *const kinds[] = {
		[OPTION_FLAG] = "flag",      [OPTION_TEXT] = "text",     [OPTION_COUNT] = "count",
		[OPTION_FRACTION] = "share", [OPTION_CHOICE] = "choice", [OPTION_LIST] = "list",
		[OPTION_REMAINDER] = "rest", [OPTION_LIMIT] = "list",
	};

	for (size_t g = 0; g < set->count; g++)
		for (const struct option_row *row = groups[g].rows; row && row->kind; row++)
			if (row->kind != OPTION_ALIAS)
				fprintf(to, "%s%s\t%.*s\t%s\t%s\t%s\t%s\n", groups[g].heading,
					end_of(&groups[g]), row->letter ? 1 : 0, &row->letter,
					row->name ? row->name : "",
					row->argument ? row->argument : "", kinds[row->kind],
					row->help);
}
