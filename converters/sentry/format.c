/*
 * sentry/format - what the SDKs of https://sentry.io send: envelopes, and their payloads alone
 *
 *	{"event_id": "d1d7...", "sent_at": "2026-11-27T07:52:43.355547Z"}      envelope header
 *	{"type": "profile", "length": 5645}                                    item header
 *	{"version": "1", "profile": {"frames": [...], ...}, ...}               payload
 *	{"type": "session"}                                                    without a length
 *	...                                                                    one line
 *	{}                                                                     the next envelope
 *	{"type": "profile_chunk", "length": 11940}
 *	{"version": "2", "profiler_id": "8a7b...", "profile": {...}, ...}
 *
 * A sample lasts until the next one of its thread, as in Sentry's own export to speedscope; the
 * last one of a thread lasts 0, since nothing says how long it did. (Sentry's call trees count
 * backwards, from the one before.) Chunks of one profiler are one recording.
 *
 * The SDK for Python samples its own threads too, which would be half of a naive total.
 */
#include "converters/sentry/internal.h"

/* The first line is an object with a key of envelope headers, or with none. */
static bool is_header(struct str line)
{
	static const char *const keys[] = { "\"event_id\"", "\"sent_at\"", "\"dsn\"", "\"sdk\"" };

	if (str_eq(line, S("{}")))
		return true;
	if (!str_starts(line, S("{")) || !str_ends(line, S("}")))
		return false;
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (str_contains(line, str_of(keys[i])))
			return true;
	return false;
}

static bool has_item(struct str head)
{
	enum { LONGEST = 4096 };
	struct str line, rest;

	if (!str_cut(head, '\n', &line, &rest) || !is_header(str_trim(line)))
		return false;
	if (!str_cut(rest, '\n', &line, &rest))
		line = rest;
	return str_starts(line, S("{")) && str_contains(str_head(line, LONGEST), S("\"type\""));
}

int sentry_bid(struct str head, bool whole)
{
	enum { ENVELOPE = 85, PAYLOAD = 75 };
	size_t i = 0;

	(void)whole;
	while (i < head.n && head.p[i] && strchr(" \t\r\n", head.p[i]))
		i++;
	head = str_from(head, i);
	if (!str_starts(head, S("{")))
		return 0;
	if (has_item(head))
		return ENVELOPE;
	if (str_contains(head, S("\"start_timestamp\"")) && str_contains(head, S("\"span_id\"")))
		return PAYLOAD;
	return str_contains(head, S("\"profile\"")) && str_contains(head, S("\"frames\"")) &&
			       !str_contains(head, S("\"profiles\""))
		       ? PAYLOAD
		       : 0;
}

static const struct sentry_read_options usual_reading;

const struct format sentry_format = {
	.name = "sentry",
	.title = "envelopes and payloads of Sentry's SDKs: profiles, transactions, spans",
	.suffixes = ".envelope",
	.representation = REPR_SAMPLES,
	.features = FEATURE_STACKS | FEATURE_FILES | FEATURE_OBJECTS | FEATURE_LINES |
		    FEATURE_COLUMNS | FEATURE_ADDRESSES | FEATURE_THREADS | FEATURE_UNITS |
		    FEATURE_ORDER | FEATURE_IDLE | FEATURE_LABELS | FEATURE_SAMPLE_TIMES |
		    FEATURE_RECORDING,
	.reads_threads = true,
	.bid = sentry_bid,
	.read = sentry_read,
	.read_options = FORMAT_OPTIONS(sentry_read_rows, usual_reading),
};
