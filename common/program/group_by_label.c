#include "common/program/group_by_label.h"

#include "common/base/diag.h"
#include "common/profile/features.h"
#include "common/transform/reshape/tags.h"

int convert_group_by_label(struct settings *s, struct profile **p, const char *key,
			   const char *where)
{
	if (!key)
		return 0;
	if (!tags_has_key(*p, str_of(key)))
		return diag_error("%s: no sample has a label %s", where, diag_quote(str_of(key)));
	if (profile_has_graph(*p) && convert_derive_stacks(s, *p) < 0)
		return -1;
	profile_replace(p, tags_as_frames(*p, str_of(key), TAG_ALONE));
	return 0;
}
