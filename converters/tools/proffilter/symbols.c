/*
 * proffilter/symbols - functions of programs in place of addresses
 */
#include <inttypes.h>
#include <stdlib.h>

#include "common/base/alloc.h"
#include "common/base/diag.h"
#include "common/transform/reshape/symbolise.h"
#include "converters/tools/proffilter/internal.h"

/* What does not fit together is said; with --strict it is an error. */
static int say(const struct filter_work *w, struct str path, const char *what)
{
	if (w->settings.strict)
		return diag_error("--strict: --symbols %s: %s", diag_quote(path), what);
	diag_warning("--symbols %s: %s", diag_quote(path), what);
	return 0;
}

static int report(const struct filter_work *w, const struct symbolise_program *program)
{
	struct str path = symbols_path(program->symbols);

	diag_verbose("--symbols %s: %" PRIu64 " addresses have functions, %" PRIu64 " have none",
		     diag_quote(path), program->found, program->not_found);
	if (program->other_build)
		return say(w, path,
			   "the profile is of another build of it (the build id differs): "
			   "its addresses stay");
	if (!program->matches)
		return say(w, path, "no address of the profile is in it");
	if (!program->found && program->not_found)
		return say(w, path, "it has no functions for the addresses of the profile");
	return 0;
}

int proffilter_find_symbols(const struct filter_work *w, struct profile **p)
{
	size_t count = w->symbols.count, opened = 0;
	struct symbolise_program *programs = alloc_zero(count, sizeof *programs);
	int status = 0;

	unsetenv("DEBUGINFOD_URLS"); /* no program of ours uses the network */
	while (opened < count &&
	       (programs[opened].symbols = symbols_open(w->symbols.texts[opened])) != NULL)
		opened++;
	status = opened < count ? -1 : 0;
	if (count && status == 0)
		profile_replace(p, profile_symbolise(*p, programs, count));
	for (size_t i = 0; i < count && status == 0; i++)
		status = report(w, &programs[i]);
	for (size_t i = 0; i < opened; i++)
		symbols_close(programs[i].symbols);
	alloc_free(programs);
	return status;
}
