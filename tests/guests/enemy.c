/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guests that want a control loop beside them (rt.c) to be late: see enemy.h.
 *
 * More options: gap= microseconds between two of what is timed, peer= the domain whose ports it
 * sends into, tables= how many first-level tables there are besides.
 */
#include <stdint.h>
#include <string.h>

#include <xen/io/console.h>

#include "clock.h"
#include "core.h"
#include "enemy.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"
#include "user.h"

#define ENTRIES  256u /* of a second-level table */
#define TABLES   4u
#define UPDATES  (TABLES * ENTRIES)
#define USER_MIB 0x500u

/* ---- Computing ---- */

static uint32_t hog(void) {
    uint32_t n = 5000;

    __asm__ volatile("1: subs %0, %0, #1\n\tbne 1b" : "+r"(n) : : "cc");
    return 1;
}

static uint32_t hog_user(void) {
    user_run(user_count, 0, 3000);
    return 1;
}

/* Idle for the most part, so that the fair class owes it something when it wakes. */
static uint32_t burst(void) {
    clock_sleep(3 * NS_PER_MS);
    for (uint32_t i = 0; i < 100; i++) {
        hog();
    }
    return 1;
}

static uint32_t yield(void) {
    sched_op(SCHEDOP_yield, NULL);
    return 1;
}

/* ---- Lists of table updates ---- */

static struct mmu_update list[2][UPDATES];
static uint32_t *tables[TABLES];
static uint32_t data; /* guest-physical: a page for each update, and one more */
static uint32_t turn;

static void make_tables(void) {
    for (uint32_t i = 0; i < TABLES; i++) {
        tables[i] = pt_new_l2();
        REQUIRE_EQ(
            pt_attach(pt_kernel_l1, KERNEL_WINDOW + i * SECTION_SIZE, tables[i], PV_DOMAIN_KERNEL),
            0);
    }
    data = page_gpa(page_alloc(2 * UPDATES));
}

typedef uint32_t make_fn(uint32_t gpa, uint32_t rights);

static uint32_t make_nothing(uint32_t gpa, uint32_t rights) {
    (void)gpa;
    (void)rights;
    return 0;
}

/* One of the two lists that are sent in turn. */
static void fill(uint32_t which, uint32_t first_page, uint32_t rights, make_fn *make) {
    for (uint32_t i = 0; i < UPDATES; i++) {
        list[which][i].ptr =
            (page_gpa(tables[i / ENTRIES]) + i % ENTRIES * 4) | MMU_NORMAL_PT_UPDATE;
        list[which][i].val = make(data + (first_page + i) * PAGE_SIZE, rights);
    }
}

static void prepare_map(void) {
    make_tables();
    fill(0, 0, CORE_READ_WRITE, core_small);
    fill(1, 0, 0, make_nothing);
}

static void prepare_replace(void) {
    make_tables();
    fill(0, 0, CORE_READ_WRITE, core_small);
    fill(1, 1, CORE_READ_WRITE, core_small);
}

static void prepare_attributes(void) {
    make_tables();
    fill(0, 0, CORE_READ_WRITE, core_small);
    fill(1, 0, CORE_READ_ONLY, core_small_uncached);
}

/* All of the lists, of which each call takes as much as it is given. */
static uint32_t update(void) {
    EXPECT_EQ(mmu_update(list[turn++ % 2], UPDATES, NULL), 0);
    return 1;
}

/* ---- Tables that come and go ---- */

static int32_t set_l1(uint32_t mib, uint32_t value) {
    return hypercall3(__HYPERVISOR_pv_update, page_gpa(pt_kernel_l1 + mib), value,
                      PV_UPDATE_NO_FLUSH);
}

static uint32_t entries[ENTRIES];

static void prepare_tables(void) {
    make_tables();
    for (uint32_t i = 0; i < ENTRIES; i++) {
        entries[i] = core_small_uncached(data + i * PAGE_SIZE, CORE_READ_WRITE);
    }
}

/* A second-level table is made, loaded and dropped: its entries have to be looked at each time. */
static uint32_t second_level(void) {
    uint32_t table = page_gpa(tables[0]);

    EXPECT_EQ(set_l1(USER_MIB, core_table(table, PV_DOMAIN_USER)), 0);
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, table, (uint32_t)entries), 0);
    EXPECT_EQ(set_l1(USER_MIB, 0), 0);
    return 1;
}

