#include "common/base/hash.h"

#include <pthread.h>
#ifdef __linux__
#include <sys/auxv.h>
#else
#include <time.h>
#include <unistd.h>
#endif

uint64_t hash_key[2] = { 0x9e3779b97f4a7c15u, 0xd1b54a32d192ed03u };

static void draw_key(void)
{
#ifdef __linux__
	/* the kernel provides 16 random bytes to every process: no system call is needed */
	const void *drawn = (const void *)(uintptr_t)getauxval(AT_RANDOM);

	if (drawn)
		memcpy(hash_key, drawn, sizeof hash_key);
#else
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	hash_key[0] ^= (uint64_t)now.tv_nsec << 32 ^ (uint64_t)now.tv_sec;
	hash_key[1] ^= (uint64_t)getpid() << 32 ^ (uint64_t)(uintptr_t)&now;
#endif
}

void hash_start(void)
{
	static pthread_once_t drawn = PTHREAD_ONCE_INIT;

	pthread_once(&drawn, draw_key);
}

/* Hashes two words at a time; the last two may overlap those before. */
uint64_t hash_text(struct str s)
{
	const char *p = s.p, *end;
	uint64_t h = s.n;

	if (s.n < 8)
		return hash_mix(load_short(s), h);
	for (end = p + s.n; end - p > 16; p += 16)
		h = hash_mix(load8(p), load8(p + 8) ^ h);
	if (s.n < 16)
		return hash_mix(load8(p), load8(end - 8) ^ h);
	return hash_mix(load8(end - 16), load8(end - 8) ^ h);
}
