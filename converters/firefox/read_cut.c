/*
 * firefox/read_cut - what is kept of a file that is cut: threads with all that they refer to
 *
 * A thread whose end is there is of no use where its tables are shared and stand behind the cut, as
 * versions from 60 on may have them, where its process has not told of its clock and the kinds of
 * its frames, or where libraries are missing, without which functions are others.
 */
#include "converters/firefox/reading.h"

static bool refers(const struct firefox_tables *tables, enum firefox_column column)
{
	const struct firefox_cells *cells = &tables->cells[column];

	for (size_t i = 0; i < cells->count; i++)
		if (cells->v[i] != NO_ID)
			return true;
	return false;
}

static bool has_tables(const struct firefox_reader *r, const struct firefox_thread *t)
{
	return r->has_shared || (t->tables.has_strings && !refers(&t->tables, COLUMN_FUNC_SOURCE));
}

/* `shared_libs`: resources of the shared table have libraries. */
static bool is_complete(const struct firefox_reader *r, const struct firefox_thread *t,
			bool shared_libs)
{
	const struct firefox_process *process = &r->processes[t->process];
	bool own = t->tables.cells[COLUMN_RESOURCE_LIB].count > 0;

	return t->whole && process->has_meta && r->processes[0].has_meta && has_tables(r, t) &&
	       (process->has_libs ||
		!(own ? refers(&t->tables, COLUMN_RESOURCE_LIB) : shared_libs));
}

void firefox_keep_before_cut(struct firefox_reader *r)
{
	bool shared_libs = refers(&r->shared, COLUMN_RESOURCE_LIB);
	size_t kept = 0;

	for (size_t i = 0; i < r->thread_count; i++) {
		if (is_complete(r, &r->threads[i], shared_libs))
			r->threads[kept++] = r->threads[i];
		else
			firefox_free_thread(&r->threads[i]);
	}
	r->thread_count = kept;
	if (!kept) {
		json_refuse_cut(&r->j);
		return;
	}
	json_keep_cut(&r->j);
	profile_report_missing(r->p, str_of(r->in->name),
			       "the file is cut: threads that are whole before that: %zu", kept);
}
