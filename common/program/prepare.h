/*
 * prepare - makes a profile what its target can represent, and lists what that loses
 *
 * The one place where a profile is reduced and derived for a format or for a view: all
 * programs get their losses from here, and the caller decides what to say about them.
 *
 *	struct losses losses = prepare(&p, to, &policy);
 *	status = losses_report(&losses, policy.strict);
 *	losses_free(&losses);
 *	... profile_status(p, ...)
 */
#ifndef PROGRAM_PREPARE_H
#define PROGRAM_PREPARE_H

#include "common/program/format.h"
#include "common/transform/estimate/stacks_from_graph.h"

enum loss_kind {
	LOSS_FEATURE,          /* a FEATURE_* bit that the target does not keep */
	LOSS_NAMES,            /* names that the target cannot spell */
	LOSS_ROUNDED,          /* values that the reader rounded */
	LOSS_VANISHED,         /* values that are 0 then */
	LOSS_BAD_LINES,        /* malformed lines that the reader skipped */
	LOSS_MISSING,          /* the source lacks something; totals are affected */
	LOSS_STACKS_ESTIMATED, /* stacks were estimated from a call graph */
	LOSS_ARCS_ESTIMATED,   /* inclusive values of arcs were estimated from calls */
	LOSS_OF_FORMAT,        /* what the format's own report_loss() says */
	LOSS_NONE,             /* no loss, but worth a line with -v */
};

struct loss {
	enum loss_kind kind;
	int bit;         /* LOSS_FEATURE: the FEATURE_BIT_* */
	uint64_t count;  /* of names, values, lines or functions, where there is a count */
	struct buf text; /* a sentence; of LOSS_STACKS_ESTIMATED, what the estimate rests on */
};

struct losses {
	struct loss *list; /* in the order in which they occur */
	size_t count, cap;
};

struct prepare_policy {
	bool strict;           /* stop as soon as something is lost */
	bool list_all;         /* list features and names too, which takes a pass over the tables;
				 otherwise only what changes values is listed */
	bool threads_as_roots; /* threads become root frames where the target has no threads */
	const void *options;   /* values of the target's write options */
	struct estimate *estimate; /* limits of an estimate of stacks, and its results */
};

/*
 * Reduces *p, which may be replaced, to what `to` keeps and derives the representation
 * that it needs. `to` need not be a registered format: a view describes its needs by a
 * struct format with a name, a representation and features. Sums may overflow: the caller
 * checks profile_status(). The caller frees the result.
 */
struct losses prepare(struct profile **p, const struct format *to,
		      const struct prepare_policy *policy);

/*
 * The value type that a target with one shows: the default one of the source or, after a
 * warning, the first that is not zero everywhere if that one is.
 */
value_id prepare_default_value(const struct profile *p);

/* Only adds stacks to a call graph; *losses gets what that loses. */
void prepare_stacks(struct profile *p, const struct prepare_policy *policy, struct losses *losses);

/*
 * Reports the losses: those that change values as warnings, the others with -v. With
 * strict, one error names all of them. 0; -1 if it is strict and something is lost.
 */
int losses_report(const struct losses *l, bool strict);
/* Removes all losses of that kind: the caller reports them in another way. */
void losses_drop(struct losses *l, enum loss_kind kind);
void losses_free(struct losses *l);

#endif
