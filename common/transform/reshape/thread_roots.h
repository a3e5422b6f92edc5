/*
 * thread_roots - makes each thread a function that calls what begins in it
 *
 * For targets without threads, to keep threads visible: a thread's name becomes a function
 * with arcs to those functions that no other function calls in that thread. (Samples get a
 * root frame instead, see coarsen.h.)
 */
#ifndef RESHAPE_THREAD_ROOTS_H
#define RESHAPE_THREAD_ROOTS_H

#include "common/profile/profile.h"

/* Adds the functions and arcs to the call graph of p. */
void thread_roots(struct profile *p);
/* Like thread_roots(), with one function of that name for all threads. */
void thread_roots_named(struct profile *p, struct str name);

#endif
