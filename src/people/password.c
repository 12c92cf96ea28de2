#include "people/password.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <pthread.h>
#include <sodium.h>
#include <string.h>
#include <strings.h>
#include <time.h>

enum {
    PASSWORD_WAITERS_MAX = 2 * PASSWORD_HASHES_AT_ONCE,
    PASSWORD_WAIT_S = 3,
};

/* Of random bytes that nobody knows, with the parameters of password_hash. */
static const char nobodys_hash[] =
    "$argon2id$v=19$m=65536,t=2,p=1"
    "$lyfG16QKT3TQUl/lflDktg$evocchqbqSvLksKh1flZ72HdZ8D2Fw/JHftnZr9F+/Y";

static struct {
    pthread_mutex_t lock;
    pthread_cond_t freed;
    int running;
    int waiting;
} slots = {.lock = PTHREAD_MUTEX_INITIALIZER, .freed = PTHREAD_COND_INITIALIZER};

static err slot_take(void)
{
    struct timespec until;
    err e = OK;

    ENSURE(sodium_init() >= 0);
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += PASSWORD_WAIT_S;
    pthread_mutex_lock(&slots.lock);
    if (slots.running >= PASSWORD_HASHES_AT_ONCE && slots.waiting >= PASSWORD_WAITERS_MAX)
        e = ERR_BUSY;
    slots.waiting++;
    while (e == OK && slots.running >= PASSWORD_HASHES_AT_ONCE) {
        if (pthread_cond_timedwait(&slots.freed, &slots.lock, &until) != 0)
            e = ERR_BUSY;
    }
    slots.waiting--;
    if (e == OK)
        slots.running++;
    pthread_mutex_unlock(&slots.lock);
    return e;
}

static void slot_free(void)
{
    pthread_mutex_lock(&slots.lock);
    slots.running--;
    pthread_cond_signal(&slots.freed);
    pthread_mutex_unlock(&slots.lock);
}

err password_check(struct fault *fault, const char *field, const char *password, const char *email)
{
    if (strlen(password) > PASSWORD_MAX_BYTES)
        return fault_field(fault, field, "has at most %d bytes", PASSWORD_MAX_BYTES);
    if (!utf8_valid(password, strlen(password)))
        return fault_field(fault, field, "must be UTF-8");
    if (utf8_length(password) < PASSWORD_MIN_CHARS)
        return fault_field(fault, field, "has at least %d characters", PASSWORD_MIN_CHARS);
    if (email && strcasecmp(password, email) == 0)
        return fault_field(fault, field, "must not be the e-mail address");
    return OK;
}

err password_hash(struct arena *a, const char *password, const char **out)
{
    char hash[crypto_pwhash_STRBYTES];
    int rc;

    TRY(slot_take());
    rc = crypto_pwhash_str(hash, password, strlen(password), crypto_pwhash_OPSLIMIT_INTERACTIVE,
                           crypto_pwhash_MEMLIMIT_INTERACTIVE);
    slot_free();
    if (rc != 0)
        return ERR_BUSY; /* no memory for it just now */
    *out = arena_str(a, hash);
    return OK;
}

err password_verify(const char *hash, const char *password, bool *out_right)
{
    int rc;

    TRY(slot_take());
    rc = crypto_pwhash_str_verify(hash ? hash : nobodys_hash, password, strlen(password));
    slot_free();
    *out_right = hash && rc == 0;
    return OK;
}
