/*
 * measure - runs a command and says what it took
 *
 *     measure REPEAT REPORT COMMAND [ARGUMENT...]
 *
 * Writes to REPORT: user, system and wall seconds of one run on average, the largest
 * peak memory in KiB, the exit status of the first run that failed. A small program does
 * this because a child's peak memory begins with its parent's.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Where macOS and the BSDs have it too. */
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);

struct process_cost {
	double user, system, wall;
	long memory;
	int status;
};

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void run(char **command, struct process_cost *sum)
{
	double start = now();
	struct rusage used;
	pid_t child = fork();
	int status;

	if (child == 0) {
		execvp(command[0], command);
		perror(command[0]);
		_exit(127);
	}
	if (child < 0 || wait4(child, &status, 0, &used) != child) {
		perror("measure");
		exit(2);
	}
	sum->wall += now() - start;
	sum->user += seconds_of(used.ru_utime);
	sum->system += seconds_of(used.ru_stime);
	if (used.ru_maxrss > sum->memory)
		sum->memory = used.ru_maxrss;
	if (!sum->status)
		sum->status = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int main(int argc, char **argv)
{
	int repeat = argc > 3 ? atoi(argv[1]) : 0;
	struct process_cost sum = { 0 };
	FILE *report;

	if (repeat < 1) {
		fprintf(stderr, "usage: measure REPEAT REPORT COMMAND [ARGUMENT...]\n");
		return 2;
	}
	for (int i = 0; i < repeat; i++)
		run(argv + 3, &sum);
	report = fopen(argv[2], "w");
	if (!report) {
		perror(argv[2]);
		return 2;
	}
	fprintf(report, "%.6f %.6f %.6f %ld %d\n", sum.user / repeat, sum.system / repeat,
		sum.wall / repeat, sum.memory, sum.status);
	return fclose(report) == 0 ? 0 : 2;
}
