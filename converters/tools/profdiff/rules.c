/* profdiff/rules - the rules of the gate: one of an option, or a file of them */
#include <string.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/io/input.h"
#include "common/io/limits.h"
#include "converters/tools/profdiff/internal.h"

int profdiff_add_rule(struct rule_list *to, struct str text, const char *source, size_t line)
{
	struct gate_rule rule;

	if (gate_parse(&rule, text) < 0)
		return source ? diag_error("%s: line %zu: not a rule", diag_masked(str_of(source)),
					   line)
			      : -1;
	rule.source = source;
	rule.line = line;
	ARRAY_ROOM(to->list, to->count, to->cap);
	to->list[to->count++] = rule;
	return 0;
}

/* A "#" at the beginning of a line or behind a blank begins a comment. */
static struct str without_comment(struct str line)
{
	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == '#' && (!i || line.p[i - 1] == ' ' || line.p[i - 1] == '\t'))
			line.n = i;
	return str_trim(line);
}

int profdiff_read_rules(struct rule_list *to, const char *file)
{
	struct input *in = input_open(file);
	size_t number = 0, size = 0;
	struct str line;
	int status = 0;

	if (!in)
		return -1;
	in->place = PLACE_LINE;
	while (status == 0 && input_line(in, &line)) {
		number++;
		size += line.n + 1;
		limit_check(LIMIT_LISTS, size);
		line = without_comment(line);
		if (memchr(line.n ? line.p : "", '\0', line.n))
			input_error(in, "expected a rule, got %s", diag_quote(line));
		else if (line.n)
			status = profdiff_add_rule(to, line, file, number);
	}
	if (status == 0)
		status = input_status(in);
	input_close(in);
	return status;
}
