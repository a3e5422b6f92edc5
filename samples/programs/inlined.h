/* Functions that the compiler inlines, so that callgrind writes fi= and fe=. */
#ifndef INLINED_H
#define INLINED_H

static inline __attribute__((always_inline)) unsigned mix(unsigned value)
{
	value ^= value << 13;
	value ^= value >> 17;
	value ^= value << 5;
	return value;
}

static inline __attribute__((always_inline)) unsigned mix_many(unsigned value, int times)
{
	for (int i = 0; i < times; i++)
		value = mix(value);
	return value;
}

#endif
