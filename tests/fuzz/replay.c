/*
 * replay - a fuzzer's target on the files that it is given, without a fuzzer
 *
 * Linked with each target, so that the corpus is a test like any other.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/base/str.h"
#include "tests/fuzz/fuzz.h"

static void replay(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct buf bytes = { 0 };
	char block[4096];
	size_t n;

	fuzz_start();
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
