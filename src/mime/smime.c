#include "mime/smime.h"

#include "mime/text_out.h"

#include <string.h>

/* BER tags (X.690) */
enum { TAG_OCTETS = 0x04, TAG_OCTETS_IN_PIECES = 0x24, TAG_CONTENT = 0xA0, INDEFINITE = 0x80 };

struct reader {
    const unsigned char *at;
    const unsigned char *end;
};

/* Reads tag and length. An indefinite length reaches to the end of what there is. */
static bool read_head(struct reader *r, unsigned *out_tag, size_t *out_len)
{
    size_t len;

    if (r->end - r->at < 2)
        return false;
    *out_tag = *r->at++;
    len = *r->at++;
    if (len == INDEFINITE) {
        len = (size_t)(r->end - r->at);
    } else if (len > INDEFINITE) {
        size_t octets = len & 0x7F;

        if (octets > 4 || (size_t)(r->end - r->at) < octets)
            return false;
        for (len = 0; octets; octets--)
            len = len << 8 | *r->at++;
    }
    *out_len = len;
    return len <= (size_t)(r->end - r->at);
}

/* Streaming senders cut the content into pieces. */
static struct bytes read_pieces(struct arena *a, struct reader r)
{
    struct text_out t = {.arena = a};
    unsigned tag;
    size_t len;

    while (read_head(&r, &tag, &len) && tag == TAG_OCTETS) {
        text_out_add(&t, (const char *)r.at, len);
        r.at += len;
    }
    return (struct bytes){(unsigned char *)t.data, t.len};
}

struct bytes smime_content(struct arena *a, struct bytes der)
{
    /* OBJECT IDENTIFIER id-data, 1.2.840.113549.1.7.1 */
    static const unsigned char DATA[] = {0x06, 0x09, 0x2A, 0x86, 0x48, 0x86,
                                         0xF7, 0x0D, 0x01, 0x07, 0x01};
    static const struct bytes NOTHING = {NULL, 0};
    struct reader r = {NULL, der.data + der.len};
    unsigned tag;
    size_t len;

    r.at = der.len ? memmem(der.data, der.len, DATA, sizeof DATA) : NULL;
    if (!r.at)
        return NOTHING;
    r.at += sizeof DATA;
    if (!read_head(&r, &tag, &len) || tag != TAG_CONTENT || !read_head(&r, &tag, &len))
        return NOTHING;
    if (tag == TAG_OCTETS)
        return (struct bytes){r.at, len};
    if (tag != TAG_OCTETS_IN_PIECES)
        return NOTHING;
    r.end = r.at + len;
    return read_pieces(a, r);
}
