#include "mime/bounce.h"

#include "base/limits.h"
#include "mime/address.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { TEXT_SEARCHED_BYTES = 64 * 1024 };

static const char *const SUBJECTS[] = {
    "undeliver",
    "delivery status notification",
    "returned mail",
    "failure notice",
    "delivery fail",
    "delivery failure",
    "delivery has failed",
    "mail delivery",
    "delivery notification",
    "mail failure",
    "delivery problem",
    "returned to sender",
    "could not be delivered",
    "non delivery",
    "non-delivery",
    "nondeliverable",
    "message delayed",
    "delivery delayed",
    "warning: could not send",
    "warning: message",
    "mail system error",
    "unzustellbar",
    "nicht zugestellt",
    "nicht zustellbar",
    "zustellung fehlgeschlagen",
    "non remis",
    "non remise",
    "échec de la remise",
    "no se puede entregar",
    "no entregado",
    "mensaje no entregado",
    "impossibile recapitare",
    "mancato recapito",
    "não entregue",
    "não entregável",
    "onbestelbaar",
    "niet bezorgd",
    "niedostarczon",
    "nie można dostarczyć",
    "не доставлено",
    "недоставленное",
    "kunde inte leverer",
    "går inte att leverera",
    "kan ikke leveres",
    "uleverlig",
    "ikke levert",
    "toimitus epäonnistui",
    "nedoručitelné",
    "nedoručeno",
    "teslim edilemedi",
    "配信不能",
    "配信できません",
    "退信",
    "无法投递",
    "無法傳遞",
    "전송 실패",
    "반송",
};

/* Words near the recipient that say the failure is final, or not yet. */
static const struct {
    const char *phrase;
    enum tri permanent;
} PHRASES[] = {
    {"user unknown", TRI_YES},
    {"unknown user", TRI_YES},
    {"no such user", TRI_YES},
    {"does not exist", TRI_YES},
    {"doesn't exist", TRI_YES},
    {"mailbox unavailable", TRI_YES},
    {"address not found", TRI_YES},
    {"permanent error", TRI_YES},
    {"permanent fatal", TRI_YES},
    {"permanent failure", TRI_YES},
    {"i've given up", TRI_YES},
    {"recipient rejected", TRI_YES},
    {"address rejected", TRI_YES},
    {"unrouteable address", TRI_YES},
    {"host not found", TRI_YES},
    {"existiert nicht", TRI_YES},
    {"unbekannter empfänger", TRI_YES},
    {"n'existe pas", TRI_YES},
    {"no existe", TRI_YES},
    {"non esiste", TRI_YES},
    {"não existe", TRI_YES},
    {"bestaat niet", TRI_YES},
    {"nie istnieje", TRI_YES},
    {"will be retried", TRI_NO},
    {"still being retried", TRI_NO},
    {"will keep trying", TRI_NO},
    {"delayed", TRI_NO},
    {"mailbox full", TRI_NO},
    {"over quota", TRI_NO},
    {"quota exceeded", TRI_NO},
    {"temporar", TRI_NO},
    {"wird fortgesetzt", TRI_NO},
    {"could not be delivered", TRI_YES},
    {"couldn't be delivered", TRI_YES},
    {"wasn't delivered", TRI_YES},
    {"undeliverable", TRI_YES},
    {"konnte nicht zugestellt werden", TRI_YES},
};

static bool contains_any(const char *text, const char *const *phrases, size_t count)
{
    for (size_t i = 0; text && i < count; i++) {
        if (strcasestr(text, phrases[i]))
            return true;
    }
    return false;
}

/* The first x.y.z code (RFC 3463) in the text; out of "550 5.1.1" or "#5.1.1". NULL when none. */
static const char *find_status(struct arena *a, const char *s)
{
    for (const char *c = s; c && *c; c++) {
        size_t middle, last;

        if ((*c != '4' && *c != '5' && *c != '2') || c[1] != '.' ||
            (c > s && (isalnum((unsigned char)c[-1]) || c[-1] == '.' || c[-1] == '-')))
            continue;
        middle = strspn(c + 2, "0123456789");
        if (middle < 1 || middle > 3 || c[2 + middle] != '.')
            continue;
        last = strspn(c + 3 + middle, "0123456789");
        if (last < 1 || last > 3 || c[3 + middle + last] == '.' ||
            isalnum((unsigned char)c[3 + middle + last]))
            continue;
        return arena_strn(a, c, 3 + middle + last);
    }
    return NULL;
}

