/*
 * pstat2callgrind/main - the pair, and a drop-in for pyprof2calltree
 *
 * With pyprof2calltree's own options it does what that program does: -i names the
 * input, -r runs a script under cProfile first; the output is -o's file, or else the
 * input's or script's name with ".log" in the current folder, unless -k only wants to
 * look at it. Without them it is a filter like every other pair.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/program/main.h"
#include "common/program/temporary.h"
#include "converters/registry.h"
#include "converters/tools/tools.h"

extern const struct format pstat_format, callgrind_format;

/* The options that pyprof2calltree has and we have not; one a program. */
static struct pyprof2calltree_options {
	const char *input, *output;
	bool look;
	char **script;
	struct buf log_name; /* memory of the output's default name */
} own;

#define AT(field) offsetof(struct pyprof2calltree_options, field)

static const struct option_row more_rows[] = {
	OPT_TEXT('i', "infile", "FILE", "read FILE; without -o or -k, write FILE.log here",
		 AT(input)),
	OPT_TEXT(0, "outfile", "FILE", "the same as --output", AT(output)),
	OPT_FLAG('k', "kcachegrind", "open the result in kcachegrind or qcachegrind", AT(look)),
	OPT_REMAINDER(
		'r', "run-script", "SCRIPT ARGS...",
		"run SCRIPT under python3 -m cProfile and convert its profile; ends the options",
		AT(script)),
	OPT_END
};

/* A folder of our own: kcachegrind opens every file whose name begins like the one named. */
static struct scratch {
	char folder[4096];
	char profile[4200], result[4200];
	pid_t maker; /* who removes it: not the process in the sandbox */
} scratch;

/* The script while it runs. */
static volatile pid_t script;

static int make_scratch(void)
{
	const char *tmp = getenv("TMPDIR");

	if (scratch.folder[0])
		return 0;
	snprintf(scratch.folder, sizeof scratch.folder, "%s/pstat2callgrind.XXXXXX",
		 tmp && *tmp ? tmp : "/tmp");
	if (!mkdtemp(scratch.folder)) {
		diag_error("%s: %s", diag_masked(str_of(scratch.folder)), strerror(errno));
		scratch.folder[0] = '\0';
		return -1;
	}
	scratch.maker = getpid();
	snprintf(scratch.profile, sizeof scratch.profile, "%s/profile.pstat", scratch.folder);
	snprintf(scratch.result, sizeof scratch.result, "%s/profile.callgrind", scratch.folder);
	return 0;
}

static void remove_scratch(void)
{
	if (!scratch.folder[0] || scratch.maker != getpid())
		return;
	unlink(scratch.profile);
	unlink(scratch.result);
	rmdir(scratch.folder);
}

/* A signal that ends us ends the script as well, and leaves nothing behind. */
static void end_all(void)
{
	if (script > 0)
		kill(script, SIGTERM);
	remove_scratch();
}

/* Runs the first of the programs that is there; its exit status, or -1 if none is. */
static int run(char *const *const *commands)
{
	int status;
	pid_t child;

	temporary_before_end(end_all);
	child = fork();
	script = child;
	if (child == 0) {
		for (; *commands; commands++)
			execvp((*commands)[0], (char **)(uintptr_t)*commands);
		_exit(127);
	}
	if (child < 0 || waitpid(child, &status, 0) < 0)
		return diag_error("cannot start a program: %s", strerror(errno));
	script = 0;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}

/* The profile is there even if the script ends with an error, as cProfile writes it then. */
static int run_script(void)
{
	char *fixed[] = { "python3", "-m", "cProfile", "-o", scratch.profile };
	enum { FIXED = sizeof fixed / sizeof *fixed };
	size_t n = 0;
	char **words;
	int status;

	while (own.script[n])
		n++;
	words = alloc_zero(FIXED + n + 1, sizeof *words);
	memcpy(words, fixed, sizeof fixed);
	memcpy(words + FIXED, own.script, n * sizeof *words);
	status = run((char *const *const[]){ words, NULL });
	alloc_free(words);
	if (status < 0)
		return diag_error("cannot run python3");
	if (access(scratch.profile, R_OK) != 0)
		return diag_error("%s ended with status %d and left no profile",
				  diag_masked(str_of(own.script[0])), status);
	if (status)
		diag_warning("%s ended with status %d", diag_masked(str_of(own.script[0])), status);
	return 0;
}

static int show(const char *file)
{
	struct buf name = { 0 };
	int status;

	/* a name that begins with "-" is no option */
	buf_print(&name, "%s%s", file[0] == '-' ? "./" : "", file);
	char *kcachegrind[] = { "kcachegrind", name.p, NULL };
	char *qcachegrind[] = { "qcachegrind", name.p, NULL };

	status = run((char *const *const[]){ kcachegrind, qcachegrind, NULL });
	buf_free(&name);
	if (status >= 0)
		return 0;
	return diag_error("found neither kcachegrind nor qcachegrind to show %s",
			  diag_masked(str_of(file)));
}

/* pyprof2calltree's default: the name in the current folder with ".log". */
static const char *log_name(const char *path)
{
	struct buf *name = &own.log_name;

	buf_add(name, str_base(str_of(path)));
	buf_add(name, S(".log"));
	if (strcmp(name->p, path) == 0)
		buf_add(name, S(".log"));
	return name->p;
}

static int choose_output(struct settings *s)
{
	if (own.output)
		s->output = own.output;
	if (s->output && (!own.look || strcmp(s->output, "-") != 0))
		return 0;
	if (own.look) {
		if (make_scratch() < 0)
			return -1;
		s->output = scratch.result;
	} else if (own.input && strcmp(own.input, "-") != 0) {
		s->output = log_name(own.input);
	} else if (own.script) {
		s->output = log_name(own.script[0]);
	}
	return 0;
}

static int convert_as_asked(struct settings *s, char **files, int count)
{
	char *one[] = { (char *)(uintptr_t)own.input, NULL };
	int status;

	if ((own.input != NULL) + (own.script != NULL) + (count > 0) > 1) {
		diag_error("expected one of -i FILE, -r SCRIPT and FILE...");
		return STATUS_TROUBLE;
	}
	if (choose_output(s) < 0)
		return STATUS_TROUBLE;
	if (own.script) {
		if (make_scratch() < 0 || run_script() < 0)
			return STATUS_TROUBLE;
		one[0] = scratch.profile;
	}
	if (own.input || own.script) {
		files = one;
		count = 1;
	}
	if (s->sandbox && own.look) {
		diag_error("--sandbox: -k would run another program");
		return STATUS_TROUBLE;
	}
	status = convert_files(s, &pstat_format, &callgrind_format, NULL, files, count);
	if (status == STATUS_DONE && own.look && show(s->output) < 0)
		status = STATUS_TROUBLE;
	return status;
}

int pstat2callgrind_main(int argc, char **argv)
{
	atexit(remove_scratch);
	return main_pair(&pstat_format, &callgrind_format, format_registry, more_rows, &own,
			 convert_as_asked, argc, argv);
}
