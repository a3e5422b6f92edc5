/*
 * cjson_library - cJSON, loaded when the first JSON value is made with it
 *
 * Every shared library makes every start slower, and few runs need this one. Its functions
 * are called by their own names, which stand for the loaded ones; see xml_library.h for why
 * that is done and how the library is found. A sandbox has to be closed after a call of
 * cjson_library().
 */
#ifndef SYNTAX_CJSON_LIBRARY_H
#define SYNTAX_CJSON_LIBRARY_H

#include <cjson/cJSON.h>

/* Every function of cJSON that we call. */
#define CJSON_FUNCTIONS(FUNCTION) \
	FUNCTION(cJSON_AddArrayToObject) \
	FUNCTION(cJSON_AddBoolToObject) \
	FUNCTION(cJSON_AddItemToArray) \
	FUNCTION(cJSON_AddItemToObject) \
	FUNCTION(cJSON_AddNullToObject) \
	FUNCTION(cJSON_AddObjectToObject) \
	FUNCTION(cJSON_AddStringToObject) \
	FUNCTION(cJSON_AddTrueToObject) \
	FUNCTION(cJSON_CreateObject) \
	FUNCTION(cJSON_CreateRaw) \
	FUNCTION(cJSON_CreateString) \
	FUNCTION(cJSON_Delete) \
	FUNCTION(cJSON_Print) \
	FUNCTION(cJSON_free)

struct cjson_library {
#define CJSON_FUNCTION(name) __typeof__(name) *name;
	CJSON_FUNCTIONS(CJSON_FUNCTION)
#undef CJSON_FUNCTION
};

/* Loads the library at the first call; never NULL: without it the work ends with a message. */
const struct cjson_library *cjson_library(void);

#ifndef CJSON_LIBRARY_ITSELF
#define cJSON_AddArrayToObject (cjson_library()->cJSON_AddArrayToObject)
#define cJSON_AddBoolToObject (cjson_library()->cJSON_AddBoolToObject)
#define cJSON_AddItemToArray (cjson_library()->cJSON_AddItemToArray)
#define cJSON_AddItemToObject (cjson_library()->cJSON_AddItemToObject)
#define cJSON_AddNullToObject (cjson_library()->cJSON_AddNullToObject)
#define cJSON_AddObjectToObject (cjson_library()->cJSON_AddObjectToObject)
#define cJSON_AddStringToObject (cjson_library()->cJSON_AddStringToObject)
#define cJSON_AddTrueToObject (cjson_library()->cJSON_AddTrueToObject)
#define cJSON_CreateObject (cjson_library()->cJSON_CreateObject)
#define cJSON_CreateRaw (cjson_library()->cJSON_CreateRaw)
#define cJSON_CreateString (cjson_library()->cJSON_CreateString)
#define cJSON_Delete (cjson_library()->cJSON_Delete)
#define cJSON_Print (cjson_library()->cJSON_Print)
#define cJSON_free (cjson_library()->cJSON_free)
#endif

#endif