static void prepare_second_level(void) {
    prepare_tables();
    EXPECT_EQ(set_l1(KERNEL_WINDOW >> 20, 0), 0);
}

#define MADE_MAX 64u
static uint32_t *made[MADE_MAX];
static uint32_t made_count;

/* As many first-level tables as are asked for: an entry of the kernel's part stands in all. */
static void make_first_level(void) {
    uint32_t wanted = option_number("tables", 16);

    while (made_count < wanted && made_count < MADE_MAX) {
        made[made_count] = page_alloc(4);
        if (pt_pin(page_gpa(made[made_count]))) {
            break;
        }
        made_count++;
    }
    EXPECT_TRUE(made_count > 4);
}

static void prepare_first_level(void) {
    made[0] = page_alloc(4);
}

static uint32_t first_level(void) {
    EXPECT_EQ(pt_pin(page_gpa(made[0])), 0);
    EXPECT_EQ(pt_unpin(page_gpa(made[0])), 0);
    return 1;
}

/* Fork and exit: an address space with a table full of pages, which is run on in between. */
static uint32_t address_space(void) {
    uint32_t l1 = page_gpa(made[0]), table = page_gpa(tables[0]);

    EXPECT_EQ(pt_pin(l1), 0);
    EXPECT_EQ(pt_update(l1 + USER_MIB * 4, core_table(table, PV_DOMAIN_USER)), 0);
    EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, table, (uint32_t)entries), 0);
    EXPECT_EQ(pt_switch(made[0]), 0);
    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    EXPECT_EQ(pt_unpin(l1), 0);
    return 1;
}

static void prepare_fork(void) {
    prepare_second_level();
    prepare_first_level();
}

#define SECTIONS 7u /* as many as a MiB may have */

static void prepare_list_of_l1(uint32_t mib, uint32_t domain) {
    uint32_t gpa = page_gpa(page_alloc(ENTRIES));

    for (uint32_t i = 0; i < 2 * SECTIONS; i++) {
        struct mmu_update *u = &list[i / SECTIONS][i % SECTIONS];

        u->ptr = page_gpa(pt_kernel_l1 + mib + i % SECTIONS) | MMU_NORMAL_PT_UPDATE;
        u->val = i < SECTIONS ? core_section(gpa, domain, CORE_READ_WRITE) : 0;
    }
}

static void prepare_sections(void) {
    prepare_list_of_l1(USER_MIB, PV_DOMAIN_USER);
}

static void prepare_kernel_sections(void) {
    prepare_list_of_l1((KERNEL_WINDOW >> 20) + 16, PV_DOMAIN_KERNEL);
    make_first_level();
}

/* SECTIONS - 1: the linear map is one of those that a MiB may have. */
static uint32_t sections(void) {
    EXPECT_EQ(mmu_update(list[turn++ % 2], SECTIONS - 1, NULL), 0);
    return 1;
}

/* ---- Caches and pages ---- */

static uint32_t flush_cache(void) {
    EXPECT_EQ(pt_ext(MMUEXT_FLUSH_CACHE, 0, 0), 0);
    EXPECT_EQ(pt_ext(MMUEXT_FLUSH_CACHE_GLOBAL, 0, 0), 0);
    return 2;
}

static void prepare_range(void) {
    data = (uint32_t)page_alloc(64);
}

/* Shorter than where the whole cache is taken instead, and longer. */
static uint32_t flush_range(void) {
    EXPECT_EQ(pt_ext(PV_MMUEXT_FLUSH_DCACHE, data, 0x4000), 0);
    EXPECT_EQ(pt_ext(PV_MMUEXT_INVAL_DCACHE, data + 4, 0x3fff0), 0);
    EXPECT_EQ(pt_ext(PV_MMUEXT_SYNC_ICACHE, data, 0x4000), 0);
    return 3;
}

static uint32_t copy_pages(void) {
    struct mmuext_op ops[32];

    for (uint32_t i = 0; i < 32; i++) {
        ops[i] = (struct mmuext_op){.cmd = i % 2 ? MMUEXT_COPY_PAGE : MMUEXT_CLEAR_PAGE};
        ops[i].arg1.linear_addr = data + i * PAGE_SIZE;
        ops[i].arg2.src_mfn = data + (i + 16) % 64 * PAGE_SIZE;
    }
    EXPECT_EQ(mmuext_op(ops, 32, NULL), 0);
    return 32;
}

