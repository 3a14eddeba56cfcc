/* SPDX-License-Identifier: GPL-2.0-only */
/* See printk.h. */
#include "core/base/printk.h"

#include <string.h>

#include "core/base/lock.h"
#include "lib/format.h"

static spinlock_t log_lock = SPINLOCK_INIT(LOCK_LOG); /* protects both */
static char log_bytes[PRINTK_LOG_SIZE];
static uint32_t log_head; /* bytes ever logged */

static const struct printk_sink *sink; /* constant after boot */
static bool is_dying;                  /* no locks any more */

static void lock(void) {
    if (!is_dying) {
        spin_lock(&log_lock);
    }
}

static void unlock(void) {
    if (!is_dying) {
        spin_unlock(&log_lock);
    }
}

/* How many of @count bytes from log position @at on lie in one piece. */
static size_t in_one_piece(uint32_t at, size_t count) {
    uint32_t left = PRINTK_LOG_SIZE - at % PRINTK_LOG_SIZE;

    return count < left ? count : left;
}

static void log_write(const char *text, size_t count) {
    while (count > 0) {
        size_t part = in_one_piece(log_head, count);

        memcpy(log_bytes + log_head % PRINTK_LOG_SIZE, text, part);
        text += part;
        log_head += (uint32_t)part;
        count -= part;
    }
}

void printk_set_sink(const struct printk_sink *new_sink) {
    sink = new_sink;
}

static void log_text(const char *text, size_t count) {
    lock();
    log_write(text, count);
    unlock();
    if (sink) {
        sink->wake();
    }
}

void printk_args(const char *fmt, va_list args) {
    char text[PRINTK_MAX];

    log_text(text, format_args(text, sizeof(text), fmt, args));
}

void printk_prepare(struct printk_line *line, const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    line->count = format_args(line->text, sizeof(line->text), fmt, args);
    va_end(args);
}

void printk_line(struct printk_line *line) {
    log_text(line->text, line->count);
    line->count = 0;
}

void printk(const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    printk_args(fmt, args);
    va_end(args);
}

void printk_sync(void) {
    is_dying = true;
    if (sink) {
        sink->sync();
    }
}

static uint32_t skip(uint32_t *position) {
    uint32_t waiting = log_head - *position;
    uint32_t lost = waiting > PRINTK_LOG_SIZE ? waiting - PRINTK_LOG_SIZE : 0;

    *position += lost;
    return lost;
}

uint32_t printk_log_skip(uint32_t *position) {
    lock();
    uint32_t lost = skip(position);
    unlock();
    return lost;
}

size_t printk_log_read(uint32_t *position, char *buf, size_t size) {
    size_t done = 0;

    lock();
    (void)skip(position);
    while (done < size && *position != log_head) {
        size_t waiting = log_head - *position;
        size_t part = in_one_piece(*position, waiting < size - done ? waiting : size - done);

        memcpy(buf + done, log_bytes + *position % PRINTK_LOG_SIZE, part);
        *position += (uint32_t)part;
        done += part;
    }
    unlock();
    return done;
}

uint32_t printk_log_end(void) {
    return log_head;
}
