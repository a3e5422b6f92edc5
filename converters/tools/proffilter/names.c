/*
 * proffilter/names - expressions over functions' names, and other names for them
 *
 * Everything here looks at a function once, however many stacks it is in.
 */
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/syntax/demangle.h"
#include "common/syntax/pattern.h"
#include "common/profile/referenced.h"
#include "converters/tools/proffilter/internal.h"

/* --- marks --- */

static int match_function(const struct pattern *pattern, const struct profile *p, function_id f,
			  bool names_only)
{
	const string_id texts[] = { p->functions[f].name, p->functions[f].file,
				    p->functions[f].object };
	int found = 0;

	for (int i = 0; i < (names_only ? 1 : 3) && !found; i++)
		if (i == 0 || texts[i])
			found = pattern_matches(pattern, profile_text(p, texts[i]));
	return found;
}

int proffilter_mark_functions(const struct profile *p, const char *option, const char *expression,
			      bool names_only, bool **marks)
{
	struct pattern *pattern;
	struct referenced used;
	bool any = false;
	int found = 0;

	*marks = NULL;
	if (!expression)
		return 0;
	pattern = pattern_new(option, str_of(expression), false);
	if (!pattern)
		return -1;
	referenced_find(&used, p);
	*marks = alloc_zero(p->function_count, sizeof **marks);
	for (function_id f = 0; f < p->function_count && found >= 0; f++) {
		if (!used.functions[f])
			continue;
		found = match_function(pattern, p, f, names_only);
		(*marks)[f] = found > 0;
		any |= found > 0;
	}
	referenced_free(&used);
	pattern_free(pattern);
	if (found >= 0 && !any)
		diag_warning("%s %s matched nothing", option, diag_quote(str_of(expression)));
	return found < 0 ? -1 : any ? 0 : 1;
}

/* --- rename --- */

/*
 * Predefined rules, as substitutions. Arguments of a template follow a name: "<lambda>" and
 * Rust's "<T as U>" stand alone, and so does operator<.
 */
enum { MAX_STEPS = 6 };
static const struct name_rule {
	const char *name;
	const char *substitutions[MAX_STEPS];
} rules[] = {
	{ "addresses",
	  { "s/(?: at | ?\\+ ?)?[\\[(]?\\b0x[0-9A-Fa-f]+[\\])]?//g", "s/^$/[unknown]/" } },
	{ "templates", { "s/(?<=[\\w~])(?<!operator)(<(?:->|[^<>]|(?1))*>)//g" } },
	{ "lambdas",
	  { "s/\\{lambda(\\((?:[^()]|(?1))*\\))#\\d+\\}/{lambda}/g", "s/\\$_\\d+/$_/g",
	    "s/'lambda\\d*'/'lambda'/g", "s/\\{closure#\\d+\\}/{closure}/g",
	    "s/\\.func\\d+(?:\\.\\d+)*(?=\\.|$)/.func/g" } },
	/* lambda$main$0 and lambda$main$1 are methods of the source, and stay two */
	{ "jvm",
	  { "s/\\$\\$Lambda(?:\\$\\d+)?(?:[\\/.]0x[0-9A-Fa-f]+|\\/\\d+)?(?=[.+;:\\/]|$)/$$Lambda/g",
	    "s/[\\/.+]0x[0-9A-Fa-f]+(?=\\.)//g",
	    "s/\\bGenerated(Method|Constructor|SerializationConstructor)Accessor\\d+/Generated\\1Accessor/g",
	    "s/\\$Proxy\\d+/$Proxy/g", "s/(\\$\\$\\w*CGLIB)\\$\\$[0-9a-f]+/\\1/g" } },
};
enum { RULES = sizeof rules / sizeof *rules };

struct renaming {
	struct profile *p;
	struct function *functions; /* as they are to be */
	struct referenced used;
	bool any; /* a name has changed */
};

static void change_name(struct renaming *r, function_id f, struct str name)
{
	string_id id = profile_string(r->p, name);

	/* functions with the same new name are merged, whatever the linker calls them */
	if (id != r->functions[f].name)
		r->functions[f].system = 0;
	r->any |= id != r->functions[f].name;
	r->functions[f].name = id;
}

