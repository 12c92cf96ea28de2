/* attachment_api.h -- attachments over HTTP, and how they look wherever an answer shows them. */
#ifndef FD_ATTACHMENT_API_H
#define FD_ATTACHMENT_API_H

#include "file/attachment.h"
#include "http/http.h"

struct attachment_view {
    struct uuid id;
    const char *file_name;
    int64_t size;
    const char *mime_type;
    const char *sha256;
    const char *content_id;
    bool is_internal;
    struct uuid comment_id;
    const char *uploaded_by;
    int uploaded_by_type;
    int64_t created_ms;
    const char *url;
};
extern const struct shape attachment_shape;

/* list as structs attachment_view, for a FIELD_OBJECTS of attachment_shape. */
struct object_list attachment_views(struct arena *a, const struct attachment_list *list);

extern const struct route attachment_routes[];
extern const size_t attachment_route_count;

#endif
