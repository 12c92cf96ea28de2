/* beside.h -- is a server at work on this data directory? A long command then gives way to it. */
#ifndef FD_BESIDE_H
#define FD_BESIDE_H

#include "base/base.h"

/* Looks at the server's lock without taking it. False when there is no such directory. */
bool beside_server(const char *data_dir);

#endif
