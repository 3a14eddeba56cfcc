/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The board's UART, shared by the hypervisor and all domains.  Input goes to one of them, the
 * focus; Ctrl-a three times moves it on.  Nothing waits for the UART but a panic and the
 * messages before console_start(): output is kept in bounded buffers (console_out.h) and
 * sent from where it is written and from a timer.
 */
#ifndef CORE_CONSOLE_H
#define CORE_CONSOLE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/base/abi.h"

struct console_domain;

/* What a domain may print in a burst, and per second after that. */
#define CONSOLE_BUDGET_BYTES     65536u
#define CONSOLE_BYTES_PER_SEC    65536u
/* Each byte waits for the UART at most this many looks in synchronous output. */
#define CONSOLE_SYNC_TRIES       100000u

/* Focus on the hypervisor itself: its key commands. */
#define CONSOLE_FOCUS_HYPERVISOR DOMID_XEN

/** console_init() - print the log, synchronously.  Boot, before anything that may be printed. */
void console_init(void);

/** console_start() - asynchronous output from now on.  Boot, when timers and interrupts work. */
void console_start(void);

/** console_lock() / console_unlock() - the console lock; nothing after printk_sync(). */
void console_lock(void);
void console_unlock(void);

/**
 * console_write() - queue output of @c.
 * Returns how many of @count bytes were taken: fewer when its buffer is full or its budget used up.
 * No lock held.  At most @count <= CONSOLE_OUT_SIZE.
 * @more: the next part of the same text follows at once, so that nothing is sent yet that would end
 *   within a line
 */
size_t console_write(struct console_domain *c, const char *text, size_t count, bool more);

/** console_take() - the same, console lock held. */
size_t console_take(struct console_domain *c, const char *text, size_t count);

/** console_read() - move at most @count bytes of @c's input to @buf; returns how many. */
size_t console_read(struct console_domain *c, char *buf, size_t count);

/** console_give() - the same, console lock held. */
size_t console_give(struct console_domain *c, char *buf, size_t count);

/** console_flush() - send what the UART takes now, bounded; the rest from the timer. No lock
 * held. */
void console_flush(void);

/** console_listen() - input from now on.  Boot, when all is there that it may go to. */
void console_listen(void);

/** console_next() - iterate over the consoles of domains: the one after @prev (NULL = the first),
 * or NULL, in the order of ids.  Console lock held. */
struct console_domain *console_next(const struct console_domain *prev);

/** console_focus() - who gets the input: a domain id, CONSOLE_FOCUS_HYPERVISOR, or DOMID_INVALID
 * until the first domain starts. */
domid_t console_focus(void);

#endif /* CORE_CONSOLE_H */
