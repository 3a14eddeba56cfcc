/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own messages: kept in a log ring and printed on the console.
 */
#ifndef CORE_PRINTK_H
#define CORE_PRINTK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest text of one call; more is cut. */
#define PRINTK_MAX      256u
/* Bytes that the log keeps; a power of two. */
#define PRINTK_LOG_SIZE 16384u

/**
 * printk() - formats of lib/format.h; a line ends with "\n".  Takes the console lock and
 * then a timer queue lock, so the caller holds neither.  For what a guest can cause use
 * printk_ratelimited().
 */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void printk_args(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

/**
 * printk_log_read() - copy at most @size bytes of the log from position *@position (bytes
 * ever logged; moved to the oldest kept if that is later) and advance it.  Returns the count.
 */
size_t printk_log_read(uint32_t *position, char *buf, size_t size);

/**
 * printk_queue() - give the console at most @limit bytes of the log that it has not got yet, as far as it
 * has room.  Returns whether more wait.  Console lock held.
 */
bool printk_queue(size_t limit);

/*
 * What may be printed of what a guest causes: at each place in the code, for each of PRINTK_SOURCES that
 * may cause it, PRINTK_BURST messages and then one each PRINTK_INTERVAL_NS.  So none can silence what
 * another causes, and all together print at most PRINTK_SOURCES times that.
 */
#define PRINTK_SOURCES     16u
#define PRINTK_BURST       10u
#define PRINTK_INTERVAL_NS 1000000000u

struct printk_limit {
    uint64_t last;       /* when an allowance was last added, ns */
    uint32_t used;       /* messages printed and not yet made up for by time */
    uint32_t suppressed; /* since the last one printed */
};

/**
 * printk_allowed() - may a message be printed now?  Where some were not, it says how many in the place of
 * this one, which counts as one of them.  Those of one @limit come one at a time: the caller is the only one
 * that may cause them.
 */
bool printk_allowed(struct printk_limit *limit);

/* Each use is one place; @source: who caused it, below PRINTK_SOURCES: for a domain, its place. */
#define printk_ratelimited(source, ...)                          \
    do {                                                         \
        static struct printk_limit printk_place[PRINTK_SOURCES]; \
        if (printk_allowed(&printk_place[source])) {             \
            printk(__VA_ARGS__);                                 \
        }                                                        \
    } while (0)

#endif /* CORE_PRINTK_H */
