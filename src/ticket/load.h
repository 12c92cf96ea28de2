/* load.h -- rows to tickets, for the files of this folder and for lists that read many. */
#ifndef FD_TICKET_LOAD_H
#define FD_TICKET_LOAD_H

#include "queries.gen.h"
#include "ticket/ticket.h"

struct ticket ticket_from_row(const struct ticket_row *row);

#endif
