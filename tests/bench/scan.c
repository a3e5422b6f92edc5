/*
 * scan - the least that a reader can do: finds the numbers in a file, builds nothing
 *
 *     scan FILE      prints how many there are, and their sum
 */
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { BLOCK = 1 << 18 };

struct scan {
	uint64_t count, sum, number;
	unsigned inside;
};

static void scan_block(struct scan *s, const unsigned char *p, const unsigned char *end)
{
	uint64_t count = s->count, sum = s->sum, number = s->number;
	unsigned inside = s->inside;

	for (; p < end; p++) {
		unsigned digit = *p - '0';

		if (digit < 10) {
			number = number * 10 + digit;
			inside = 1;
		} else if (inside) {
			sum += number;
			count++;
			number = inside = 0;
		}
	}
	*s = (struct scan){ count, sum, number, inside };
}

int main(int argc, char **argv)
{
	static unsigned char block[BLOCK];
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;
	struct scan s = { 0 };
	ssize_t n;

	if (fd < 0) {
		fprintf(stderr, "usage: scan FILE\n");
		return 2;
	}
	while ((n = read(fd, block, sizeof block)) > 0)
		scan_block(&s, block, block + n);
	printf("%" PRIu64 " numbers, sum %" PRIu64 "\n", s.count + s.inside, s.sum + s.number);
	return n < 0 ? 2 : 0;
}
