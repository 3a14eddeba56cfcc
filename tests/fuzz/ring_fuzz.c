/* SPDX-License-Identifier: GPL-2.0-only */
/* A guest that writes what it likes to its console ring: nothing outside is touched, the indices
 * move only as they may, and another domain's words come through. */
/* links: core/domain */
#include "core/console/console_ring.h"

#include <arch/fake.h>
#include <string.h>

#include <xen/io/console.h>

#include "core/base/percpu.h"
#include "core/console/console.h"
#include "core/device/irq.h"
#include "core/event/event.h"
#include "core/time/clock.h"
#include "core/time/preempt.h"
#include "fuzz.h"
#include "support_domain.h"

#define MS    1000000ull
#define GUARD 0xa5

static struct domain *d, *other;
static evtchn_port_t port;
static struct {
    uint8_t before[64];
    struct xencons_interface ring;
    uint8_t after[64];
} page;

static void run(uint64_t ns) {
    uint64_t end = fake_board.now + ns;

    while (fake_board.now < end) {
        do {
            irq_handle();
        } while (irq_waits());
        fake_advance(MS / 2);
    }
}

static void power_on(void) {
    static bool is_there; /* the console, which is never taken down */

    support_domain_remove_all();
    fake_board_init(0);
    clock_init();
    timer_queue_init();
    vcpu_idle_init();
    if (!is_there) {
        console_init();
        is_there = true;
    }
    console_start();
    irq_init();
    timer_start();
    console_listen();
    other = support_domain_add(0, 1);
    console_domain_init(&other->console, other->id, other->name, &other->event);
    d = support_domain_add(1, 1);
    console_domain_init(&d->console, d->id, d->name, &d->event);
    memset(&page, 0, sizeof(page));
    memset(page.before, GUARD, sizeof(page.before));
    memset(page.after, GUARD, sizeof(page.after));
    FUZZ_CHECK(console_ring_init(&d->console, &page.ring, &port) == 0);
}

static void power_off(void) {
    console_domain_destroy(&d->console);
    console_domain_destroy(&other->console);
    while (event_domain_destroy(&d->event) || event_domain_destroy(&other->event)) {
    }
    support_domain_remove_all();
}

/* ---- What must hold when the hypervisor was at the ring ---- */

static void check(const struct xencons_interface *was) {
    uint32_t moved_out = page.ring.out_cons - was->out_cons,
             moved_in = page.ring.in_prod - was->in_prod;
    uint32_t waited = was->out_prod - was->out_cons, used = was->in_prod - was->in_cons;

    for (unsigned int i = 0; i < sizeof(page.before); i++) {
        FUZZ_CHECK(page.before[i] == GUARD && page.after[i] == GUARD);
    }
    FUZZ_CHECK(page.ring.out_prod == was->out_prod && page.ring.in_cons == was->in_cons);
    FUZZ_CHECK(memcmp(page.ring.out, was->out, sizeof(was->out)) == 0);
    FUZZ_CHECK(moved_out <= waited);
    FUZZ_CHECK(moved_in == 0 || used + moved_in <= sizeof(page.ring.in));
    for (uint32_t i = moved_in; i < sizeof(page.ring.in); i++) { /* only what is its to fill */
        uint32_t at = MASK_XENCONS_IDX(was->in_prod + i, page.ring.in);

        FUZZ_CHECK(page.ring.in[at] == was->in[at]);
    }
}

/* What the UART sent may have zeros in it. */
static bool is_printed(const char *text) {
    size_t at = 0, count = strlen(text);

    while (at + count <= fake_board.tx_count && memcmp(&fake_board.tx[at], text, count) != 0) {
        at++;
    }
    return at + count <= fake_board.tx_count;
}

static void scribble(struct fuzz_input *in) {
    uint32_t at = fuzz_take(in, 2) % sizeof(page.ring), count = fuzz_take(in, 1) % 16;

    for (uint32_t i = 0; i < count; i++) {
        ((uint8_t *)&page.ring)[(at + i) % sizeof(page.ring)] = (uint8_t)fuzz_take(in, 1);
    }
}

/* At the edge @size, or one beside it. */
static uint32_t near(struct fuzz_input *in, uint32_t size) {
    return size - 1 + fuzz_take(in, 1) % 3;
}

static void act(struct fuzz_input *in) {
    char key[2] = "k";

    switch (fuzz_take(in, 1) % 9) {
    case 0: scribble(in); break;
    case 1: page.ring.out_prod = page.ring.out_cons + fuzz_take(in, 2) % 3000; break;
    case 2: page.ring.in_cons = page.ring.in_prod - fuzz_take(in, 2) % 2000; break;
    case 3: fake_board.tx_room = fuzz_take(in, 1) * 4; break;
    case 4: fake_board.tx_room = FAKE_ROOM; break;
    case 5: (void)console_write(&other->console, "fine\n", 5, false); break;
    case 6:
        key[0] = (char)(1 + fuzz_take(in, 1) % 127);
        fake_type(key);
        break;
    case 7: page.ring.in_cons = page.ring.in_prod - near(in, sizeof(page.ring.in)); break;
    default: page.ring.out_prod = page.ring.out_cons + near(in, sizeof(page.ring.out)); break;
    }
}

void fuzz_one(struct fuzz_input in) {
    struct xencons_interface was;

    power_on();
    for (unsigned int i = 0; in.left && i < 500; i++) {
        act(&in);
        was = page.ring;
        if (i % 2) {
            run(MS);
        } else {
            FUZZ_CHECK(event_send(&d->event, port) == 0);
        }
        check(&was);
        if (fake_board.tx_count > FAKE_OUTPUT_MAX / 2) {
            (void)fake_output();
        }
    }
    fake_board.tx_room = FAKE_ROOM;
    run(100 * MS);
    (void)fake_output();
    FUZZ_CHECK(console_write(&other->console, "end\n", 4, false) == 4);
    run(40 * MS); /* after a turn of each other's, in batches of STEP_SEND, one a ms while a ring
                     waits */
    FUZZ_CHECK(is_printed("(d0) end\r\n"));
    power_off();
}
