/* SPDX-License-Identifier: GPL-2.0-only */
/* See printk.h. */
#include "core/printk.h"

#include "core/clock.h"
#include "core/console.h"
#include "lib/format.h"

/* Console lock. */
static char log_bytes[PRINTK_LOG_SIZE];
static uint32_t log_head; /* bytes ever logged */

static void log_write(const char *text, size_t count) {
    uint32_t head = log_head;

    for (const char *end = text + count; text != end; text++) {
        log_bytes[head++ % PRINTK_LOG_SIZE] = *text;
    }
    log_head = head;
}

void printk_args(const char *fmt, va_list args) {
    char text[PRINTK_MAX];
    size_t count = format_args(text, sizeof(text), fmt, args);

    console_lock();
    log_write(text, count);
    console_put_hypervisor(text, count);
    console_unlock();
    /* To format a line takes long enough: the UART's part is a stretch of its own. */
    console_flush_soon();
}

void printk(const char *fmt, ...) {
    va_list args;

    va_start(args, fmt);
    printk_args(fmt, args);
    va_end(args);
}

size_t printk_log_read(uint32_t *position, char *buf, size_t size) {
    size_t i = 0;

    console_lock();
    if (log_head - *position > PRINTK_LOG_SIZE) {
        *position = log_head > PRINTK_LOG_SIZE ? log_head - PRINTK_LOG_SIZE : 0;
    }
    while (i < size && *position != log_head) {
        buf[i++] = log_bytes[(*position)++ % PRINTK_LOG_SIZE];
    }
    console_unlock();
    return i;
}

static void make_up(struct printk_limit *limit) {
    uint64_t now = clock_now();

    if (now - limit->last >= (uint64_t)PRINTK_BURST * PRINTK_INTERVAL_NS) {
        limit->used = 0;
        limit->last = now;
    }
    for (; limit->used > 0 && now - limit->last >= PRINTK_INTERVAL_NS; limit->used--) {
        limit->last += PRINTK_INTERVAL_NS;
    }
}

bool printk_allowed(struct printk_limit *limit) {
    make_up(limit);
    if (limit->used >= PRINTK_BURST) {
        limit->suppressed++;
        return false;
    }
    if (limit->used++ == 0) {
        limit->last = clock_now();
    }
    if (limit->suppressed > 0) {
        printk("[%u messages like the next one were not printed]\n",
               (unsigned int)limit->suppressed);
        limit->suppressed = 0;
    }
    return true;
}
