/*
 * prefetch - asks for memory that will be read soon
 *
 * Where a table is larger than the caches and is read in no order, nearly all time goes by
 * waiting for memory. A loop that knows what it will read asks for it some rounds before.
 * PREFETCH_FUNCTION declares a function that only makes such requests: it is always inlined,
 * because compilers take it for one without any effect and drop the call.
 */
#ifndef BASE_PREFETCH_H
#define BASE_PREFETCH_H

#if defined(__GNUC__)
#define PREFETCH(at) __builtin_prefetch(at)
#define PREFETCH_FUNCTION static inline __attribute__((always_inline)) void
#else
#define PREFETCH(at) ((void)(at))
#define PREFETCH_FUNCTION static inline void
#endif

#endif
