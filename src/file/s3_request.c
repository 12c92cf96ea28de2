#include "file/s3_request.h"

#include "base/clock.h"
#include "base/curl_handle.h"
#include "base/limits.h"
#include "base/log.h"

#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
    URL_SIZE = 2048,
    ANSWER_SIZE = 1024, /* of an error: enough for its code */
    FIRST_WAIT_MS = 100,
    LEAST_BYTES_A_SECOND = 1024,
};

static const char empty_hash[] = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/* One try. */
struct
try {
    struct s3_request *request;
    CURL *curl;
    int64_t sent;
    int64_t taken;
    err failed; /* of sink or content */
    char range[32];
    char answer[ANSWER_SIZE];
    size_t answer_len;
    long status;
    CURLcode code;
    char why[CURL_ERROR_SIZE];
};

/* ---- what is asked ---- */

/* "id:secret", to be wiped. */
static err credentials(const struct settings *s, char *out, size_t size)
{
    char secret[S3_SECRET_MAX_BYTES + 2] = "";
    ssize_t n = 0;
    int fd;

    if (s->s3_secret_file) {
        fd = open(s->s3_secret_file, O_RDONLY | O_CLOEXEC);
        if (fd >= 0) {
            n = read(fd, secret, S3_SECRET_MAX_BYTES + 1);
            close(fd);
        }
        if (fd < 0 || n <= 0 || n > S3_SECRET_MAX_BYTES) {
            log_error("files.s3",
                      "why=\"s3_secret_file cannot be read, is empty or larger than %d bytes\"",
                      S3_SECRET_MAX_BYTES);
            return ERR_FILES;
        }
        secret[n] = '\0';
        secret[strcspn(secret, " \t\r\n")] = '\0';
    }
    snprintf(out, size, "%s:%s", s->s3_key_id, s->s3_secret_file ? secret : s->s3_secret);
    sodium_memzero(secret, sizeof(secret));
    return OK;
}

/* ENDPOINT/BUCKET/KEY, or with the bucket in front of the host. */
static err address(const struct settings *s, const unsigned char *sha256, char out[static URL_SIZE])
{
    const char *host = strstr(s->s3_endpoint, "://") + 3;
    int scheme_len = (int)(host - s->s3_endpoint);
    size_t host_len = strlen(host);
    char hex[FILE_HASH_TEXT_SIZE];
    int n;

    while (host_len > 0 && host[host_len - 1] == '/')
        host_len--;
    file_hash_text(sha256, hex);
    if (s->s3_path_style)
        n = snprintf(out, URL_SIZE, "%.*s%.*s/%s/%s", scheme_len, s->s3_endpoint, (int)host_len,
                     host, s->s3_bucket, hex);
    else
        n = snprintf(out, URL_SIZE, "%.*s%s.%.*s/%s", scheme_len, s->s3_endpoint, s->s3_bucket,
                     (int)host_len, host, hex);
    return n > 0 && n < URL_SIZE ? OK : ERR_FILES;
}

static size_t give(char *to, size_t size, size_t count, void *arg)
{
    struct try *t = arg;
    const struct file_source *source = t->request->content;
    int64_t left = source->size_bytes - t->sent;
    size_t n = size * count < (uint64_t)left ? size * count : (size_t)left;

    t->failed = file_source_read(source, t->sent, to, n);
    if (t->failed != OK)
        return CURL_READFUNC_ABORT;
    t->sent += (int64_t)n;
    return n;
}

/* curl sends the content anew when a kept connection turns out to be closed. */
static int rewind_content(void *arg, curl_off_t offset, int origin)
{
    struct try *t = arg;

    if (origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    t->sent = offset;
    return CURL_SEEKFUNC_OK;
}

static size_t take(char *data, size_t size, size_t count, void *arg)
{
    struct try *t = arg;
    size_t n = size * count, room = ANSWER_SIZE - 1 - t->answer_len;

    if (t->status == 0)
        curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->status);
    if (t->request->method == S3_GET && t->status == (t->request->got ? 206 : 200)) {
        t->failed = t->request->sink(t->request->sink_ctx, data, n);
        t->taken += t->failed == OK ? (int64_t)n : 0;
        return t->failed == OK ? n : 0;
    }
    room = n < room ? n : room;
    memcpy(t->answer + t->answer_len, data, room);
    t->answer_len += room;
    t->answer[t->answer_len] = '\0';
    return n;
}

