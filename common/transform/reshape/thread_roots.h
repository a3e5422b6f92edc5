/*
 * thread_roots - each thread as a function that calls what begins in it
 *
 * For targets without threads, where they shall stay visible: a thread's name becomes
 * a function with arcs to those functions of the thread that no other one calls there.
 * (Stacks get a root frame instead, see coarsen.h.)
 */
#ifndef RESHAPE_THREAD_ROOTS_H
#define RESHAPE_THREAD_ROOTS_H

#include "common/profile/profile.h"

/* Adds the functions and arcs to the graph half of p. */
void thread_roots(struct profile *p);
/* The same with one function of that name for all threads. */
void thread_roots_named(struct profile *p, struct str name);

#endif
