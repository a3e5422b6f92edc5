#include "common/program/terminal.h"

#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLOR_AUTO, COLOR_ALWAYS };

struct terminal terminal_look(const struct settings *s, int color)
{
	bool shown = !s->output && isatty(STDOUT_FILENO);
	const char *no_color = getenv("NO_COLOR");
	struct winsize size = { 0 };
	struct terminal t = { .colors = color == COLOR_ALWAYS || (color == COLOR_AUTO && shown &&
								  !(no_color && *no_color)) };

	if (shown && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
		t.width = size.ws_col;
		t.rows = size.ws_row;
	}
	return t;
}
