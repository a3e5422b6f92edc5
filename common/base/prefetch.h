/*
 * prefetch - memory that will be looked at soon is asked for now
 *
 * Tables larger than the caches in no order: nearly all time goes by waiting, so a loop
 * that knows what comes asks for it some rounds before. FETCHING makes a function of such
 * requests part of its caller: compilers take it for one without effect and drop the call.
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
