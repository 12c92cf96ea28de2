/* openapi_schema.h -- JSON Schema of fields and shapes (OpenAPI 3.1 takes JSON Schema 2020-12).
 * Private to http/. */
#ifndef FD_OPENAPI_SCHEMA_H
#define FD_OPENAPI_SCHEMA_H

#include "http/shape.h"

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

#endif
