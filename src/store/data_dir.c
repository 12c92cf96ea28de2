#include "store/data_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

err data_dir_lock(const struct store_options *options, int *out_fd)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s/serve.lock", options->data_dir);
    *out_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (*out_fd < 0)
        return fault_set(options->fault, ERR_STORE, "cannot write in the data directory %s: %s",
                         options->data_dir, strerror(errno));
    if (flock(*out_fd, LOCK_EX | LOCK_NB) != 0)
        return fault_set(options->fault, ERR_STORE,
                         "another frontdesk server is running on the data directory %s: stop it "
                         "first, or choose another --data",
                         options->data_dir);
    return OK;
}

err data_dir_prepare(const struct store_options *options)
{
    struct stat st;

    if (options->create && mkdir(options->data_dir, 0700) != 0 && errno != EEXIST)
        return fault_set(options->fault, ERR_STORE, "cannot make the data directory %s: %s",
                         options->data_dir, strerror(errno));
    if (stat(options->data_dir, &st) != 0)
        return fault_set(options->fault, ERR_STORE, "there is no data directory %s: %s",
                         options->data_dir, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return fault_set(options->fault, ERR_STORE, "%s is not a directory", options->data_dir);
    if (access(options->data_dir, R_OK | W_OK | X_OK) != 0)
        return fault_set(options->fault, ERR_STORE, "cannot write in the data directory %s: %s",
                         options->data_dir, strerror(errno));
    return OK;
}
