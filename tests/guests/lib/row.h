/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows: calls at their worst arguments, told apart by tools/plugin.
 *
 *     TEST(name) { ...; ROW("event_channel_op alloc_unbound", event_alloc_unbound(0)); }
 *
 * A row's name is the call and the operation as docs/abi.md names them, and what makes it dear
 * behind a colon.
 */
#ifndef GUEST_ROW_H
#define GUEST_ROW_H

#include <stdint.h>

/* Evaluates @call, which it returns, within a row of its own. */
#define ROW(name, call)                  \
    ({                                   \
        row_begin(name);                 \
        __auto_type row_result = (call); \
        row_end();                       \
        row_result;                      \
    })

/** row_begin() - print "row N name" and enter the next row. */
void row_begin(const char *name);
/** row_end() - leave it. */
void row_end(void);
/** row_mark() - part of the two, row.S. */
void row_mark(uint32_t row);

#endif /* GUEST_ROW_H */