/* A bare SMTP code as "550 no such user": its class is all that is known. */
static const char *status_of_smtp_code(const char *s)
{
    for (const char *c = s; c && *c; c++) {
        if ((*c == '4' || *c == '5') && isdigit((unsigned char)c[1]) &&
            isdigit((unsigned char)c[2]) && (c[3] == ' ' || c[3] == '-') &&
            (c == s || strchr(" \t\n:(>", c[-1])) && c[1] <= '5')
            return *c == '5' ? "5.0.0" : "4.0.0";
    }
    return NULL;
}

static enum tri permanent_of(const char *status, const char *text)
{
    if (status && *status == '5')
        return TRI_YES;
    if (status && *status == '4')
        return TRI_NO;
    for (size_t i = 0; text && i < COUNT_OF(PHRASES); i++) {
        if (strcasestr(text, PHRASES[i].phrase))
            return PHRASES[i].permanent;
    }
    return TRI_UNKNOWN;
}

/* "type; value" of a report's field: the value. */
static char *typed_value(struct arena *a, const struct headers *h, const char *name)
{
    char *line = header_line_of(a, h, name);
    char *semicolon = line ? strchr(line, ';') : NULL;

    if (!line)
        return NULL;
    return semicolon ? semicolon + 1 + strspn(semicolon + 1, " ") : line;
}

enum action { ACTION_NONE, ACTION_SUCCESS, ACTION_DELAYED, ACTION_FAILED };

static enum action read_group(struct parse *p, const struct headers *h, struct mail_bounce *out)
{
    struct arena *a = p->arena;
    char *action = header_line_of(a, h, "Action");
    char *status = header_line_of(a, h, "Status");

    *out = (struct mail_bounce){.permanent = TRI_UNKNOWN};
    out->recipient = address_bare(a, typed_value(a, h, "Original-Recipient"));
    if (!out->recipient)
        out->recipient = address_bare(a, typed_value(a, h, "Final-Recipient"));
    out->diagnostic = typed_value(a, h, "Diagnostic-Code");
    out->status = status ? find_status(a, status) : NULL;
    if (!out->status && out->diagnostic)
        out->status = find_status(a, out->diagnostic);
    if (!action && !out->recipient && !out->status)
        return ACTION_NONE;
    if (action && strcasestr(action, "delay")) {
        out->permanent = TRI_NO;
        return ACTION_DELAYED;
    }
    if (action && !strcasestr(action, "fail"))
        return ACTION_SUCCESS;
    out->permanent = permanent_of(out->status, out->diagnostic);
    if (out->permanent == TRI_UNKNOWN && action)
        out->permanent = TRI_YES; /* "failed" is final: RFC 3464 section 2.3.3 */
    return ACTION_FAILED;
}

/* Groups of fields with blank lines between; the gravest one speaks for all. */
static enum action read_report(struct parse *p, const struct part *report, struct mail_bounce *out)
{
    struct bytes content = part_content(p, report);
    const char *data = (const char *)content.data;
    enum action gravest = ACTION_NONE;
    size_t at = 0;

    for (int groups = 0; at < content.len && groups < 100; groups++) {
        struct headers h;
        struct mail_bounce one;
        size_t used = headers_parse(p->arena, data + at, content.len - at, &h);
        enum action action = read_group(p, &h, &one);

        if (action > gravest) {
            gravest = action;
            *out = one;
        }
        if (used == 0)
            break;
        at += used;
    }
    return gravest;
}

/* The Message-ID of the mail that is enclosed, whole or its headers only. */
static const char *original_id(struct parse *p, const struct part *part)
{
    if (part->kind == PART_MESSAGE && part->children) {
        struct mail_ids ids = mail_ids_parse(
            p->arena, header_line_of(p->arena, &part->children->headers, "Message-ID"), 1);
        return ids.count ? ids.at[0] : NULL;
    }
    if (part_is(part, "text/rfc822-headers") || part_is(part, "message/rfc822-headers")) {
        struct bytes content = part_content(p, part);
        struct headers h;
        struct mail_ids ids;

        headers_parse(p->arena, (const char *)content.data, content.len, &h);
        ids = mail_ids_parse(p->arena, header_line_of(p->arena, &h, "Message-ID"), 1);
        return ids.count ? ids.at[0] : NULL;
    }
    for (const struct part *child = part->kind == PART_MULTIPART ? part->children : NULL; child;
         child = child->next) {
        const char *id = original_id(p, child);
        if (id)
            return id;
    }
    return NULL;
}

