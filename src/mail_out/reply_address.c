#include "mail_out/reply_address.h"

#include "mail_out/address_kind.h"
#include "queries.gen.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { TAG_CHARS = 16 };

/* Lower case and digits only, for mail servers that fold case; nothing that looks like another. */
static const char alphabet[] = "abcdefghjkmnpqrstuvwxyz23456789";

static err sign(struct tx *tx, int64_t ticket_id, char out[static TAG_CHARS + 1])
{
    unsigned char hash[crypto_generichash_BYTES_MIN];
    unsigned char number[8];
    struct desk_secret_row key;

    _Static_assert(crypto_generichash_BYTES_MIN >= TAG_CHARS,
                   "a byte of the hash for each character");
    TRY(q_desk_secret(tx, "reply_address", &key));
    for (int i = 0; i < 8; i++)
        number[i] = (unsigned char)((uint64_t)ticket_id >> (8 * i));
    crypto_generichash(hash, sizeof(hash), number, sizeof(number), key.value.data, key.value.len);
    for (int i = 0; i < TAG_CHARS; i++)
        out[i] = alphabet[hash[i] % (sizeof(alphabet) - 1)];
    out[TAG_CHARS] = '\0';
    return OK;
}

err reply_address(struct tx *tx, int64_t ticket_id, const char **out)
{
    const char *own = tx->settings->mail_address;
    const char *at = strrchr(own, '@');
    char tag[TAG_CHARS + 1];

    *out = NULL;
    if (!tx->settings->signed_reply_address || !ticket_id || !at)
        return OK;
    TRY(sign(tx, ticket_id, tag));
    *out = arena_printf(tx->arena, "%.*s+t%lld-%s%s", (int)(at - own), own, (long long)ticket_id,
                        tag, at);
    return OK;
}

/* "+t12-abc@": the number and where the tag begins. */
static bool take_apart(const char *email, int64_t *out_ticket_id, const char **out_tag)
{
    const char *plus = strchr(email, '+');
    char *end;

    if (!plus || (plus[1] != 't' && plus[1] != 'T') || plus[2] < '1' || plus[2] > '9')
        return false;
    *out_ticket_id = strtoll(plus + 2, &end, 10);
    *out_tag = end + 1;
    return *end == '-' && strcspn(*out_tag, "@") == TAG_CHARS;
}

err reply_address_ticket(struct tx *tx, const char *email, int64_t *out_ticket_id)
{
    char wanted[TAG_CHARS + 1];
    char given[TAG_CHARS];
    int64_t ticket_id;
    const char *tag;

    *out_ticket_id = 0;
    if (!email || !address_is_own(tx->settings, email) || !take_apart(email, &ticket_id, &tag))
        return OK;
    TRY(sign(tx, ticket_id, wanted));
    for (int i = 0; i < TAG_CHARS; i++)
        given[i] = tag[i] >= 'A' && tag[i] <= 'Z' ? (char)(tag[i] + 32) : tag[i];
    if (sodium_memcmp(wanted, given, TAG_CHARS) == 0)
        *out_ticket_id = ticket_id;
    return OK;
}
