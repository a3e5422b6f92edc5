/* marshal_errors - errors about invalid or unexpected objects */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "common/io/limits.h"
#include "common/syntax/marshal_internal.h"

bool PRINTF_LIKE(3, 4) marshal_fail(struct marshal *m, uint64_t at, const char *format, ...)
{
	char text[512];
	va_list args;

	m->failed = true;
	if (m->trying)
		return false;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	input_error_at(m->in, at, "%s", text);
	return false;
}

bool marshal_fail_nesting(struct marshal *m, uint64_t at)
{
	m->too_deep = true;
	return marshal_fail(m, at,
			    "expected at most %" PRIu64 " levels of nesting, got more "
			    "(--limit nesting=N)",
			    task_current->limits[LIMIT_NESTING]);
}

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

int marshal_expected(struct marshal *m, const struct marshal_item *got, const char *what)
{
	static const char *const others[] = {
		[MARSHAL_OTHER] = "a value of another kind or beyond 64 bits",
		[MARSHAL_NONE] = "None",
		[MARSHAL_BOOL] = "a truth value",
		[MARSHAL_CODE] = "a code object",
		[MARSHAL_DICT] = "a dict",
		[MARSHAL_END] = "the end of a dict",
	};
	char text[96];

	switch (got->kind) {
	case MARSHAL_INT: snprintf(text, sizeof text, "the number %" PRId64, got->integer); break;
	case MARSHAL_FLOAT: snprintf(text, sizeof text, "the float %.17g", got->number); break;
	case MARSHAL_TEXT:
	case MARSHAL_BYTES:
		marshal_fail(m, got->at, "expected %s, got the string %s", what,
			     diag_quote(got->text));
		return -1;
	case MARSHAL_TUPLE:
	case MARSHAL_LIST:
		snprintf(text, sizeof text, "a %s of %zu value%s",
			 got->kind == MARSHAL_TUPLE ? "tuple" : "list", got->count,
			 plural(got->count));
		break;
	default: snprintf(text, sizeof text, "%s", others[got->kind]);
	}
	marshal_fail(m, got->at, "expected %s, got %s", what, text);
	return -1;
}
