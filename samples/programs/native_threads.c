/* Two threads besides the main one, for --separate-threads=yes. */
#include <pthread.h>
#include <stdio.h>

#include "inlined.h"

static unsigned results[2];

__attribute__((noinline)) static unsigned crunch(unsigned seed)
{
	return mix_many(seed, 100);
}

static void *worker(void *slot)
{
	unsigned *result = slot;
	for (unsigned i = 1; i < 50; i++)
		*result += crunch(i);
	return NULL;
}

int main(void)
{
	pthread_t threads[2];
	for (int i = 0; i < 2; i++)
		if (pthread_create(&threads[i], NULL, worker, &results[i]))
			return 1;
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	return printf("%u\n", results[0] - results[1]) < 0;
}
