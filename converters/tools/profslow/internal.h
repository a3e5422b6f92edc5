/*
 * profslow/internal - requests, and what the views make of them
 *
 * A request is a trace, or all samples that have one value of a label. Its endpoint is the name
 * of the trace's root span, or another label of the samples; its duration that of the root span,
 * or the sum of the samples. Its parts are what each of its paths has: the spans of one path of
 * names, with their own time, or the samples of one stack.
 */
#ifndef PROFSLOW_INTERNAL_H
#define PROFSLOW_INTERNAL_H

#include "common/program/convert.h"
#include "common/syntax/table.h"
#include "common/transform/traces/span_trees.h"

enum slow_sort {
	SLOW_BY_TOTAL,
	SLOW_BY_P50,
	SLOW_BY_P95,
	SLOW_BY_P99,
	SLOW_BY_COUNT,
	SLOW_BY_NAME
};
#define SLOW_SORTS "total|p50|p95|p99|count|name"

struct slow_options {
	const char *from, *to;
	const char *by;       /* key of the endpoint; NULL: the root span's name */
	const char *request;  /* key of the label that tells requests apart */
	const char *endpoint; /* compare the requests of this one; NULL: list all */
	const char *compare;  /* "p95"; NULL: the usual */
	int sort, format;
	uint64_t limit;
	bool limit_given, format_given, sort_given, alpha_given, min_share_given;
	double alpha, min_share;
	int color;
	bool colors;
	size_t width;        /* of the terminal; 0: it is none */
	unsigned percentile; /* of `compare` */
};

struct slow_part {
	stack_id path;
	uint32_t count; /* spans or samples */
	int64_t self;
};

struct slow_request {
	uint32_t endpoint;
	uint32_t part_count;
	int64_t duration;
	size_t first_part;
};

struct slow_endpoint {
	string_id name;
	uint32_t count; /* requests */
};

struct slow_requests {
	struct profile *p; /* has the names and the paths */
	value_id value;    /* what durations and parts count */
	bool spans;        /* they are traces */
	struct slow_request *list;
	size_t count, cap;
	struct slow_part *parts; /* of requests whose endpoint is asked for, each path once */
	size_t part_count, part_cap;
	struct slow_endpoint *endpoints; /* in order of appearance */
	size_t endpoint_count, endpoint_cap;
	struct index endpoint_index;
};

/*
 * The requests in the spans of *p, or in its samples if it has no spans; *p is what convert_read()
 * gave with deferred spans, and may be replaced. 0, or -1 after a message.
 */
int slow_requests_read(struct slow_requests *r, struct profile **p, const struct settings *s,
		       const struct slow_options *o);
void slow_requests_free(struct slow_requests *r);

/* The requests of an endpoint by duration, the fastest first. The caller frees the array. */
uint32_t *slow_requests_of(const struct slow_requests *r, uint32_t endpoint);
/* The smallest value that `percentile` percent of n ascending ones do not exceed: its place. */
static inline size_t slow_rank(size_t n, unsigned percentile)
{
	size_t rank = (n / 100) * percentile + ((n % 100) * percentile + 99) / 100;

	return rank ? rank - 1 : 0;
}

/* The table of endpoints. */
void slow_put_endpoints(const struct slow_options *o, struct output *out,
			const struct slow_requests *r);

/* What the slow requests of an endpoint have that the others have not. */
struct slow_path {
	stack_id path;
	int64_t self[2]; /* sums over the requests of a group */
	uint64_t count[2];
	double difference; /* of the means */
	double p, q;       /* below 0: not tested */
};
enum { SLOW_USUAL, SLOW_SLOW }; /* groups: the median half, the slowest */

struct slow_comparison {
	const struct slow_requests *r;
	uint32_t endpoint;
	unsigned percentile;
	int64_t threshold; /* the duration at the percentile */
	bool at_threshold; /* no request is above it: the slow ones are at it */
	const uint32_t *requests[2];
	size_t size[2];
	int64_t duration[2];     /* sums */
	struct slow_path *paths; /* the largest difference of means first */
	size_t path_count, tested;
	uint32_t *order; /* all requests; requests[] are parts of it */
	size_t endpoint_requests;
};

/* 0, or -1 after a message if there is no such endpoint, or too few requests to compare. */
int slow_compare(struct slow_comparison *c, const struct slow_requests *r,
		 const struct slow_options *o);
void slow_comparison_free(struct slow_comparison *c);
/* The mean of a group, rounded to the nearest unit. */
int64_t slow_mean(const struct slow_comparison *c, int group, int64_t sum);

void slow_put_comparison(const struct slow_options *o, struct output *out,
			 const struct slow_comparison *c);
/* Base are the means of the median half, new those of the slowest. The caller owns it. */
struct profile *slow_difference(const struct slow_comparison *c);

#endif