#define BALLOON_BATCH 64u

static uint32_t balloon_by(uint32_t command, xen_pfn_t *frame) {
    struct xen_memory_reservation reservation = {.nr_extents = BALLOON_BATCH, .domid = DOMID_SELF};

    set_xen_guest_handle(reservation.extent_start, frame);
    return (uint32_t)memory_op(command, &reservation);
}

/* A batch has a frame of each MiB but the kernel's and the tree's, so that all are broken up. */
static uint32_t balloon(void) {
    static xen_pfn_t frame[BALLOON_BATCH];
    static uint32_t next;
    uint32_t first = (page_ram_base + SECTION_SIZE) / PAGE_SIZE;
    uint32_t mibs = page_ram_size / SECTION_SIZE - 3;

    for (uint32_t i = 0; i < BALLOON_BATCH; i++, next++) {
        frame[i] = first + next % mibs * 256 + next / mibs % 256;
    }
    EXPECT_EQ(balloon_by(XENMEM_decrease_reservation, frame), BALLOON_BATCH);
    EXPECT_EQ(balloon_by(XENMEM_populate_physmap, frame), BALLOON_BATCH);
    return 1;
}

/* ---- Console ---- */

static uint32_t console(void) {
    static char text[1024];

    if (!text[0]) {
        memset(text, 'x', sizeof(text));
        for (uint32_t i = 1; i < sizeof(text); i += 2) {
            text[i] = '\n';
        }
    }
    console_write(text, sizeof(text));
    return 1;
}

static volatile struct xencons_interface *ring;
static uint32_t ring_port;

static uint32_t hvm_param(uint32_t index) {
    struct xen_hvm_param param = {.domid = DOMID_SELF, .index = index};

    REQUIRE_EQ(hypercall_op(__HYPERVISOR_hvm_op, HVMOP_get_param, &param), 0);
    return (uint32_t)param.value;
}

static void prepare_ring(void) {
    ring_port = hvm_param(HVM_PARAM_CONSOLE_EVTCHN);
    ring = (void *)KERNEL_WINDOW;
    REQUIRE_EQ(
        pt_map(KERNEL_WINDOW, core_small(hvm_param(HVM_PARAM_CONSOLE_PFN) << 12, CORE_READ_WRITE)),
        0);
}

/* As much as it holds, each time. */
static uint32_t console_ring(void) {
    for (uint32_t i = 0; i < sizeof(ring->out); i++) {
        ring->out[i] = i % 64 == 63 ? '\n' : 'r';
    }
    ring->out_prod = ring->out_cons + sizeof(ring->out);
    ring->in_cons = ring->in_prod;
    event_send(ring_port);
    return 1;
}

/* Takes what is typed at the board's UART, if the input is this domain's. */
static uint32_t read_console(void) {
    static char text[256];

    return (uint32_t)hypercall3(__HYPERVISOR_console_io, CONSOLEIO_read, sizeof(text),
                                (uint32_t)text);
}

/* ---- Events and timers ---- */

#define PORTS 8u
static uint32_t ports[PORTS];

static void prepare_self(void) {
    uint32_t receiver;

    for (uint32_t i = 0; i < PORTS; i++) {
        int32_t port = event_loopback(&receiver);

        REQUIRE_EQ(port > 0, 1);
        ports[i] = (uint32_t)port;
    }
}

/* Whichever of the peer's ports can be bound: they are open for us when it has got that far. */
static void prepare_peer(void) {
    uint32_t peer = option_number("peer", 1), found = 0;

    while (found < PORTS && !enemy_is_over()) {
        for (uint32_t remote = 1; remote < 32 && found < PORTS; remote++) {
            int32_t port = event_bind_interdomain(peer, remote);

            if (port > 0) {
                ports[found++] = (uint32_t)port;
            }
        }
        clock_sleep(NS_PER_MS);
    }
    EXPECT_EQ(found, PORTS);
}

static uint32_t send(void) {
    for (uint32_t i = 0; i < PORTS; i++) {
        event_send(ports[i]);
    }
    return PORTS;
}

#define MANY_PORTS 200u

