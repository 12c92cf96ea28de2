#include "base/curl_handle.h"

#include "base/base.h"

#include <pthread.h>

static pthread_key_t handle_key;
static pthread_once_t handle_once = PTHREAD_ONCE_INIT;

static void handle_free(void *handle)
{
    curl_easy_cleanup(handle);
}

static void handles_init(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
    ENSURE(pthread_key_create(&handle_key, handle_free) == 0);
}

CURL *curl_handle(void)
{
    CURL *handle;

    pthread_once(&handle_once, handles_init);
    handle = pthread_getspecific(handle_key);
    if (handle) {
        curl_easy_reset(handle);
        return handle;
    }
    handle = curl_easy_init();
    ENSURE(handle != NULL);
    pthread_setspecific(handle_key, handle);
    return handle;
}
