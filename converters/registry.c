#include "converters/registry.h"

#define FORMAT(name, reads, writes) extern const struct format name##_format;
#include "converters/formats.def"
#undef FORMAT

const struct format *const format_registry[] = {
#define FORMAT(name, reads, writes) &name##_format,
#include "converters/formats.def"
#undef FORMAT
	NULL
};
