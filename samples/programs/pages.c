/* Threads that allocate from one place, the second twice as often, and keep half of it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void *kept[3][2048];

__attribute__((noinline)) static void *load_page(size_t size)
{
	void *page = malloc(size);

	memset(page, 1, size);
	return page;
}

static void *worker(void *arg)
{
	long id = (long)arg;

	pthread_setname_np(pthread_self(), id == 1 ? "loader" : "indexer");
	for (int i = 0; i < 2000 * id; i++) {
		void *page = load_page(3000 + 1000 * (size_t)id);

		if (i % 2)
			free(page);
		else
			kept[id][i / 2] = page;
	}
	return NULL;
}

int main(void)
{
	pthread_t threads[3];

	for (long id = 1; id < 3; id++)
		pthread_create(&threads[id], NULL, worker, (void *)id);
	for (int id = 1; id < 3; id++)
		pthread_join(threads[id], NULL);
	return kept[1][0] == NULL;
}
