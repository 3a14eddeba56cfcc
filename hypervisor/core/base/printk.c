/* SPDX-License-Identifier: GPL-2.0-only */
/* See printk.h. */
#include "core/base/printk.h"

#include <string.h>

#include "core/console/console.h"
#include "core/time/clock.h"
#include "lib/format.h"

/* Console lock. */
static char log_bytes[PRINTK_LOG_SIZE];
static uint32_t log_head;   /* bytes ever logged */
static uint32_t log_queued; /* of these, those that the console has, or that were lost to it */
static uint32_t log_lost;   /* overwritten before the console had them, not reported yet */

static void log_write(const char *text, size_t count) {
    while (count > 0) {
        uint32_t at = log_head % PRINTK_LOG_SIZE;
        size_t part = count < PRINTK_LOG_SIZE - at ? count : PRINTK_LOG_SIZE - at;

        memcpy(log_bytes + at, text, part);
        text += part;
        log_head += (uint32_t)part;
        count -= part;
    }
}

void printk_args(const char *fmt, va_list args) {
    char text[PRINTK_MAX];
    size_t count = format_args(text, sizeof(text), fmt, args);

    console_lock();
    log_write(text, count);
    console_unlock();
    /* To format a line takes long enough: the console's part is a stretch of its own. */
    console_flush_soon();
}

/* What is older than the log was lost to a console that is slower than what is printed. */
static void skip_lost(void) {
    uint32_t waiting = log_head - log_queued;

    if (waiting > PRINTK_LOG_SIZE) {
        log_lost += waiting - PRINTK_LOG_SIZE;
        log_queued = log_head - PRINTK_LOG_SIZE;
    }
}

static void report_lost(void) {
    char text[48];

    if (log_lost > 0 && console_hypervisor_room() >= sizeof(text)) {
        console_put_hypervisor(text, format_text(text, sizeof(text), "\n[%u bytes not printed]\n",
                                                 (unsigned int)log_lost));
        log_lost = 0;
    }
}

bool printk_queue(size_t limit) {
    size_t part = limit, room;

    skip_lost();
    report_lost();
    uint32_t at = log_queued % PRINTK_LOG_SIZE, waiting = log_head - log_queued;
    room = console_hypervisor_room();
    part = part < room ? part : room;
    part = part < waiting ? part : waiting;
    part = part < PRINTK_LOG_SIZE - at ? part : PRINTK_LOG_SIZE - at;
    console_put_hypervisor(log_bytes + at, part);
    log_queued += (uint32_t)part;
    return log_queued != log_head;
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
    if (limit->suppressed >
        0) { /* instead of this one: two lines would mask interrupts for too long */
        printk("[%u messages like the next one were not printed]\n",
               (unsigned int)limit->suppressed + 1);
        limit->suppressed = 0;
        return false;
    }
    if (limit->used++ == 0) {
        limit->last = clock_now();
    }
    return true;
}
