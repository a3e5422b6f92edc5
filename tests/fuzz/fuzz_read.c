/*
 * fuzz_read - one reader, in this process, on any bytes
 *
 * Built once a format that reads (FORMAT_NAME), for libFuzzer with clang's
 * -fsanitize=fuzzer, or with REPLAY as a program that reads the files it is given.
 * What is read is validated, and derived into the other half; nothing is written.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/diag.h"
#include "common/program/convert.h"
#include "common/transform/graph_from_stacks.h"

#define GLUE(name) name##_format
#define FORMAT_OF(name) GLUE(name)

extern const struct format FORMAT_OF(FORMAT_NAME);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct estimate how = { .contexts = 2000, .rest = 1e-3, .unattributed = true };
	struct input *in = input_memory("input", (struct str){ (const char *)data, size });
	struct profile *p = profile_new();

	diag.silent = true;
	p->want_order = size % 2;
	if (input_more(in) && FORMAT_OF(FORMAT_NAME).read(in, p) == 0 &&
	    profile_status(p, "input") == 0) {
		profile_has(p);
		if (profile_has_graph(p))
			stacks_from_graph(p, &how);
		else
			graph_from_stacks(p);
	}
	profile_free(p);
	input_close(in);
	return 0;
}

#ifdef REPLAY
static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf bytes = { 0 };
	char block[4096];
	size_t n;

	if (!file) {
		perror(path);
		exit(1);
	}
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		buf_add(&bytes, (struct str){ block, n });
	fclose(file);
	LLVMFuzzerTestOneInput((const uint8_t *)bytes.p, bytes.n);
	buf_free(&bytes);
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		replay(argv[i]);
	printf("%d inputs replayed\n", argc - 1);
	return 0;
}
#endif
