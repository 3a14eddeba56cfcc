/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own messages: kept in a log ring, from where a sink, once there is one, takes
 * them.
 *
 * printk() takes the log lock, which is inside all others but that of a timer queue (the sink's).
 */
#ifndef CORE_PRINTK_H
#define CORE_PRINTK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Longest text of one call; more is cut. */
#define PRINTK_MAX      256u
/* Longest line that is prepared. */
#define PRINTK_LINE_MAX 128u
/* Bytes that the log keeps; a power of two. */
#define PRINTK_LOG_SIZE 16384u

/* Who prints the log.  It has a position of its own in it and reads from there. */
struct printk_sink {
    /** Text was added.  May be called with any lock held that the caller of printk() holds. */
    void (*wake)(void);
    /** The end of the hypervisor or of the board: print what is left at once, and from now on
     * whenever text was added, without any lock. */
    void (*sync)(void);
};

/** printk_set_sink() - @sink, which stays, prints the log from now on.  Boot. */
void printk_set_sink(const struct printk_sink *sink);

/**
 * printk() - formats of lib/format.h; a line ends with "\n".  Takes the log lock and, in the sink,
 * a timer queue lock, so the caller holds neither, nor the console's.  For what a guest can cause
 * use printk_ratelimited() (time/printk_limit.h).
 */
void printk(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void printk_args(const char *fmt, va_list args) __attribute__((format(printf, 1, 0)));

/* A line that is formatted in one stretch and logged in another, since both together keep
 * interrupts waiting for 1,200 instructions. */
struct printk_line {
    char text[PRINTK_LINE_MAX];
    size_t count; /* 0: none */
};

/** printk_prepare() - format @line; what was in it is lost.  No lock. */
void printk_prepare(struct printk_line *line, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/** printk_line() - log @line, which is empty then.  As printk(). */
void printk_line(struct printk_line *line);

/** printk_sync() - from here on output is synchronous and takes no lock.  For the end only. */
void printk_sync(void);

/**
 * printk_log_skip() - move *@position (bytes ever logged) to the oldest byte that is kept, if that
 * is later.
 * Returns by how many bytes.
 */
uint32_t printk_log_skip(uint32_t *position);

/**
 * printk_log_read() - copy at most @size bytes of the log from position *@position, moved as
 * printk_log_skip() does, and advance it.
 * Returns the count.
 */
size_t printk_log_read(uint32_t *position, char *buf, size_t size);

/** printk_log_end() - where the next byte will be. A look: there may be more at once. */
uint32_t printk_log_end(void);

#endif /* CORE_PRINTK_H */
