/* curl_handle.h -- one libcurl handle a thread, for all that leaves the desk: it keeps its connections open, so a
 * queue of requests signs in once. */
#ifndef FD_CURL_HANDLE_H
#define FD_CURL_HANDLE_H

#include <curl/curl.h>

/* Without any option set; closed with the thread. Not for two transfers at once. */
CURL *curl_handle(void);

#endif
