/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A control loop: it asks for an absolute deadline each period, and notes how long after it the
 * first instruction of its event entry ran.  With -icount shift=0 a nanosecond is an instruction.
 *
 * Options:
 *     n=        periods
 *     period=   microseconds, plus one step of the counter each time, so that its releases do not
 *               keep step with anybody's loop
 *     work=     microseconds of computing in each period, in instructions of its own
 *     start=    when the first period begins, milliseconds since the machine started
 *     lead=     microseconds before each period from which on it computes instead of blocking
 *     report=   when to print the result, milliseconds since the machine started, so that the
 *               UART's interrupts come after everybody's last period
 *     ports=    the domain that may send events into eight ports of this one
 *
 * Prints "rt n=... min=... median=... p999=... max=... missed=... events=... at=... end=...":
 * nanoseconds; missed counts periods whose work was not done when the next one began; events are
 * those of the ports; at is when the longest delay ended, in milliseconds since the machine
 * started; end when the last period's work was done, in microseconds since the first one began.
 */
#include "rt.h"

#include <stdbool.h>
#include <stdio.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "test.h"
#include "trap.h"

#define PORTS       8u
/* How many delays had each length: up to FINE ns one by one, up to COARSE_NS in bins of COARSE. */
#define FINE        65536u
#define COARSE      1024u
#define COARSE_BINS 65536u

struct rt_sample rt_sample;

static uint32_t fine[FINE], coarse[COARSE_BINS];
static uint32_t shortest = ~0u, longest, longest_at;
static uint32_t missed, events, early, end_us;

static uint32_t periods, period_ns;
static uint64_t start;
static uint32_t lead_ns;
static bool leads;                 /* the timer is set for what comes before the next period */
static volatile uint32_t released; /* periods that have begun */

/* When a period begins: each is a step of the counter (125 / 3 ns) longer than the option says. */
static uint64_t release_of(uint32_t period) {
    return start + (uint64_t)period * period_ns + (uint64_t)period * 125 / 3;
}

/* ---- What is counted ---- */

static void note(uint32_t delay) {
    if (delay < FINE) {
        fine[delay]++;
    } else {
        uint32_t bin = delay / COARSE;

        coarse[bin < COARSE_BINS ? bin : COARSE_BINS - 1]++;
    }
    shortest = delay < shortest ? delay : shortest;
    if (delay > longest) {
        longest = delay;
        longest_at = (uint32_t)(clock_ns() / NS_PER_MS);
        rt_worst();
    }
}

/* The delay that so many are not longer than; in a coarse bin, its longest. */
static uint32_t quantile(uint32_t count) {
    uint32_t seen = 0;

    for (uint32_t i = 0; i < FINE; i++) {
        seen += fine[i];
        if (seen >= count) {
            return i;
        }
    }
    for (uint32_t i = 0; i < COARSE_BINS; i++) {
        seen += coarse[i];
        if (seen >= count) {
            return i * COARSE + COARSE - 1;
        }
    }
    return longest;
}

/* ---- Events ---- */

/* What the clock says when the counter reaches @count. */
static uint64_t ns_of_count(uint32_t count) {
    const volatile struct vcpu_time_info *time = &pv_page()->info.time;
    uint32_t version;
    uint64_t ns;

    do {
        uint32_t delta;

        version = time->version;
        delta = (count - (uint32_t)time->tsc_timestamp) & pv_page()->counter_mask;
        ns = time->system_time +
             ((uint64_t)delta * time->tsc_to_system_mul >> (32 - time->tsc_shift));
    } while ((version & 1) || version != time->version);
    return ns;
}

/*
 * When the first instruction of the entry ran, to two nanoseconds.  Where the counter made more
 * than one step at once, somebody else ran meanwhile: then it was at most that late.
 */
static uint64_t entry_ns(void) {
    const struct rt_sample *s = &rt_sample;
    uint32_t waited = s->after == s->before + 1 ? s->rounds * RT_ROUND_INSNS : 0;

    return ns_of_count(s->before + 1) - waited - RT_ENTRY_INSNS;
}

