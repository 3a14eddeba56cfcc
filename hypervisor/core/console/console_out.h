/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Output of several sources on one UART.  Every source has a bounded buffer of its own;
 * lines are taken from them in turn, so that no source waits for another longer than
 * CONSOLE_TURN_MAX bytes, and each line begins with its source's prefix.  The source in
 * the foreground is printed as it comes, prompts and echo included; others by whole lines.
 *
 * Everything here: console lock held.
 */
#ifndef CORE_CONSOLE_OUT_H
#define CORE_CONSOLE_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A line longer than this may be broken for another source. */
#define CONSOLE_TURN_MAX   512u
#define CONSOLE_PREFIX_MAX 10u

struct console_out {
    char *bytes;
    uint32_t size;                   /* of bytes, a power of two */
    uint32_t head, tail;             /* bytes ever put in, taken out; used modulo size */
    uint32_t newline_count;          /* newlines in the buffer */
    bool is_urgent;                  /* do not wait for the end of the line */
    bool has_return;                 /* a carriage return was taken out and not printed yet */
    char prefix[CONSOLE_PREFIX_MAX]; /* "(d0) "; NUL-terminated */
    struct console_out *next;        /* circular list of sources */
};

/** console_out_add() - a new source with @size bytes at @bytes (kept); prefix set by the caller. */
void console_out_add(struct console_out *out, char *bytes, uint32_t size);

/** console_out_remove() - what is in its buffer is lost; it is not the last source. */
void console_out_remove(struct console_out *out);

/** console_out_put() - append at most @count bytes; returns how many there was room for. */
size_t console_out_put(struct console_out *out, const char *text, size_t count);

static inline uint32_t console_out_used(const struct console_out *out) {
    return out->head - out->tail;
}

static inline uint32_t console_out_room(const struct console_out *out) {
    return out->size - console_out_used(out);
}

/** console_out_foreground() - @out (NULL = none) is printed as it comes from now on. */
void console_out_foreground(struct console_out *out);

/**
 * console_out_run() - the bytes that the UART gets next: *@run is valid until console_out_sent().
 * Returns how many, 0 if there is nothing to print.
 */
size_t console_out_run(const char **run);

/** console_out_sent() - the first @count bytes of the run are gone. */
void console_out_sent(size_t count);

/** console_out_ready() - is there anything to print? */
bool console_out_ready(void);

#endif /* CORE_CONSOLE_OUT_H */
