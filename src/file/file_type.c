/* libmagic's word on what a file is. A cookie is not for two threads at once and costs a megabyte:
 * there is one, behind a mutex; a look takes well under a millisecond. */
#include "base/limits.h"
#include "base/utf8.h"
#include "file/file.h"

#include <errno.h>
#include <fcntl.h>
#include <magic.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

/* Enough for every signature we care about; more would only cost time. */
enum { SNIFF_BYTES = 64 * 1024 };

static pthread_mutex_t magic_mutex = PTHREAD_MUTEX_INITIALIZER;
static magic_t magic_cookie;

static const char unknown_type[] = "application/octet-stream";

static magic_t cookie_locked(void)
{
    magic_t cookie;

    if (magic_cookie)
        return magic_cookie;
    /* Looking inside compressed files would let a small one cost much. */
    cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR);
    if (cookie && magic_load(cookie, NULL) != 0) {
        magic_close(cookie);
        cookie = NULL;
    }
    magic_cookie = cookie;
    return cookie;
}

const char *file_type_of_bytes(struct arena *a, const void *data, size_t len)
{
    const char *type = NULL;
    magic_t cookie;

    pthread_mutex_lock(&magic_mutex);
    cookie = cookie_locked();
    if (cookie)
        type = magic_buffer(cookie, data, len < SNIFF_BYTES ? len : SNIFF_BYTES);
    type = type && strchr(type, '/') ? arena_str(a, type) : unknown_type;
    pthread_mutex_unlock(&magic_mutex);
    return type;
}

const char *file_type(struct arena *a, const char *path)
{
    char *data = arena_alloc(a, SNIFF_BYTES);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n;

    if (fd < 0)
        return unknown_type;
    do {
        n = read(fd, data, SNIFF_BYTES);
    } while (n < 0 && errno == EINTR);
    close(fd);
    return n < 0 ? unknown_type : file_type_of_bytes(a, data, (size_t)n);
}

bool file_type_is_inline_safe(const char *mime_type)
{
    static const char *const safe[] = {"image/png", "image/jpeg", "image/gif", "image/webp"};

    for (size_t i = 0; i < COUNT_OF(safe); i++) {
        if (strcmp(mime_type, safe[i]) == 0)
            return true;
    }
    return false;
}

/* C0, DEL, C1, and the marks that turn the direction of text: "exe.gpj" must not read "jpg.exe". */
static bool is_misleading(const unsigned char *at)
{
    if (at[0] < 0x20 || at[0] == 0x7f || (at[0] == 0xc2 && at[1] < 0xa0))
        return true;
    return at[0] == 0xe2 && ((at[1] == 0x80 && (at[2] == 0x8e || at[2] == 0x8f ||
                                                (at[2] >= 0xaa && at[2] <= 0xae))) ||
                             (at[1] == 0x81 && at[2] >= 0xa6 && at[2] <= 0xa9));
}

static size_t sequence_length(unsigned char lead)
{
    return lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

const char *file_name_clean(struct arena *a, const char *name)
{
    char *text = name ? utf8_repair(a, name, strlen(name)) : arena_str(a, "");
    char *base = text, *to;

    for (char *at = text; *at; at++) {
        if (*at == '/' || *at == '\\')
            base = at + 1;
    }
    to = base;
    for (char *at = base; *at;) {
        size_t n = sequence_length((unsigned char)*at);

        if (!is_misleading((const unsigned char *)at)) {
            memmove(to, at, n);
            to += n;
        }
        at += n;
    }
    *to = '\0';
    base = utf8_trim(a, base);
    base[utf8_cut(base, strlen(base), FILE_NAME_MAX_BYTES)] = '\0';
    if (*base == '\0' || strcmp(base, ".") == 0 || strcmp(base, "..") == 0)
        return "file";
    return base;
}
