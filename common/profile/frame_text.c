#include "common/profile/frame_text.h"

/*
 * Parses a decimal without leading zero, from 1 to 2^32-1: what printing the number gives
 * again.
 */
static bool read_line(struct str digits, uint32_t *line)
{
	uint64_t n;

	if (!str_to_u64(digits, &n) || digits.p[0] == '0' || n > UINT32_MAX)
		return false;
	*line = (uint32_t)n;
	return true;
}

/*
 * The position of the '(' that belongs to the ')' at the end and has a blank before it; 0 if
 * there is none.
 */
static size_t matching_open(struct str text)
{
	int depth = 0;

	for (size_t i = text.n; i-- > 1;) {
		depth += (text.p[i] == ')') - (text.p[i] == '(');
		if (depth == 0)
			return text.p[i - 1] == ' ' ? i : 0;
	}
	return 0;
}

/* "(int)" after a name is a signature; "(a.py)", "(/bin/ls)", "(<string>)" are files. */
static bool looks_like_file(struct str s)
{
	return str_has(s, '.') || str_has(s, '/') ||
	       (s.n > 2 && s.p[0] == '<' && s.p[s.n - 1] == '>');
}

static bool split_full(struct str text, struct str *name, struct str *file, uint32_t *line)
{
	size_t open;
	struct str inside, digits;

	if (!text.n || text.p[text.n - 1] != ')')
		return false;
	open = matching_open(text);
	if (!open)
		return false;
	*name = str_head(text, open - 1);
	inside = str_from(str_head(text, text.n - 1), open + 1);
	if (str_cut_last(inside, ':', file, &digits) && file->n && read_line(digits, line))
		return !str_eq(*file, S("~"));
	*file = inside;
	return looks_like_file(inside);
}

static bool split_austin(struct str text, struct str *name, struct str *file, uint32_t *line)
{
	struct str head, digits;

	return str_cut_last(text, ':', &head, &digits) && read_line(digits, line) &&
	       str_cut_last(head, ':', file, name) && file->n && name->n;
}

bool frame_text_is_whole(struct str text)
{
	struct str name, file;
	uint32_t line;

	return !split_full(text, &name, &file, &line) && !split_austin(text, &name, &file, &line);
}

frame_id frame_from_text(struct profile *p, struct str text, enum frame_style style)
{
	struct str name = text, file = S("");
	uint32_t line = 0;
	struct function f = { 0 };

	if (!(style == FRAMES_AUSTIN ? split_austin(text, &name, &file, &line)
				     : split_full(text, &name, &file, &line))) {
		name = text;
		file = S("");
		line = 0;
	}
	f.name = profile_string(p, name);
	f.file = profile_string(p, file);
	return profile_frame(p, (struct frame){ .function = profile_function(p, f), .line = line });
}

void frame_to_text(const struct profile *p, frame_id f, enum frame_style style, struct buf *out)
{
	const struct frame_row *frame = &p->frames[f];
	uint32_t line = frame->line ? frame->line : p->functions[frame->function].line;
	struct str name = function_name(p, frame->function);
	struct str file = function_location(p, frame->function);
	char digits[NUM_TEXT];
	struct str number = { digits, u64_text(digits, line) };

	/* "~" is what Python writes for "no file": built-in functions */
	if (style == FRAMES_NAME || !file.n || str_eq(file, S("~"))) {
		buf_add(out, name);
	} else if (style == FRAMES_AUSTIN && line) {
		buf_add(out, file);
		buf_byte(out, ':');
		buf_add(out, name);
		buf_byte(out, ':');
		buf_add(out, number);
	} else {
		buf_add(out, name);
		buf_add(out, S(" ("));
		buf_add(out, file);
		if (line) {
			buf_byte(out, ':');
			buf_add(out, number);
		}
		buf_byte(out, ')');
	}
}
