#include "mail_out/smtp.h"

#include "base/curl_handle.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "job/job.h"

#include <string.h>

enum { REPLY_MAX = 512 };

struct delivery {
    const char *at; /* what is still to be sent */
    size_t left;
    char reply[REPLY_MAX]; /* the last line that said no */
};

static size_t give(char *to, size_t size, size_t count, void *arg)
{
    struct delivery *d = arg;
    size_t n = size * count < d->left ? size * count : d->left;

    memcpy(to, d->at, n);
    d->at += n;
    d->left -= n;
    return n;
}

/* Called by curl at least once a second. */
static int break_off(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                     curl_off_t up)
{
    return job_should_break_off();
}

static size_t keep_reply(char *line, size_t size, size_t count, void *arg)
{
    struct delivery *d = arg;
    size_t n = size * count < REPLY_MAX - 1 ? size * count : REPLY_MAX - 1;

    while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == '\n'))
        n--;
    if (n > 0 && (*line == '4' || *line == '5')) {
        memcpy(d->reply, line, n);
        d->reply[n] = '\0';
    }
    return size * count;
}

/* Who gives a password wants to know to whom. Without one, mail between servers takes what
 * encryption there is (RFC 7435): a certificate that nobody can check beats none at all. */
static void set_tls(CURL *curl, const struct settings *s)
{
    bool required = strcmp(s->smtp_tls, "required") == 0;
    bool smtps = strncmp(s->smtp_url, "smtps:", 6) == 0;
    bool verify = required || smtps || s->smtp_user;
    long level = required || smtps                   ? CURLUSESSL_ALL
                 : strcmp(s->smtp_tls, "never") == 0 ? CURLUSESSL_NONE
                                                     : CURLUSESSL_TRY;

    curl_easy_setopt(curl, CURLOPT_USE_SSL, level);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, verify ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, verify ? 2L : 0L);
}

static void set_up(CURL *curl, const struct settings *s, struct delivery *d,
                   struct curl_slist *recipients, const char *from)
{
    long timeout_ms = (long)s->smtp_timeout_ms;

    curl_easy_setopt(curl, CURLOPT_URL, s->smtp_url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, from);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(curl, CURLOPT_READDATA, d);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_reply);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, d);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, break_off);
    if (s->smtp_user) {
        curl_easy_setopt(curl, CURLOPT_USERNAME, s->smtp_user);
        curl_easy_setopt(curl, CURLOPT_PASSWORD, s->smtp_password ? s->smtp_password : "");
    }
    set_tls(curl, s);
}

/* 5xx is final (RFC 5321 section 4.2.1), but not where it speaks of us instead of the message: signing
 * in, or TLS that is missing. That is for the operator to mend, and must not lose mail. */
static enum smtp_result judge(CURLcode code, long reply)
{
    static const long about_us[] = {500, 502, 503, 530, 534, 535, 538};

    if (code == CURLE_OK)
        return SMTP_SENT;
    if (code == CURLE_LOGIN_DENIED || reply < 500 || reply > 599)
        return SMTP_LATER;
    for (size_t i = 0; i < COUNT_OF(about_us); i++) {
        if (reply == about_us[i])
            return SMTP_LATER;
    }
    return SMTP_NEVER;
}

/* The return address is the desk's: bounces come back to it, are known by the Message-ID they return,
 * and are never answered. */
enum smtp_result smtp_send(const struct settings *settings, const char *recipient,
                           const char *message, size_t len, struct arena *a, const char **out_error)
{
    struct delivery d = {.at = message, .left = len};
    CURL *curl = curl_handle();
    char why[CURL_ERROR_SIZE] = "";
    struct curl_slist *recipients = curl_slist_append(NULL, recipient);
    enum smtp_result result;
    long reply = 0;
    CURLcode code;

    set_up(curl, settings, &d, recipients, settings->mail_address);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    code = curl_easy_perform(curl);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &reply);
    result = judge(code, reply);
    if (result != SMTP_SENT) {
        const char *text = *why ? why : curl_easy_strerror(code);
        bool said = *d.reply != '\0';

        *out_error = utf8_repair(a, said ? d.reply : text, strlen(said ? d.reply : text));
    }
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(recipients);
    return result;
}
