#include "mail_in/subject_tags.h"

#include "base/limits.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "base/words.h"

#include <string.h>

static void take_number(struct subject_tags *tags, const char *digits)
{
    struct ref ref;

    if (tags->number_count < SUBJECT_TAGS_MAX && ref_parse(digits, &ref) && ref.number)
        tags->numbers[tags->number_count++] = ref.number;
}

static void take_word(struct subject_tags *tags, const char *word)
{
    enum ticket_priority priority;
    struct ref ref;

    if (ticket_priority_parse(word, &priority)) {
        if (tags->priority < 0)
            tags->priority = (int)priority;
    } else if (*word && !ref_parse(word, &ref) && tags->name_count < SUBJECT_TAGS_MAX) {
        /* A bare number or UUID could name a category by its id: nobody means that. */
        tags->names[tags->name_count++] = word;
    }
}

struct subject_tags subject_tags_parse(struct arena *a, const char *subject)
{
    struct subject_tags tags = {.priority = -1};
    const char *open = subject ? strchr(subject, '[') : NULL;

    while (open) {
        size_t len = strcspn(open + 1, "[]");

        if (open[1 + len] == ']' && len <= NAME_MAX_CHARS) {
            const char *word = utf8_fold(a, utf8_trim(a, arena_strn(a, open + 1, len)));

            if (*word == '#')
                take_number(&tags, word + 1);
            else
                take_word(&tags, word);
        }
        open = strchr(open + 1, '[');
    }
    return tags;
}