static void set_method(struct try *t)
{
    switch (t->request->method) {
    case S3_GET:
        snprintf(t->range, sizeof(t->range), "%lld-", (long long)t->request->got);
        if (t->request->got)
            curl_easy_setopt(t->curl, CURLOPT_RANGE, t->range);
        break;
    case S3_HEAD:
        curl_easy_setopt(t->curl, CURLOPT_NOBODY, 1L);
        break;
    case S3_DELETE:
        curl_easy_setopt(t->curl, CURLOPT_CUSTOMREQUEST, "DELETE");
        break;
    case S3_PUT:
        curl_easy_setopt(t->curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(t->curl, CURLOPT_UPLOAD_BUFFERSIZE, (long)FILE_CHUNK_BYTES);
        curl_easy_setopt(t->curl, CURLOPT_INFILESIZE_LARGE,
                         (curl_off_t)t->request->content->size_bytes);
        curl_easy_setopt(t->curl, CURLOPT_READFUNCTION, give);
        curl_easy_setopt(t->curl, CURLOPT_READDATA, t);
        curl_easy_setopt(t->curl, CURLOPT_SEEKFUNCTION, rewind_content);
        curl_easy_setopt(t->curl, CURLOPT_SEEKDATA, t);
        break;
    }
}

/* curl signs the hash that this header names; without it, that of nothing. No header may be taken away here
 * ("Expect:"): curl would sign it nevertheless. */
static struct curl_slist *headers_of(const struct s3_request *request)
{
    char hex[FILE_HASH_TEXT_SIZE], line[128];

    snprintf(line, sizeof(line), "x-amz-content-sha256: %s",
             request->method == S3_PUT ? file_hash_text(request->sha256, hex) : empty_hash);
    return curl_slist_append(NULL, line);
}

static void set_up(struct try *t, const struct settings *s, const char *url, const char *user,
                   const struct curl_slist *headers)
{
    char provider[128];

    snprintf(provider, sizeof(provider), "aws:amz:%s:s3",
             s->s3_region ? s->s3_region : "us-east-1");
    curl_easy_setopt(t->curl, CURLOPT_URL, url);
    curl_easy_setopt(t->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(t->curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(t->curl, CURLOPT_PROXY, ""); /* none by way of the environment */
    curl_easy_setopt(t->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(t->curl, CURLOPT_CONNECTTIMEOUT_MS, (long)S3_CONNECT_TIMEOUT_MS);
    curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_LIMIT, (long)LEAST_BYTES_A_SECOND);
    curl_easy_setopt(t->curl, CURLOPT_LOW_SPEED_TIME, (long)((s->s3_timeout_ms + 999) / 1000));
    curl_easy_setopt(t->curl, CURLOPT_AWS_SIGV4, provider);
    curl_easy_setopt(t->curl, CURLOPT_USERPWD, user);
    curl_easy_setopt(t->curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(t->curl, CURLOPT_BUFFERSIZE, (long)FILE_CHUNK_BYTES);
    curl_easy_setopt(t->curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(t->curl, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(t->curl, CURLOPT_ERRORBUFFER, t->why);
    set_method(t);
}

static err run_once(struct try *t, const struct settings *s)
{
    struct curl_slist *headers;
    char url[URL_SIZE], user[S3_SECRET_MAX_BYTES * 2];
    curl_off_t size = -1;

    TRY(address(s, t->request->sha256, url));
    TRY(credentials(s, user, sizeof(user)));
    t->curl = curl_handle();
    headers = headers_of(t->request);
    set_up(t, s, url, user, headers);
    t->code = curl_easy_perform(t->curl);
    sodium_memzero(user, sizeof(user));
    curl_easy_getinfo(t->curl, CURLINFO_RESPONSE_CODE, &t->status);
    curl_easy_getinfo(t->curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &size);
    curl_easy_reset(t->curl); /* it holds the secret, and points to what ends here */
    curl_slist_free_all(headers);
    t->request->size_bytes = size;
    return OK;
}

/* ---- what it means ---- */

/* The word between <Code> and </Code>, or "". */
static const char *code_of(struct try *t)
{
    char *at = strstr(t->answer, "<Code>");

    if (!at)
        return "";
    at += strlen("<Code>");
    at[strcspn(at, "<")] = '\0';
    return at;
}

static bool may_pass(const struct try *t)
{
    if (t->code != CURLE_OK)
        return t->failed == OK;
    return t->status >= 500 || t->status == 429 || t->status == 408;
}

static bool is_done(const struct try *t)
{
    if (t->code != CURLE_OK)
        return false;
    if (t->request->method == S3_GET)
        return t->status == (t->request->got ? 206 : 200);
    return t->status == 200 || t->status == 204;
}

static void tell(struct try *t, int tries)
{
    static const char *const names[] = {"HEAD", "GET", "PUT", "DELETE"};
    char why[LOG_QUOTED_SIZE];

    log_warn("files.s3", "method=%s tries=%d status=%ld why=%s", names[t->request->method], tries,
             t->status,
             log_quoted(t->code != CURLE_OK ? (t->why[0] ? t->why : curl_easy_strerror(t->code))
                                            : code_of(t),
                        why));
}

/* Only a missing object is an answer; a missing bucket, a wrong key or secret are trouble that an operator can mend
 * while mail and uploads wait. */
static bool is_missing(struct try *t)
{
    if (t->code != CURLE_OK || t->status != 404)
        return false;
    return t->request->method == S3_HEAD || strcmp(code_of(t), "NoSuchBucket") != 0;
}

err s3_run(const struct settings *settings, struct s3_request *request)
{
    int64_t end_us = clock_steady_us() + settings->s3_timeout_ms * 1000;
    int64_t wait_ms = FIRST_WAIT_MS;

    for (int tries = 1;; tries++) {
        struct try t = {.request = request};

        TRY(run_once(&t, settings));
        if (is_done(&t))
            return OK;
        if (is_missing(&t))
            return request->method == S3_DELETE ? OK : ERR_NOT_FOUND;
        if (t.failed != OK)
            return t.failed;
        if (tries == S3_TRIES_MAX || clock_steady_us() >= end_us || !may_pass(&t)) {
            tell(&t, tries);
            return ERR_FILES;
        }
        request->got += t.taken; /* an object never changes: the rest is the rest of the same */
        nanosleep(
            &(struct timespec){.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000L},
            NULL);
        wait_ms *= 3;
    }
}
