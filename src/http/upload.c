#include "base/limits.h"
#include "base/utf8.h"
#include "http/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { MULTIPART_OVERHEAD_BYTES = 64 * 1024, MULTIPART_BUFFER_BYTES = 8 * 1024 };

/* The sentence is for the log: above 499 the client is told less. */
static err disk_error(struct exchange *x)
{
    int why = errno;

    return fault_set(&x->request.fault, why == ENOSPC || why == EDQUOT ? ERR_FULL : ERR_IO,
                     "upload: %s", strerrordesc_np(why));
}

static bool is_multipart(const struct request *r)
{
    const char *type = request_header(r, "Content-Type");

    return type && strncasecmp(type, "multipart/form-data", 19) == 0;
}

/* The last part of what may be a whole path, without control characters, of bearable length. */
static const char *clean_name(struct arena *a, const char *name)
{
    const char *cut;
    char *copy;
    size_t n = 0;

    if (!name)
        return "file";
    copy = utf8_repair(a, name, strlen(name));
    cut = strrchr(copy, '/');
    copy = cut ? copy + (cut - copy) + 1 : copy;
    cut = strrchr(copy, '\\');
    copy = cut ? copy + (cut - copy) + 1 : copy;
    for (const char *at = copy; *at; at++) {
        if ((unsigned char)*at >= 32 && *at != 127)
            copy[n++] = *at;
    }
    copy[utf8_cut(copy, n, FILE_NAME_MAX_BYTES)] = '\0';
    copy = utf8_trim(a, copy);
    if (*copy == '\0' || strcmp(copy, ".") == 0 || strcmp(copy, "..") == 0)
        return "file";
    return copy;
}

/* filename*=UTF-8''... (RFC 8187) before filename=, of a Content-Disposition. */
static const char *disposition_name(struct exchange *x)
{
    const char *text = request_header(&x->request, "Content-Disposition");
    const char *at;

    if (!text)
        return NULL;
    at = strcasestr(text, "filename*=utf-8''");
    if (at) {
        at += strlen("filename*=utf-8''");
        return url_decode(&x->arena, at, strcspn(at, "; "), false);
    }
    at = strcasestr(text, "filename=");
    if (!at)
        return NULL;
    at += strlen("filename=");
    if (*at == '"')
        return arena_strn(&x->arena, at + 1, strcspn(at + 1, "\""));
    return arena_strn(&x->arena, at, strcspn(at, "; "));
}

static const char *raw_file_name(struct exchange *x)
{
    for (size_t i = 0; i < x->pair_count; i++) {
        if (strcmp(x->pairs[i].name, "fileName") == 0)
            return x->pairs[i].value;
    }
    return disposition_name(x);
}

static err open_file(struct exchange *x, const char *file_name)
{
    struct receiving_file *f;
    const char *path;
    int fd;

    if (x->file_count >= UPLOAD_FILES_MAX)
        return fault_set(&x->request.fault, ERR_INVALID, "At most %d files can be sent at once",
                         UPLOAD_FILES_MAX);
    path = arena_printf(&x->arena, "%s/http-%s-%zu", x->server->options.upload_dir, x->id_text,
                        x->file_count);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return disk_error(x);
    f = ARENA_NEW(&x->arena, struct receiving_file);
    f->fd = fd;
    f->upload.path = path;
    f->upload.file_name = clean_name(&x->arena, file_name);
    crypto_hash_sha256_init(&f->hash);
    *x->files_tail = &f->upload;
    x->files_tail = &f->upload.next;
    x->file_count++;
    x->file = f;
    return OK;
}

static void close_file(struct exchange *x)
{
    struct receiving_file *f = x->file;

    if (!f)
        return;
    crypto_hash_sha256_final(&f->hash, f->upload.sha256);
    close(f->fd);
    x->file = NULL;
}

