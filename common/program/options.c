#include "common/program/options.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/base/num.h"
#include "common/io/limits.h"

/* What getopt_long() reads, made from the tables; values from 256 on are rows. */
struct option_parser {
	struct option *longs;
	size_t long_count, long_cap;
	char letters[256];
	struct row_ref {
		struct option_group *group;
		const struct option_row *row;
	} *refs;
	size_t ref_count, ref_cap;
};

/* The row itself, or the one that an alias stands for. */
static const struct option_row *resolve(const struct option_group *g, const struct option_row *row)
{
	const struct option_row *at = g->rows;

	if (row->kind != OPTION_ALIAS)
		return row;
	while (!at->name || strcmp(at->name, row->argument) != 0)
		at++;
	return at;
}

static void add_row(struct option_parser *ps, struct option_group *g, const struct option_row *spelled)
{
	const struct option_row *row = resolve(g, spelled);
	int has_argument = row->kind == OPTION_FLAG ? no_argument : required_argument;
	size_t n = strlen(ps->letters);

	ARRAY_ROOM(ps->refs, ps->ref_count, ps->ref_cap);
	ps->refs[ps->ref_count] = (struct row_ref){ g, row };
	if (spelled->name) {
		ARRAY_ROOM(ps->longs, ps->long_count, ps->long_cap);
		ps->longs[ps->long_count++] = (struct option){
			spelled->name, has_argument, NULL, 256 + (int)ps->ref_count
		};
	}
	if (spelled->letter) {
		ps->letters[n] = row->letter;
		if (has_argument)
			ps->letters[n + 1] = ':';
	}
	ps->ref_count++;
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

static int bad_argument(const struct option_row *row, const char *text)
{
	char letter[2] = { row->letter, '\0' };

	return diag_error("option %s%s: expected %s, got %s", row->name ? "--" : "-",
			  row->name ? row->name : letter, row->argument, diag_quote(str_of(text)));
}

static int set_choice(const struct option_row *row, const char *text)
{
	struct str rest = str_of(row->argument), choice, after;
	bool more = true;

	for (int i = 0; more; i++, rest = after) {
		more = str_cut(rest, '|', &choice, &after);
		if (str_eq(more ? choice : rest, str_of(text))) {
			*(int *)row->target = i;
			return 0;
		}
	}
	return bad_argument(row, text);
}

static int set_fraction(const struct option_row *row, const char *text)
{
	char *end;
	double share = strtod(text, &end);

	if (end == text || *end || !(share >= 0 && share <= 1))
		return bad_argument(row, text);
	*(double *)row->target = share;
	return 0;
}

static int add_text(struct option_list *list, const char *text)
{
	ARRAY_ROOM(list->texts, list->count, list->cap);
	list->texts[list->count++] = text;
	return 0;
}

static int set(const struct option_row *row, const char *text)
{
	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->target = true;
		return 0;
	case OPTION_TEXT:
		*(const char **)row->target = text;
		return 0;
	case OPTION_COUNT:
		if (!str_to_u64(str_of(text), row->target))
			return bad_argument(row, text);
		return 0;
	case OPTION_FRACTION:
		return set_fraction(row, text);
	case OPTION_CHOICE:
		return set_choice(row, text);
	case OPTION_LIST:
		return add_text(row->target, text);
	case OPTION_LIMIT:
		return limits_set("option --limit", text);
	default:
		return 0;
	}
}

/* getopt_long() prints "PROGRAM: unrecognized option '--x'"; argv[0] is how it names itself. */
static int parse_all(struct option_parser *ps, int argc, char **argv)
{
	int code;

	optind = 1;
	while ((code = getopt_long(argc, argv, ps->letters, ps->longs, NULL)) != -1) {
		struct row_ref *ref = code == '?' ? NULL : find(ps, code);

		if (!ref)
			return -1;
		ref->group->used = ref->row->name ? ref->row->name : "that option";
		if (ref->row->given)
			*ref->row->given = true;
		if (ref->row->kind == OPTION_REMAINDER) {
			*(char ***)ref->row->target = &argv[optind - 1];
			return argc;
		}
		if (set(ref->row, optarg) < 0)
			return -1;
	}
	return optind;
}

static int take_environment(void)
{
	const char *text = getenv("PROFPIPE_LIMITS");

	return text && *text ? limits_set("PROFPIPE_LIMITS", text) : 0;
}

int options_parse(struct option_group *groups, size_t count, int argc, char **argv)
{
	struct option_parser ps = { 0 };
	int first;

	for (size_t g = 0; g < count; g++)
		for (const struct option_row *row = groups[g].rows; row && row->kind; row++)
			add_row(&ps, &groups[g], row);
	ARRAY_ROOM(ps.longs, ps.long_count, ps.long_cap);
	ps.longs[ps.long_count] = (struct option){ 0 };
	argv[0] = (char *)(uintptr_t)diag.program;
	first = take_environment() < 0 ? -1 : parse_all(&ps, argc, argv);
	alloc_free(ps.longs);
	alloc_free(ps.refs);
	return first;
}

static void print_row(FILE *to, const struct option_row *row)
{
	char left[256];
	int n = snprintf(left, sizeof left, "  %c%c%s%s%s%s%s",
			 row->letter ? '-' : ' ', row->letter ? row->letter : ' ',
			 row->letter && row->name ? ", " : row->name ? "  " : "",
			 row->name ? "--" : "", row->name ? row->name : "",
			 row->argument ? " " : "", row->argument ? row->argument : "");

	if (n < 30)
		fprintf(to, "%-30s%s\n", left, row->help);
	else
		fprintf(to, "%s\n%30s%s\n", left, "", row->help);
}

void options_print(FILE *to, const struct option_group *groups, size_t count)
{
	for (size_t g = 0; g < count; g++) {
		if (!groups[g].rows || !groups[g].rows->kind)
			continue;
		fprintf(to, "\n%s:\n", groups[g].heading);
		for (const struct option_row *row = groups[g].rows; row->kind; row++)
			if (row->kind != OPTION_ALIAS)
				print_row(to, row);
	}
}

void options_dump(FILE *to, const struct option_group *groups, size_t count)
{
	static const char *const kinds[] = {
		[OPTION_FLAG] = "flag", [OPTION_TEXT] = "text", [OPTION_COUNT] = "count",
		[OPTION_FRACTION] = "share", [OPTION_CHOICE] = "choice", [OPTION_LIST] = "list",
		[OPTION_REMAINDER] = "rest", [OPTION_LIMIT] = "list",
	};

	for (size_t g = 0; g < count; g++)
		for (const struct option_row *row = groups[g].rows; row && row->kind; row++)
			if (row->kind != OPTION_ALIAS)
				fprintf(to, "%s\t%.*s\t%s\t%s\t%s\t%s\n", groups[g].heading,
					row->letter ? 1 : 0, &row->letter,
					row->name ? row->name : "",
					row->argument ? row->argument : "", kinds[row->kind],
					row->help);
}
