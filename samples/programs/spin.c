/* Requests that work for some time, half of it again, and work beside them. */
static volatile unsigned long sum;

__attribute__((noinline)) static void work(unsigned n)
{
	for (unsigned i = 0; i < n * 100000u; i++)
		sum += i;
}

__attribute__((noinline)) static void request(unsigned n)
{
	work(n);
	work(n / 2);
	sum++;
}

int main(void)
{
	for (int i = 0; i < 300; i++) {
		request(8);
		work(3);
	}
	return 0;
}