static err append(struct exchange *x, const char *data, size_t size)
{
    struct receiving_file *f = x->file;
    int64_t total = 0;

    for (const struct upload *u = x->request.uploads; u; u = u->next)
        total += u->size;
    if (total + (int64_t)size > x->server->options.upload_max_bytes)
        return fault_set(&x->request.fault, ERR_TOO_LARGE, "Files may have at most %lld bytes",
                         (long long)x->server->options.upload_max_bytes);
    crypto_hash_sha256_update(&f->hash, (const unsigned char *)data, size);
    f->upload.size += (int64_t)size;
    while (size > 0) {
        ssize_t done = write(f->fd, data, size);

        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return disk_error(x);
        data += done;
        size -= (size_t)done;
    }
    return OK;
}

/* A piece of a form field. Fields that are no files are let pass unread. */
static enum MHD_Result take_part(void *arg, enum MHD_ValueKind kind, const char *key,
                                 const char *file_name, const char *content_type,
                                 const char *transfer_encoding, const char *data, uint64_t offset,
                                 size_t size)
{
    struct exchange *x = arg;

    if (!file_name)
        return MHD_YES;
    if (offset == 0 && x->failed == OK) {
        close_file(x);
        x->failed = open_file(x, file_name);
    }
    if (x->failed == OK && x->file)
        x->failed = append(x, data, size);
    return x->failed == OK ? MHD_YES : MHD_NO;
}

err upload_expect(struct exchange *x)
{
    struct request *r = &x->request;
    bool multipart = is_multipart(r);
    int64_t most = x->server->options.upload_max_bytes + (multipart ? MULTIPART_OVERHEAD_BYTES : 0);

    if (x->body_size > most)
        return fault_set(&r->fault, ERR_TOO_LARGE, "Files may have at most %lld bytes",
                         (long long)x->server->options.upload_max_bytes);
    if (!x->has_body)
        return fault_field(&r->fault, "body", "no file was sent");
    if (!multipart)
        return open_file(x, raw_file_name(x));
    x->post = MHD_create_post_processor(x->mhd, MULTIPART_BUFFER_BYTES, take_part, x);
    if (!x->post)
        return fault_set(&r->fault, ERR_INVALID,
                         "The multipart body's Content-Type has no boundary");
    return OK;
}

err upload_take(struct exchange *x, const char *data, size_t size)
{
    int64_t most = x->server->options.upload_max_bytes + MULTIPART_OVERHEAD_BYTES;

    if (!x->post)
        return append(x, data, size);
    if (x->received > most)
        return fault_set(&x->request.fault, ERR_TOO_LARGE, "Files may have at most %lld bytes",
                         (long long)x->server->options.upload_max_bytes);
    x->failed = OK;
    if (MHD_post_process(x->post, data, size) != MHD_YES && x->failed == OK)
        return fault_set(&x->request.fault, ERR_INVALID, "The multipart body is malformed");
    return x->failed;
}

err upload_finish(struct exchange *x)
{
    bool whole = true;

    if (x->post)
        whole = MHD_destroy_post_processor(x->post) == MHD_YES;
    x->post = NULL;
    close_file(x);
    if (!whole)
        return fault_set(&x->request.fault, ERR_INVALID, "The multipart body is incomplete");
    if (!x->request.uploads)
        return fault_field(&x->request.fault, "body", "no file was sent");
    return OK;
}

err upload_keep(struct exchange *x)
{
    const struct http_options *options = &x->server->options;

    for (struct upload *u = (struct upload *)x->request.uploads; u && options->keep_upload;
         u = u->next)
        TRY(options->keep_upload(&x->request, options->store, u));
    return OK;
}

void upload_discard(struct exchange *x)
{
    if (x->post)
        MHD_destroy_post_processor(x->post);
    x->post = NULL;
    close_file(x);
    /* What was kept is no longer there under this name. */
    for (const struct upload *u = x->request.uploads; u; u = u->next)
        unlink(u->path);
    x->request.uploads = NULL;
    x->files_tail = (struct upload **)&x->request.uploads;
}
