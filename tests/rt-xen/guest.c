/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What make rt-xen runs on Xen: the control loop of tests/guests/rt.c and some of its enemies, on
 * the virtual timer, interrupt controller and UART that Xen gives a domain which it starts at boot.
 *
 * Options, in /chosen/bootargs: do=loop with n= periods, period= and work= in us, spin=1 to compute
 * instead of waiting; or do= one of the enemies, until= ms.
 *
 * Prints "rt n=... min=... median=... p999=... max=... missed=..." in ns, to a step of the counter
 * (16 ns), or "acted <times>".
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <xen/event_channel.h>
#include <xen/memory.h>
#include <xen/sched.h>
#include <xen/xen.h>

#define GICD        0x03001000u
#define GICC        0x03002000u
#define UART        0x22000000u
#define TIMER_IRQ   27u
#define NS_PER_TICK 16u
#define TICKS(us)   ((uint64_t)(us)*125 / 2)
#define BINS        (1u << 20) /* a tick each */
#define LATE        BINS       /* and one for all that is later */
#define OWN_PAGES   64u

int32_t xen_call(uint32_t a0, uint32_t a1, uint32_t a2, uint32_t a3, uint32_t number);
void guest_irq(uint64_t now);
void guest_main(const char *tree);

static volatile uint32_t *reg(uint32_t address) {
    return (volatile uint32_t *)address;
}

/* ---- Text ---- */

static void put(char c) {
    while (*reg(UART + 0x18) & 0x20) {
    }
    *reg(UART) = (uint32_t)c;
}

static void say(const char *text) {
    while (*text) {
        put(*text++);
    }
}

