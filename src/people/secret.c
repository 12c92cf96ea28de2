#include "people/secret.h"

#include <sodium.h>
#include <string.h>

char *secret_new(char out[static SECRET_TEXT_SIZE])
{
    unsigned char random[32];

    ENSURE(sodium_init() >= 0);
    randombytes_buf(random, sizeof(random));
    sodium_bin2base64(out, SECRET_TEXT_SIZE, random, sizeof(random),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_memzero(random, sizeof(random));
    return out;
}

struct bytes secret_hash(const char *text, unsigned char out[static SECRET_HASH_BYTES])
{
    crypto_generichash(out, SECRET_HASH_BYTES, (const unsigned char *)text, strlen(text), NULL, 0);
    return (struct bytes){out, SECRET_HASH_BYTES};
}

bool secret_equal(const char *a, const char *b)
{
    size_t len;

    if (!a || !b)
        return false;
    len = strlen(a);
    return len == strlen(b) && sodium_memcmp(a, b, len) == 0;
}
