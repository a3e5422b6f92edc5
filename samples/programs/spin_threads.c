/* Calls functions of different costs, on two threads with names: gcc -O1 -g -fno-omit-frame-pointer -no-pie */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
static volatile unsigned long sum;
__attribute__((noinline)) void cheap(void)
{
	for (int i = 0; i < 100000; i++)
		sum += i;
}
__attribute__((noinline)) void costly(void)
{
	for (int i = 0; i < 4; i++)
		cheap();
	char *p = malloc(1 << 20);
	memset(p, 1, 1 << 20);
	free(p);
}
static void *work(void *name)
{
	pthread_setname_np(pthread_self(), name);
	for (int i = 0; i < 20000; i++)
		costly();
	return NULL;
}
int main(void)
{
	pthread_t t;
	pthread_create(&t, NULL, work, "pool 1: [io] 7");
	work("main thread");
	pthread_join(t, NULL);
	return 0;
}