static struct str name_now(const struct renaming *r, function_id f)
{
	return profile_text(r->p, r->functions[f].name);
}

static int apply(struct renaming *r, const char *script)
{
	struct substitution *s = substitution_new("--rename", str_of(script));
	struct buf name = { 0 };
	int found = s ? 0 : -1;

	for (function_id f = 0; found >= 0 && f < r->p->function_count; f++) {
		if (!r->used.functions[f])
			continue;
		found = substitution_apply(s, name_now(r, f), &name);
		if (found > 0)
			change_name(r, f, buf_str(&name));
	}
	buf_free(&name);
	substitution_free(s);
	return found < 0 ? -1 : 0;
}

static void demangle(struct renaming *r)
{
	struct buf name = { 0 };

	for (function_id f = 0; f < r->p->function_count; f++) {
		name.n = 0;
		if (r->used.functions[f] && demangle_name(name_now(r, f), &name))
			change_name(r, f, buf_str(&name));
	}
	buf_free(&name);
}

static int apply_rule(struct renaming *r, const char *rule)
{
	if (strcmp(rule, "demangle") == 0) {
		demangle(r);
		return 0;
	}
	for (size_t i = 0; i < RULES; i++) {
		if (strcmp(rule, rules[i].name) != 0)
			continue;
		for (int k = 0; k < MAX_STEPS && rules[i].substitutions[k]; k++)
			if (apply(r, rules[i].substitutions[k]) < 0)
				return -1;
		return 0;
	}
	/*
	 * Parses "s/a/b/", where any byte that cannot be in the name of a rule may replace "/".
	 */
	if (rule[0] == 's' && rule[1] && !(rule[1] >= 'a' && rule[1] <= 'z'))
		return apply(r, rule);
	return diag_error("--rename: expected s/RE/TEXT/ or one of " RENAME_RULES ", got %s",
			  diag_quote(str_of(rule)));
}

int proffilter_rename_functions(struct profile *p, const struct option_list *list,
				struct function *functions)
{
	struct renaming r = { .p = p, .functions = functions };
	int status = 0;

	referenced_find(&r.used, p);
	for (size_t i = 0; status == 0 && i < list->count; i++) {
		r.any = false;
		status = apply_rule(&r, list->texts[i]);
		if (status == 0 && !r.any)
			diag_warning("--rename %s matched nothing",
				     diag_quote(str_of(list->texts[i])));
	}
	referenced_free(&r.used);
	return status;
}

/* --- files and modules --- */

static struct function group_named(struct profile *p, struct str name)
{
	return (struct function){ .name = profile_string(p, name.n ? name : S("[unknown]")) };
}

static struct function file_group(struct profile *p, const struct function *f)
{
	string_id location = f->file ? f->file : f->object;
	struct function group = group_named(p, profile_text(p, location));

	group.file = location;
	return group;
}

/* "lib/json/decoder.py" is decoder, "lib/json/__init__.py" is json. */
static struct str module_name(struct str file)
{
	struct str base = str_base(file), head, suffix;

	/* "<frozen importlib._bootstrap>" is no path: its '.' begins no suffix */
	if (str_starts(file, S("<")) && str_ends(file, S(">")))
		return file;
	if (str_cut_last(base, '.', &head, &suffix) && head.n)
		base = head;
	if (!str_eq(base, S("__init__")) || file.n <= str_base(file).n)
		return base;
	return str_base(str_head(file, file.n - str_base(file).n - 1));
}

static struct function module_group(struct profile *p, const struct function *f)
{
	struct function group;

	if (!f->object)
		return group_named(p, module_name(profile_text(p, f->file)));
	group = group_named(p, str_base(profile_text(p, f->object)));
	group.object = f->object;
	return group;
}

void proffilter_group_functions(struct profile *p, enum granularity by, struct function *functions)
{
	for (function_id i = 0; i < p->function_count; i++) {
		if (by == BY_FILE)
			functions[i] = file_group(p, &functions[i]);
		else if (by == BY_MODULE)
			functions[i] = module_group(p, &functions[i]);
	}
}
