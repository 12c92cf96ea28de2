/* people_api.h -- people over HTTP: who calls, and the routes of this folder. */
#ifndef FD_PEOPLE_API_H
#define FD_PEOPLE_API_H

#include "http/http.h"

#define SESSION_COOKIE "frontdesk_session"

/* For http_options.authenticate: a bearer token, else the session's cookie, else anonymous. With a
 * cookie, whatever is not GET, HEAD or OPTIONS must carry the session's token in X-CSRF-Token
 * (ERR_FORBIDDEN): other sites can make a browser send the cookie, but not that header. */
MUST_CHECK err people_authenticate(struct request *r, struct tx *tx, struct actor *out);

extern const struct route_table agent_routes;     /* /api/agents */
extern const struct route_table requester_routes; /* /api/requesters */
extern const struct route_table group_routes;     /* /api/groups */
extern const struct route_table session_routes;   /* /api/session */
extern const struct route_table token_routes;     /* /api/tokens */

#endif
