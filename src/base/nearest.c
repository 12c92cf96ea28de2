#include "base/nearest.h"

#include <string.h>

enum { NAME_MAX_BYTES = 63 };

static int least(int a, int b)
{
    return a < b ? a : b;
}

int name_distance(const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    int rows[3][NAME_MAX_BYTES + 1];
    int *before = rows[0], *above = rows[1], *here = rows[2];

    if (a_len > NAME_MAX_BYTES || b_len > NAME_MAX_BYTES)
        return (int)(a_len > b_len ? a_len : b_len);
    for (size_t j = 0; j <= b_len; j++)
        above[j] = (int)j;
    for (size_t i = 1; i <= a_len; i++) {
        int *spare = before;

        here[0] = (int)i;
        for (size_t j = 1; j <= b_len; j++) {
            int exchange = above[j - 1] + (a[i - 1] != b[j - 1]);

            here[j] = least(exchange, least(above[j], here[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                here[j] = least(here[j], before[j - 2] + 1);
        }
        before = above;
        above = here;
        here = spare;
    }
    return above[b_len];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t len = strlen(name);
    int distance = name_distance(nearest->wanted, name);

    if (distance > (int)(len < 3 ? 1 : (len + 2) / 3))
        return;
    if (!nearest->best || distance < nearest->distance) {
        nearest->best = name;
        nearest->distance = distance;
    }
}
