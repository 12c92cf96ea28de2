/* openapi_schema.h -- the parts of the OpenAPI document: schemas of fields and shapes (3.1 takes
 * JSON Schema 2020-12) and operations of routes. Private to http/. */
#ifndef FD_OPENAPI_SCHEMA_H
#define FD_OPENAPI_SCHEMA_H

#include "http/http.h"

/* Shapes that are named in the document, each once. */
struct shape_set {
    const struct shape *v[512];
    size_t n;
};

/* Adds shape and everything below it. ENSUREs that no two shapes share a name. */
void shape_set_add(struct shape_set *set, const struct shape *shape);
void openapi_shape(const struct shape *shape, struct json_out *j);
void openapi_shape_ref(const struct shape *shape, struct json_out *j);
/* The schema of a query parameter. */
void openapi_parameter_schema(const struct field *field, struct json_out *j);
/* A route as the value of its method's name, with that name. */
void openapi_operation(const struct route *route, struct json_out *j);
const char *openapi_tag(const struct route *route);

#endif
