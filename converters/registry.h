/*
 * registry - all formats of converters/formats.def, ended by NULL
 */
#ifndef CONVERTERS_REGISTRY_H
#define CONVERTERS_REGISTRY_H

#include "common/program/convert.h"

extern const struct format *const format_registry[];

#endif
