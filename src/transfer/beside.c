#include "transfer/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

bool beside_server(const char *data_dir)
{
    char path[PATH_MAX];
    bool taken;
    int fd;

    if ((size_t)snprintf(path, sizeof(path), "%s/serve.lock", data_dir) >= sizeof(path))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    /* A shared lock: two commands that look at the same moment don't take each other for a server. */
    taken = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(fd);
    return taken;
}
