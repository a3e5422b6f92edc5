/*
 * pprof/legacy_heap - heap profiles of gperftools and Go, heap growth
 *
 *	heap profile:   4097: 10392064 [ 38401: 97383936] @ heapprofile
 *	  4096: 10387968 [ 38400: 97379840] @ 0x00401238 0x00401279 0x004012f5
 *
 *	MAPPED_LIBRARIES:
 *	00401000-00402000 r-xp 00001000 00:00 10756184    /srv/shop
 *
 * Objects and bytes in use, and in brackets all that were allocated. What stands behind the '@' of
 * the first line says how they were sampled:
 *
 *	heapprofile                 all of them
 *	heap_v2/524288, heapz_v2/   one every so many bytes in the mean
 *	heap/1048576                Go: twice that
 *	growthz, fragmentationz     all
 */
#include "common/base/num.h"
#include "converters/pprof/legacy.h"

static const struct heap_form {
	const char *name;
	int divisor; /* of the rate behind its '/'; 0: all are there */
	bool two_types;
} forms[] = {
	{ "heapprofile", 0, false },   { "heap_v2", 1, false },      { "heapz_v2", 1, false },
	{ "heap", 2, false },          { "growthz", 0, true },       { "growth", 0, true },
	{ "fragmentationz", 0, true }, { "fragmentation", 0, true },
};

struct heap_reader {
	struct legacy_reader *l;
	const struct heap_form *form;
	int64_t rate;
	struct legacy_sizes heading, rows;
	bool all; /* also what was allocated and freed */
};

bool legacy_is_heap(struct str head)
{
	struct str line = legacy_first_line(head), rest;

	/* jeprof's marker in front */
	if (legacy_take(&line, S("---")) &&
	    (str_eq(str_trim(line), S("heap")) || str_eq(str_trim(line), S("growth"))))
		return str_cut(head, '\n', &line, &rest) &&
		       str_starts(legacy_first_line(rest), S("heap profile:"));
	return str_starts(legacy_first_line(head), S("heap profile:"));
}

static const struct heap_form *find_form(struct str name)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (str_eq(name, str_of(forms[i].name)))
			return &forms[i];
	return NULL;
}

/* What is behind the '@' of the first line. */
static void read_form(struct heap_reader *h, struct str text)
{
	struct str name = text, rate = S("");
	int64_t number = 0;

	str_cut(text, '/', &name, &rate);
	h->form = find_form(str_trim(name));
	if (!h->form || (rate.n && !str_to_i64(str_trim(rate), &number)) || number < 0) {
		input_error(h->l->in,
			    "expected a kind of heap profile such as heap_v2/524288, got %s",
			    diag_quote(text));
		return;
	}
	h->rate = h->form->divisor ? number / h->form->divisor : 1;
	if (!h->rate)
		profile_report_missing(
			h->l->r->p, str_of(h->l->in->name),
			"no rate of sampling: values are those of the samples alone");
}

static void read_header(struct heap_reader *h)
{
	struct legacy_sizes total;
	struct str line;

	while (legacy_next_line(h->l, &line) && str_starts(str_trim(line), S("---")))
		;
	if (h->l->in->failed)
		return;
	if (!legacy_take(&line, S("heap profile:")) || !legacy_take_sizes(&line, &total) ||
	    !legacy_take(&line, S("@"))) {
		input_error(
			h->l->in,
			"expected 'heap profile: N: BYTES [N: BYTES] @ heapprofile' or the like");
		return;
	}
	read_form(h, str_trim(line));
	h->heading = total;
	h->all = h->form && !h->form->two_types &&
		 ((total.all_count != total.count && total.all_count) ||
		  (total.all_size != total.size && total.all_size));
}

static void add_types(struct heap_reader *h)
{
	struct legacy_reader *l = h->l;

	if (h->all) {
		legacy_add_type(l, "alloc_objects", "count");
		legacy_add_type(l, "alloc_space", "bytes");
		legacy_add_type(l, "inuse_objects", "count");
		legacy_add_type(l, "inuse_space", "bytes");
	} else {
		legacy_add_type(l, "objects", "count");
		legacy_add_type(l, "space", "bytes");
	}
	legacy_set_period(l, "space", "bytes", h->rate);
}

static void add_values(struct heap_reader *h, int64_t count, int64_t size)
{
	double scale = h->form->divisor ? legacy_sampling_scale(count, size, h->rate) : 1;

	legacy_add_value(h->l, legacy_unsample(h->l, count, scale));
	legacy_add_value(h->l, legacy_unsample(h->l, size, scale));
}

static void read_sample(struct heap_reader *h, struct str line)
{
	struct legacy_reader *l = h->l;
	struct legacy_sizes sizes;
	int64_t block = 0;

	legacy_begin_stack(l);
	if (!legacy_take_sizes(&line, &sizes) || !legacy_take(&line, S("@"))) {
		input_error(l->in, "expected 'N: BYTES [N: BYTES] @ ADDRESSES'");
		return;
	}
	if (!legacy_check_sizes(l, &sizes) || !legacy_push_words(l, line, false))
		return;
	legacy_add_sizes(&h->rows, &sizes);
	if (h->all) {
		add_values(h, sizes.all_count, sizes.all_size);
		block = sizes.all_count ? sizes.all_size / sizes.all_count : 0;
	}
	add_values(h, sizes.count, sizes.size);
	if (sizes.count)
		block = sizes.size / sizes.count;
	legacy_add_number_label(l, S("bytes"), block);
	legacy_await_comments(l);
}

/* One word is enough. */
static void check_totals(struct heap_reader *h)
{
	const struct legacy_sizes *rows = &h->rows, *said = &h->heading;

	if (legacy_check_total(h->l, rows->count, said->count, "objects in use") &&
	    legacy_check_total(h->l, rows->size, said->size, "bytes in use") && h->all &&
	    legacy_check_total(h->l, rows->all_count, said->all_count, "objects allocated"))
		legacy_check_total(h->l, rows->all_size, said->all_size, "bytes allocated");
}

void legacy_read_heap(struct legacy_reader *l)
{
	struct heap_reader h = { .l = l };
	struct str line = S("");

	read_header(&h);
	if (l->in->failed)
		return;
	add_types(&h);
	while (input_line(l->in, &line) && !legacy_is_map_heading(line))
		if (legacy_is_comment(line))
			legacy_read_comment(l, line);
		else
			read_sample(&h, line);
	check_totals(&h);
	if (!l->in->failed && legacy_is_map_heading(line))
		legacy_read_sections(l, line);
}
