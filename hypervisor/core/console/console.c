/* SPDX-License-Identifier: GPL-2.0-only */
/* Output: see console.h.  Input is in console_input.c. */
#include "core/console/console.h"

#include "core/base/lock.h"
#include "core/base/printk.h"
#include "core/base/steps.h"
#include "core/console/console_domain.h"
#include "core/console/console_input.h"
#include "core/console/console_ring.h"
#include "core/device/device.h"
#include "core/device/irq.h"
#include "core/event/event.h"
#include "core/sched/sched.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "core/time/timer.h"
#include "lib/format.h"

#define HYPERVISOR_OUT_SIZE 4096u
/* Of STEP_SEND bytes, with a look in between. */
#define FLUSH_BATCHES       6u
/* When to go on, if the UART could have taken more at once. */
#define FLUSH_PAUSE_NS      100000u
/* When to go on, if it was full: a UART with a FIFO of 16 bytes at 115200 baud sends it in 1.4
 * ms. */
#define FLUSH_WAIT_NS       1000000u
/* How long who has a guarantee is let by: half the shortest period, so that one loop is not met
 * twice as it begins. */
#define FLUSH_ASIDE_NS      50000u
#define NS_PER_SEC          1000000000u

static spinlock_t lock = SPINLOCK_INIT(LOCK_CONSOLE);

/* Console lock. */
static struct {
    struct console_out out;
    char bytes[HYPERVISOR_OUT_SIZE];
    bool is_started;       /* timers work */
    bool is_dying;         /* no locks any more */
    struct timer timer;    /* goes on sending; timer queue lock */
    bool was_put_off;      /* it did not, the last time; its function's */
    uint32_t log_position; /* up to where the log is in out */
    uint32_t log_lost;     /* bytes of it that were overwritten before that, not reported yet */
    struct console_domain *domains;
    domid_t last_served; /* whose ring was looked at last */
} console;

void console_lock(void) {
    if (!console.is_dying) {
        spin_lock(&lock);
    }
}

void console_unlock(void) {
    if (!console.is_dying) {
        spin_unlock(&lock);
    }
}

/* ---- To the UART ---- */

/* At most @limit bytes of @run; returns how many the UART took. */
static size_t send_run(const char *run, size_t limit) {
    const struct uart_ops *uart = devices.uart;
    size_t i;

    for (i = 0; i < limit && uart->tx_ready(); i++) {
        uart->tx((uint8_t)run[i]);
    }
    return i;
}

/* True if the UART would take more. */
static bool send_ready(size_t limit) {
    const char *run;

    while (limit > 0) {
        size_t count = console_out_run(&run);
        if (count == 0) {
            return true;
        }
        count = count < limit ? count : limit;
        size_t sent = send_run(run, count);
        console_out_sent(sent);
        if (sent < count) {
            return false;
        }
        limit -= sent;
    }
    return true;
}

static bool wait_ready(void) {
    for (unsigned int i = 0; i < CONSOLE_SYNC_TRIES; i++) {
        if (devices.uart->tx_ready()) {
            return true;
        }
    }
    return false;
}

/* A UART that is stuck loses the text, never the machine. */
static void send_all_waiting(void) {
    while (!send_ready(SIZE_MAX)) {
        if (!wait_ready()) {
            return;
        }
    }
}

/* True if the UART would take more at once. */
static bool send(void) {
    return devices.uart && send_ready(STEP_SEND);
}

/* ---- The hypervisor's own text ---- */

/* What is older than the log was lost to a console that is slower than what is printed. */
static void report_lost(void) {
    char text[48];

    console.log_lost += printk_log_skip(&console.log_position);
    if (console.log_lost > 0 && console_out_room(&console.out) >= sizeof(text)) {
        size_t count = format_text(text, sizeof(text), "\n[%u bytes not printed]\n",
                                   (unsigned int)console.log_lost);

        (void)console_out_put(&console.out, text, count);
        console.log_lost = 0;
    }
}