/* Opened one by one, and all closed at once, the timer's with them. */
static uint32_t reset_ports(void) {
    domid_t self = DOMID_SELF;

    for (uint32_t i = 0; i < MANY_PORTS; i++) {
        EXPECT_TRUE(event_alloc_unbound(DOMID_SELF) > 0);
    }
    EXPECT_EQ(event_op(EVTCHNOP_reset, &self), 0);
    clock_init();
    return 1;
}

static uint32_t poll(void) {
    static evtchn_port_t polled[128];
    struct sched_poll argument = {.nr_ports = 128, .timeout = 1};

    for (uint32_t i = 0; i < 128; i++) {
        polled[i] = ports[i % PORTS];
    }
    set_xen_guest_handle(argument.ports, polled);
    sched_op(SCHEDOP_poll, &argument);
    return 1;
}

static volatile uint32_t fired;

static void set_again(uint32_t port) {
    (void)port;
    fired++;
    if (!enemy_is_over()) {
        clock_timer(clock_ns() + option_number("gap", 20) * NS_PER_US, 0);
    }
}

static void prepare_timer(void) {
    event_handle(clock_port, set_again);
    set_again(0);
}

/* Events are masked from the look at the time to the block, which lets them in again: the last
 * timer would be handled in between, and nothing would wake it any more. */
static uint32_t timer(void) {
    uint32_t before = fired;

    (void)event_mask_all();
    if (enemy_is_over()) {
        event_unmask_all();
    } else {
        sched_op(SCHEDOP_block, NULL);
    }
    return fired - before;
}

/* ---- Exceptions and calls ---- */

static uint32_t code[2] USER_DATA = {0xe7f000f0, 0xe7f000f0};

static uint32_t undefined(void) {
    user_run((void (*)(void))code, 0, 0);
    return 1;
}

/* A register that no core has: the refusal is a line in the log, now and then. */
static uint32_t undefined_kernel(void) {
    uint32_t value;

    if (TRAP_EXPECT()) {
        __asm__ volatile("mrc p15, 7, %0, c15, c13, 7" : "=r"(value));
        trap_unexpect();
    }
    return 1;
}

static uint32_t abort_user(void) {
    user_run(user_read, 0x70000000, 0);
    return 1;
}

static struct multicall_entry calls[512];

/* Each entry fails on memory that is not there. */
static void prepare_multicall(void) {
    for (uint32_t i = 0; i < 512; i++) {
        calls[i].op = __HYPERVISOR_event_channel_op;
        calls[i].args[0] = EVTCHNOP_send;
        calls[i].args[1] = 0x70000000;
    }
}

static uint32_t multicall(void) {
    hypercall2(__HYPERVISOR_multicall, (uint32_t)calls, 512);
    return 1;
}

/* ---- All of them ---- */

static void prepare_nothing(void) {}

static const struct enemy enemies[] = {
    {"hog", prepare_nothing, hog},
    {"hog_user", prepare_nothing, hog_user},
    {"burst", prepare_nothing, burst},
    {"yield", prepare_nothing, yield},
    {"map", prepare_map, update},
    {"replace", prepare_replace, update},
    {"attributes", prepare_attributes, update},
    {"sections", prepare_sections, sections},
    {"kernel_sections", prepare_kernel_sections, sections},
    {"second_level", prepare_second_level, second_level},
    {"first_level", prepare_first_level, first_level},
    {"fork", prepare_fork, address_space},
    {"flush_cache", prepare_nothing, flush_cache},
    {"flush_range", prepare_range, flush_range},
    {"copy_pages", prepare_range, copy_pages},
    {"balloon", prepare_nothing, balloon},
    {"console", prepare_nothing, console},
    {"console_ring", prepare_ring, console_ring},
    {"read_console", prepare_nothing, read_console},
    {"events_self", prepare_self, send},
    {"events_peer", prepare_peer, send},
    {"reset_ports", prepare_nothing, reset_ports},
    {"poll", prepare_self, poll},
    {"timer", prepare_timer, timer},
    {"undefined", prepare_nothing, undefined},
    {"undefined_kernel", prepare_nothing, undefined_kernel},
    {"abort_user", prepare_nothing, abort_user},
    {"multicall", prepare_multicall, multicall},
};

TEST(enemy) {
    enemy_run(enemies, sizeof(enemies) / sizeof(enemies[0]));
    EXPECT_TRUE(!"an option do= that is known");
}