static void set_timer(void) {
    uint64_t due = release_of(released);

    clock_timer(leads ? due - lead_ns : due, 0);
}

/* The period comes soon: compute until then. */
static void lead(void) {
    leads = false;
    set_timer();
}

/* A deadline that came while another event was handled is not late before that was done. */
static void release(void) {
    uint64_t due = release_of(released);
    uint64_t at = entry_ns();

    if (at < due) {
        at = clock_ns();
        early += at < due;
    }
    note(at < due ? 0 : (uint32_t)(at - due));
    released++;
    if (released < periods) {
        leads = lead_ns;
        set_timer();
    }
}

static void fired(uint32_t port) {
    (void)port;
    if (leads) {
        lead();
    } else {
        release();
    }
}

static void count_event(uint32_t port) {
    (void)port;
    events++;
}

void rt_event(void) {
    event_upcall();
}

static void take_events(void) {
    struct pv_callbacks callbacks = {
        .undef = (uint32_t)entry_undef,
        .swi = (uint32_t)entry_swi,
        .prefetch_abort = (uint32_t)entry_prefetch_abort,
        .data_abort = (uint32_t)entry_data_abort,
        .event = (uint32_t)rt_entry_event,
        .kernel_virt_start = KERNEL_BASE,
        .restart_start = (uint32_t)__restart_start,
        .restart_end = (uint32_t)__restart_end,
    };

    rt_sample.counter = (const volatile uint32_t *)(PV_COUNTER_VA + pv_page()->counter_offset);
    REQUIRE_EQ(set_callbacks(&callbacks), 0);
}

static void open_ports(uint32_t domain) {
    for (uint32_t i = 0; i < PORTS; i++) {
        int32_t port = event_alloc_unbound(domain);

        REQUIRE_EQ(port > 0, 1);
        event_handle((uint32_t)port, count_event);
    }
}

/* ---- The loop ---- */

/* Two instructions a nanosecond pair, whatever the compiler thinks of it. */
static void compute(uint32_t ns) {
    uint32_t n = ns / 2;

    if (n) {
        __asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(n) : : "cc");
    }
}

static void wait_for_release(uint32_t done) {
    for (;;) {
        event_mask_all();
        if (released != done) {
            break;
        }
        if (lead_ns && !leads) {
            event_unmask_all();
            compute(1000);
        } else {
            sched_op(SCHEDOP_block, NULL);
        }
    }
    event_unmask_all();
}

static void run(uint32_t work) {
    event_handle(clock_port, fired);
    leads = lead_ns;
    set_timer();
    for (uint32_t done = 0; done < periods; done++) {
        wait_for_release(done);
        compute(work);
        missed += clock_ns() > release_of(done + 1);
    }
    end_us = (uint32_t)((clock_ns() - start) / NS_PER_US);
}

static void sleep_until(uint64_t ns) {
    event_handle(clock_port, count_event);
    while (clock_ns() < ns) {
        event_mask_all();
        clock_timer(ns, 0);
        sched_op(SCHEDOP_block, NULL);
        event_unmask_all();
    }
}

TEST(control_loop) {
    periods = option_number("n", 1000);
    period_ns = option_number("period", 1000) * NS_PER_US;
    start = option_number("start", 100) * NS_PER_MS;
    if (option_given("ports")) {
        open_ports(option_number("ports", 0));
    }
    take_events();
    lead_ns = option_number("lead", 0) * NS_PER_US;
    run(option_number("work", 10) * NS_PER_US);
    EXPECT_EQ(early, 0);
    sleep_until(option_number("report", 0) * NS_PER_MS);
    printf("rt n=%lu min=%lu median=%lu p999=%lu max=%lu missed=%lu events=%lu at=%lu end=%lu\n",
           periods, shortest, quantile((periods + 1) / 2), quantile(periods - periods / 1000),
           longest, missed, events, longest_at, end_us);
}
