/* Recursion, a mutual cycle, an inlined header, function pointers, a few system calls. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inlined.h"

#define KEEP __attribute__((noinline, noclone))

KEEP static int fib(int n)
{
	return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

KEEP static int is_odd(int n);

KEEP static int is_even(int n)
{
	int answer = n == 0 ? 1 : is_odd(n - 1);
	__asm__ volatile("" : "+r"(answer)); /* no tail call */
	return answer;
}

KEEP static int is_odd(int n)
{
	int answer = n == 0 ? 0 : is_even(n - 1);
	__asm__ volatile("" : "+r"(answer));
	return answer;
}

KEEP static unsigned scramble(unsigned seed)
{
	unsigned first = mix_many(seed, 20);
	return first + mix(seed);
}

KEEP static int ascending(const void *left, const void *right)
{
	return *(const int *)left - *(const int *)right;
}

KEEP static int descending(const void *left, const void *right)
{
	return *(const int *)right - *(const int *)left;
}

KEEP static int sorting(void)
{
	int (*const orders[])(const void *, const void *) = { ascending, descending };
	int numbers[40], total = 0;

	for (int round = 0; round < 4; round++) {
		for (int i = 0; i < 40; i++)
			numbers[i] = (int)(scramble((unsigned)i + 1) % 1000);
		qsort(numbers, 40, sizeof numbers[0], orders[round % 2]);
		total += numbers[0];
	}
	return total;
}

KEEP static int work(void)
{
	int total = fib(12) + is_even(30) + is_odd(17) + sorting();
	for (int i = 0; i < 5; i++)
		total += (int)getppid() % 2;
	return total;
}

int main(int count, char **words)
{
	int rounds = count > 1 ? atoi(words[1]) : 3, total = 0;
	for (int i = 0; i < rounds; i++)
		total += work();
	return printf("%d\n", total % 10) < 0;
}