/* Take a piece of the log, as far as there is room.  Returns whether more of it waits. */
static bool take_log(void) {
    char text[STEP_OUTPUT];
    size_t room;

    report_lost();
    room = console_out_room(&console.out);
    room = printk_log_read(&console.log_position, text, room < sizeof(text) ? room : sizeof(text));
    (void)console_out_put(&console.out, text, room);
    return console.log_position != printk_log_end();
}

/* As much of it as there is room for, so that no other source comes in between.  The same. */
static bool take_all_log(void) {
    bool more = take_log();

    while (more && console_out_room(&console.out) > 0) {
        more = take_log();
    }
    return more;
}

/* At the boot and at the end, when no timer goes on with the rest. */
static void send_all(void) {
    bool more = devices.uart != NULL;

    while (more) {
        more = take_all_log();
        send_all_waiting();
        more = more && console_out_room(&console.out) > 0; /* none: the UART is stuck */
    }
}

/* ---- The domains ---- */

static void refill_budget(struct console_domain *c) {
    uint64_t now = clock_now();
    uint64_t ns = now - c->budget_time;

    if (ns >= NS_PER_SEC) {
        c->budget = CONSOLE_BUDGET_BYTES;
        c->budget_time = now;
        return;
    }
    /* 2^16 bytes per 10^9 ns, without a 64-bit division; it stays below the exact rate. */
    uint32_t bytes =
        (uint32_t)(ns * (uint32_t)(((uint64_t)CONSOLE_BYTES_PER_SEC << 32) / NS_PER_SEC) >> 32);
    if (bytes > 0) {
        c->budget =
            bytes + c->budget < CONSOLE_BUDGET_BYTES ? bytes + c->budget : CONSOLE_BUDGET_BYTES;
        c->budget_time = now;
    }
}

size_t console_take(struct console_domain *c, const char *text, size_t count) {
    if (c->budget < count) {
        refill_budget(c);
    }
    count = console_out_put(&c->out, text, count < c->budget ? count : c->budget);
    c->budget -= (uint32_t)count;
    return count;
}

size_t console_write(struct console_domain *c, const char *text, size_t count, bool more) {
    console_lock();
    size_t taken = console_take(c, text, count);
    console_unlock();
    if (!more || taken < count) {
        console_flush();
    }
    return taken;
}

size_t console_give(struct console_domain *c, char *buf, size_t count) {
    size_t i = 0;

    while (i < count && c->in_tail != c->in_head) {
        buf[i++] = c->in[c->in_tail++ % CONSOLE_IN_SIZE];
    }
    return i;
}

size_t console_read(struct console_domain *c, char *buf, size_t count) {
    console_lock();
    count = console_give(c, buf, count);
    console_unlock();
    return count;
}

/* A ring whose output found no room is looked at again each time something was sent: one a batch,
 * in turn.  Returns whether one waits. */
static bool serve_waiting_ring(void) {
    struct console_domain *first = NULL;
    struct console_domain *next = NULL;

    for (struct console_domain *c = console.domains; c; c = c->next) {
        if (c->ring_waiting) {
            first = first ? first : c;
            next = !next && c->id > console.last_served ? c : next;
        }
    }
    next = next ? next : first;
    if (next) {
        console.last_served = next->id;
        console_ring_serve(next);
    }
    return next != NULL;
}

static struct console_domain *next_to_notify(void) {
    struct console_domain *c;

    console_lock();
    for (c = console.domains; c && !c->notify; c = c->next) {
    }
    if (c) {
        c->notify = false;
    }
    console_unlock();
    return c;
}

/* Without the console lock, since an event takes the run queue lock.  False: an interrupt waits,
 * and there may be more. */
static bool notify_domains(void) {
    for (struct console_domain *c = next_to_notify(); c; c = next_to_notify()) {
        event_notify(c->event, c->ring_port);
        if (irq_waits()) {
            return false;
        }
    }
    return true;
}

enum progress { DONE, GO_ON, WAIT };

/* One batch to the UART; GO_ON if another one would find both text and room, or an interrupt waits:
 * there is a look between its parts. */