/* Old servers put the returned headers into the text. */
static const char *original_id_in_text(struct parse *p, const char *text)
{
    const char *at = strcasestr(text, "\nMessage-ID:");
    struct mail_ids ids;

    if (!at)
        at = strcasestr(text, "> Message-ID:");
    if (!at)
        return NULL;
    at = strchr(at, ':') + 1;
    ids = mail_ids_parse(p->arena, arena_strn(p->arena, at, strcspn(at, "\n")), 1);
    return ids.count ? ids.at[0] : NULL;
}

static bool is_from_daemon(const struct mail *m)
{
    static const char *const NAMES[] = {"mailer-daemon", "mailer daemon", "postmaster",
                                        "mail delivery", "mail-daemon",   "mailerdaemon"};
    return contains_any(m->from.email, NAMES, COUNT_OF(NAMES)) ||
           contains_any(m->from.name, NAMES, COUNT_OF(NAMES));
}

/* The first address in the text that is not the daemon's own. */
static const char *recipient_in_text(struct arena *a, const struct mail *m, const char *text)
{
    static const char ENDS[] = " \t\n<>\"'():;,[]";
    const char *at = text;

    while ((at = strchr(at, '@')) != NULL) {
        const char *start = at;
        size_t len;
        char *email;

        while (start > text && !strchr(ENDS, start[-1]) && at - start < EMAIL_MAX_BYTES)
            start--;
        len = (size_t)(at - start) + strcspn(at, ENDS);
        at = start + len;
        if (len > EMAIL_MAX_BYTES)
            continue;
        if (len && start[len - 1] == '.')
            len--;
        email = address_bare(a, arena_strn(a, start, len));
        if (!email || *email == '@' || !strchr(strchr(email, '@'), '.') ||
            strncasecmp(email, "postmaster@", 11) == 0)
            continue;
        if (!m->from.email || strcasecmp(email, m->from.email) != 0)
            return email;
    }
    return NULL;
}

static void judge_free_form(struct parse *p, const struct part *root, struct mail *m)
{
    char *failed = header_line_of(p->arena, &root->headers, "X-Failed-Recipients");
    bool titled = contains_any(m->subject, SUBJECTS, COUNT_OF(SUBJECTS));
    bool from_nobody = m->return_path && !*m->return_path;
    const char *text;

    if (!failed && !(titled && (is_from_daemon(m) || from_nobody)))
        return;
    text = arena_strn(p->arena, m->text, strnlen(m->text, TEXT_SEARCHED_BYTES));
    m->is_bounce = true;
    m->bounce.recipient =
        failed ? address_bare(p->arena, failed) : recipient_in_text(p->arena, m, text);
    m->bounce.status = find_status(p->arena, text);
    if (!m->bounce.status)
        m->bounce.status = status_of_smtp_code(text);
    m->bounce.permanent = permanent_of(m->bounce.status, text);
}

void bounce_judge(struct parse *p, const struct part *root, struct mail *m)
{
    const struct part *report = part_find(root, "message/delivery-status");

    m->bounce.permanent = TRI_UNKNOWN;
    if (!report)
        report = part_find(root, "message/global-delivery-status");
    if (report) {
        enum action action = read_report(p, report, &m->bounce);
        m->is_bounce = action == ACTION_FAILED || action == ACTION_DELAYED;
        if (action == ACTION_SUCCESS)
            m->bounce = (struct mail_bounce){.permanent = TRI_UNKNOWN};
        if (m->is_bounce && !m->bounce.recipient)
            m->bounce.recipient = recipient_in_text(p->arena, m, m->text);
    }
    if (!report)
        judge_free_form(p, root, m);
    if (!m->is_bounce)
        return;
    m->bounce.original_id = original_id(p, root);
    if (!m->bounce.original_id)
        m->bounce.original_id = original_id_in_text(p, m->text);
    if (!m->is_automatic) {
        m->is_automatic = true;
        m->automatic_why = "a mail that came back";
    }
}