static void say_number(const char *name, uint32_t value) {
    char digits[10];
    uint32_t count = 0;

    say(name);
    do {
        digits[count++] = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    while (count) {
        put(digits[--count]);
    }
}

/* The whole tree is searched for the option, since nothing else in it looks like one: at a space,
 * or where a property may begin. */
static const char *option(const char *tree, const char *name) {
    size_t length = strlen(name);

    for (uint32_t i = 0; i < 0x4000; i++) {
        if ((i % 4 == 0 || tree[i - 1] == ' ') && memcmp(tree + i, name, length) == 0) {
            return tree + i + length;
        }
    }
    return "";
}

static uint32_t number(const char *tree, const char *name) {
    uint32_t value = 0;

    for (const char *c = option(tree, name); *c >= '0' && *c <= '9'; c++) {
        value = value * 10 + (uint32_t)(*c - '0');
    }
    return value;
}

/* ---- Time ---- */

static uint64_t now(void) {
    uint64_t ticks;

    __asm__ volatile("isb\n\tmrrc p15, 1, %Q0, %R0, c14" : "=r"(ticks));
    return ticks;
}

static void set_timer(uint64_t ticks) {
    __asm__ volatile("mcrr p15, 3, %Q0, %R0, c14\n\tmcr p15, 0, %1, c14, c3, 1\n\tisb"
                     :
                     : "r"(ticks), "r"(1));
}

static volatile bool has_fired;
static volatile uint64_t fired_at;

void guest_irq(uint64_t at) {
    uint32_t irq = *reg(GICC + 0x0c);

    __asm__ volatile("mcr p15, 0, %0, c14, c3, 1\n\tisb" : : "r"(0));
    fired_at = at;
    has_fired = true;
    *reg(GICC + 0x10) = irq;
}

static void init_interrupts(void) {
    *reg(GICD) = 1;
    *reg(GICD + 0x100) = 1u << TIMER_IRQ;
    *reg(GICC + 0x04) = 0xf0;
    *reg(GICC) = 1;
}

/* Masked from the look to the wait, which a pending interrupt ends. */
static void wait(bool spins) {
    while (!has_fired) {
        if (spins) {
            __asm__ volatile("cpsie i");
        } else {
            __asm__ volatile("cpsid i");
            if (!has_fired) {
                __asm__ volatile("wfi");
            }
            __asm__ volatile("cpsie i");
        }
    }
}

/* ---- The loop ---- */

static uint32_t late[BINS + 1];

static uint32_t quantile(uint32_t count) {
    uint32_t seen = 0, i = 0;

    while (i < LATE && (seen += late[i]) < count) {
        i++;
    }
    return i * NS_PER_TICK;
}

static void loop(const char *tree) {
    uint32_t n = number(tree, "n="), shortest = ~0u, longest = 0, missed = 0;
    /* And a tick, so that the releases do not keep step with anybody's loop. */
    uint64_t period = TICKS(number(tree, "period=")) + 1, work = TICKS(number(tree, "work="));
    uint64_t due = now() + TICKS(100000);
    bool spins = number(tree, "spin=");

    for (uint32_t i = 0; i < n; i++, due += period) {
        has_fired = false;
        set_timer(due);
        wait(spins);
        uint32_t ticks = (uint32_t)(fired_at - due), start = (uint32_t)now();
        late[ticks < LATE ? ticks : LATE]++;
        shortest = ticks < shortest ? ticks : shortest;
        longest = ticks > longest ? ticks : longest;
        while ((uint32_t)now() - start < work) {
        }
        missed += now() > due + period;
    }
    say_number("rt n=", n);
    say_number(" min=", shortest * NS_PER_TICK);
    say_number(" median=", quantile((n + 1) / 2));
    say_number(" p999=", quantile(n - n / 1000));
    say_number(" max=", longest * NS_PER_TICK);
    say_number(" missed=", missed);
    say("\n");
}

/* ---- Enemies ---- */

static int32_t memory(uint32_t command, void *argument) {
    return xen_call(command, (uint32_t)argument, 0, 0, __HYPERVISOR_memory_op);
}

static int32_t event(uint32_t command, void *argument) {
    return xen_call(command, (uint32_t)argument, 0, 0, __HYPERVISOR_event_channel_op);
}

static uint32_t hog(void) {
    for (volatile uint32_t i = 0; i < 1000; i++) {
    }
    return 1;
}

static uint32_t yield(void) {
    xen_call(SCHEDOP_yield, 0, 0, 0, __HYPERVISOR_sched_op);
    return 1;
}

/* Ports of its own, opened, sent into and closed. */
static uint32_t events(void) {
    struct evtchn_alloc_unbound unbound = {.dom = DOMID_SELF, .remote_dom = DOMID_SELF};

    event(EVTCHNOP_alloc_unbound, &unbound);
    struct evtchn_bind_interdomain bind = {.remote_dom = DOMID_SELF, .remote_port = unbound.port};
    event(EVTCHNOP_bind_interdomain, &bind);
    struct evtchn_send send = {.port = bind.local_port};
    event(EVTCHNOP_send, &send);
    struct evtchn_close local = {.port = bind.local_port}, remote = {.port = unbound.port};
    event(EVTCHNOP_close, &local);
    event(EVTCHNOP_close, &remote);
    return 1;
}

static uint8_t own[OWN_PAGES][4096] __attribute__((aligned(4096)));

/* Gives frames of its own back and takes others. */
static uint32_t balloon(void) {
    static xen_pfn_t frames[OWN_PAGES];
    struct xen_memory_reservation r = {.nr_extents = OWN_PAGES, .domid = DOMID_SELF};

    for (uint32_t i = 0; i < OWN_PAGES; i++) {
        frames[i] = (uint32_t)own[i] >> 12;
    }
    set_xen_guest_handle(r.extent_start, frames);
    uint32_t done = memory(XENMEM_decrease_reservation, &r) == OWN_PAGES;
    return done & (memory(XENMEM_populate_physmap, &r) == OWN_PAGES);
}

static const struct {
    const char *name;
    uint32_t (*act)(void);
} enemies[] = {{"hog", hog}, {"yield", yield}, {"events", events}, {"balloon", balloon}};

static void fight(const char *tree, uint32_t (*act)(void)) {
    uint64_t end = now() + TICKS(1000) * number(tree, "until=");
    uint32_t times = 0;

    while (now() < end) {
        times += act();
    }
    say_number("acted ", times);
    say("\n");
}

void guest_main(const char *tree) {
    const char *what = option(tree, "do=");

    init_interrupts();
    if (memcmp(what, "loop", 4) == 0) {
        loop(tree);
    }
    for (uint32_t i = 0; i < sizeof(enemies) / sizeof(enemies[0]); i++) {
        if (memcmp(what, enemies[i].name, strlen(enemies[i].name)) == 0) {
            fight(tree, enemies[i].act);
        }
    }
}