static enum progress flush_batch(void) {
    console_lock();
    bool more = take_log();
    console_unlock();
    if (irq_waits()) {
        return GO_ON;
    }
    console_lock();
    bool has_room = send();
    bool ready = more || console_out_ready();
    console_unlock();
    if (irq_waits()) {
        return GO_ON;
    }
    console_lock();
    bool waits = serve_waiting_ring();
    console_unlock();
    return ready && has_room ? GO_ON : ready || waits ? WAIT : DONE;
}

/* A bounded number of batches, fewer when an interrupt waits; one, if a vCPU with a guarantee pays
 * for it, which may not have begun to handle its event.  The timer goes on with the rest. */
void console_flush(void) {
    enum progress progress = GO_ON;

    if (!console.is_started || console.is_dying) {
        console_lock();
        send_all();
        console_unlock();
        return;
    }
    for (unsigned int i = 0; i < FLUSH_BATCHES && progress == GO_ON; i++) {
        progress = flush_batch();
        if (irq_waits() || sched_runs_realtime()) {
            break;
        }
    }
    if (!notify_domains()) {
        progress = GO_ON;
    }
    if (progress != DONE && !timer_is_set(&console.timer)) {
        timer_set(&console.timer,
                  clock_now() + (progress == WAIT ? FLUSH_WAIT_NS : FLUSH_PAUSE_NS));
    }
}

/* As console_flush(), but from the timer; at once where that does not run. */
static void flush_soon(void) {
    if (!console.is_started || console.is_dying) {
        console_flush();
    } else if (!timer_is_set(&console.timer)) {
        timer_set(&console.timer, clock_now());
    }
}

/* Who has a guarantee may not have begun to handle its event, and is let by once. */
static void flush_timer(void *data) {
    (void)data;
    console.was_put_off = !console.was_put_off && sched_runs_realtime();
    if (console.was_put_off) {
        timer_set(&console.timer, clock_now() + FLUSH_ASIDE_NS);
    } else {
        console_flush();
    }
}

void console_start(void) {
    timer_init(&console.timer, flush_timer, NULL);
    console.is_started = true;
}

static void sync(void) {
    console.is_dying = true;
    console.out.is_urgent = true;
    send_all();
}

void console_init(void) {
    static const struct printk_sink sink = {.wake = flush_soon, .sync = sync};

    format_text(console.out.prefix, sizeof(console.out.prefix), "(dacre) ");
    console_out_add(&console.out, console.bytes, HYPERVISOR_OUT_SIZE);
    printk_set_sink(&sink);
}

/* ---- Domains come and go ---- */

struct console_domain *console_next(const struct console_domain *prev) {
    return prev ? prev->next : console.domains;
}

static void list(struct console_domain *c) {
    struct console_domain **link = &console.domains;

    while (*link && (*link)->id < c->id) {
        link = &(*link)->next;
    }
    c->next = *link;
    *link = c;
}

void console_domain_init(struct console_domain *c, domid_t id, const char *name,
                         struct event_domain *event) {
    *c = (struct console_domain){
        .id = id, .name = name, .event = event, .budget = CONSOLE_BUDGET_BYTES};
    format_text(c->out.prefix, sizeof(c->out.prefix), "(d%u) ", id);
    console_lock();
    console_out_add(&c->out, c->out_bytes, CONSOLE_OUT_SIZE);
    list(c);
    console_input_appeared(c);
    console_unlock();
}

static void unlist(struct console_domain *c) {
    struct console_domain **link = &console.domains;

    while (*link != c) {
        link = &(*link)->next;
    }
    *link = c->next;
}

bool console_domain_drain(struct console_domain *c) {
    console_lock();
    c->out.is_urgent = true;
    console_ring_serve(c);
    bool drained = !c->ring_waiting && console_out_used(&c->out) == 0;
    console_unlock();
    if (!drained) {
        flush_soon();
    }
    return drained;
}

void console_domain_destroy(struct console_domain *c) {
    console_lock();
    c->out.is_urgent = true;
    send();
    unlist(c);
    console_out_remove(&c->out);
    c->ring = NULL;
    console_unlock();
}
