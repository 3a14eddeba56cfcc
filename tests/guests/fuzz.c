/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Seeded fuzzer: every hypercall with random arguments, most of them of the kind that the call
 * takes, so that many succeed: frames and tables of the fuzzer's own memory, its ports, lists and
 * structures, and pointers that lead nowhere.  The machine and other guests must not notice.
 *
 * Options: seed=, until= (ms: when the last test ends), wild (now and then calls by which this
 * guest may ruin itself: its life ends then, and the next one, a second later, has another seed).
 */
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "random.h"
#include "test.h"
#include "trap.h"

#define SCRATCH_PAGES  8u   /* that it gives away, maps and makes tables of */
#define ARGUMENT_WORDS 512u /* where calls find what they read */
#define LIST_MAX       6u
#define LINE_MAX       8u   /* bytes for the console: they take long */
#define WILD_EVERY     256u /* calls, of which one may be the last */
#define REPORT_EVERY   64u
#define FREE_MIB       (KERNEL_WINDOW + 16 * SECTION_SIZE) /* entries of the first level */
#define FREE_MIBS      4u

#define COUNT(array)   (sizeof(array) / sizeof((array)[0]))

static uint32_t seed;
static uint8_t *scratch;    /* aligned to a first-level table */
static uint32_t *arguments; /* a page of its own */
static uint32_t used;       /* words of it */
static bool is_wild;        /* this call */

static uint32_t next(void) {
    return random_next(&seed);
}

static uint32_t any(uint32_t below) {
    return next() % below;
}

/* ---- Numbers ---- */

static uint32_t scratch_va(void) {
    return (uint32_t)scratch + any(SCRATCH_PAGES * PAGE_SIZE);
}

static uint32_t scratch_gpa(void) {
    return page_gpa(scratch) + any(SCRATCH_PAGES * PAGE_SIZE);
}

static uint32_t scratch_gfn(void) {
    return page_gpa(scratch) / PAGE_SIZE + any(SCRATCH_PAGES);
}

/* A table entry, of either level. */
static uint32_t an_entry(void) {
    static const uint32_t rights[] = {CORE_READ_WRITE, CORE_READ_ONLY};
    uint32_t gpa = scratch_gpa();

    switch (any(8)) {
    case 0: return next();
    case 1: return core_section(gpa & ~(SECTION_SIZE - 1), PV_DOMAIN_KERNEL, rights[any(2)]);
    case 2: return core_table(gpa & ~0x3ffu, any(4));
    case 3: return 0;
    default: return core_small(gpa & ~(PAGE_SIZE - 1), rights[any(2)]);
    }
}

/* Where such an entry may be: in the kernel's tables, or in what may be one. */
static uint32_t an_entry_gpa(void) {
    switch (any(4)) {
    case 0: return page_gpa(pt_l1_entry(pt_kernel_l1, FREE_MIB + any(FREE_MIBS) * SECTION_SIZE));
    case 1: return scratch_gpa() & ~3u;
    default: return page_gpa(pt_window(KERNEL_WINDOW)) + 4 * any(256);
    }
}

static uint32_t a_random_word(void) {
    static const uint32_t odd[] = {1,          0xfe000000, 0xfe100000, 0xff000000,
                                   0xffff0000, 0xfffffffc, ~0u,        0x70000000};

    switch (any(4)) {
    case 0: return next();
    case 1: return 1u << any(32);
    default: return odd[any(COUNT(odd))];
    }
}

/* @word, unless it names what the fuzzer stands on: a frame, an address of its memory, its vCPU's
 * page (in which a call's answer would fall on the clock). */
static uint32_t harmless(uint32_t word) {
    if (is_wild) {
        return word;
    }
    if (word - page_ram_base / PAGE_SIZE < page_ram_size / PAGE_SIZE) {
        return scratch_gfn();
    }
    if (word - page_ram_base < page_ram_size) {
        return scratch_gpa();
    }
    if (word - KERNEL_BASE < page_ram_size || word - PV_VCPU_VA(0) < PAGE_SIZE) {
        return scratch_va();
    }
    return word;
}

static uint32_t a_word(void) {
    switch (any(10)) {
    case 0: return scratch_gfn();
    case 1: return scratch_gpa();
    case 2: return scratch_va();
    case 3: return harmless(a_random_word());
    case 4:
    case 5: return 0;
    default: return any(40);
    }
}

/* ---- What calls read ---- */

/* Room for so many words; where it is. */
static uint32_t *room(uint32_t words) {
    uint32_t *at;

    if (used + words > ARGUMENT_WORDS) {
        used = 0;
    }
    at = arguments + used;
    used += (words + 3) & ~1u;
    return at;
}

/* A structure of any kind: ids, ports and numbers that are small, now and then a pointer. */
static uint32_t a_structure(void) {
    uint32_t *at = room(12);

    if (any(16) == 0) {
        return harmless(a_random_word());
    }
    for (uint32_t i = 0; i < 12; i++) {
        at[i] = a_word();
    }
    return (uint32_t)at;
}

/* Of a domain, itself as a rule, with a value. */
static uint32_t an_event_argument(void) {
    uint32_t *at = (uint32_t *)room(8);

    memset(at, 0, 32);
    at[0] = any(2) ? any(24) : DOMID_SELF | any(3) << 16;
    at[0] = any(8) ? at[0] : DOMID_SELF | DOMID_SELF << 16;
    at[1] = any(24);
    at[2] = any(4);
    return any(16) ? (uint32_t)at : harmless(a_random_word());
}

static uint32_t a_reservation(void) {
    struct xen_memory_reservation *r = (void *)room(sizeof(*r) / 4);
    uint32_t *frames = room(2 * LIST_MAX);

    memset(r, 0, sizeof(*r));
    for (uint32_t i = 0; i < LIST_MAX; i++) {
        frames[2 * i] = any(8) ? scratch_gfn() : harmless(a_random_word());
        frames[2 * i + 1] = any(32) == 0;
    }
    set_xen_guest_handle(r->extent_start, (xen_pfn_t *)frames);
    r->nr_extents = any(LIST_MAX + 1);
    r->extent_order = any(16) == 0;
    r->domid = any(16) ? DOMID_SELF : (domid_t)any(4);
    return (uint32_t)r;
}

static uint32_t a_list_of_updates(void) {
    struct mmu_update *updates = (void *)room(LIST_MAX * sizeof(*updates) / 4);

    for (uint32_t i = 0; i < LIST_MAX; i++) {
        updates[i].ptr = an_entry_gpa() | (uint64_t)(any(64) == 0) << 32;
        updates[i].val = an_entry();
    }
    return (uint32_t)updates;
}

static const uint32_t table_commands[] = {
    MMUEXT_PIN_L1_TABLE,    MMUEXT_UNPIN_TABLE,    MMUEXT_NEW_BASEPTR,
    MMUEXT_TLB_FLUSH_LOCAL, MMUEXT_INVLPG_LOCAL,   MMUEXT_FLUSH_CACHE,
    MMUEXT_CLEAR_PAGE,      MMUEXT_COPY_PAGE,      PV_MMUEXT_CLEAN_DCACHE,
    PV_MMUEXT_FLUSH_DCACHE, PV_MMUEXT_SYNC_ICACHE, PV_MMUEXT_TLB_FLUSH_RANGE,
    PV_MMUEXT_LOAD_TABLE,
};

static uint32_t a_table_command(void) {
    return any(16) ? table_commands[any(COUNT(table_commands))] : any(32);
}

/* Of such a command: the first-level table of the fuzzer's, addresses in pages, a table. */
static uint32_t a_table_argument(void) {
    switch (any(6)) {
    case 0: return page_gpa(scratch) / PAGE_SIZE;
    case 1: return page_gpa(pt_kernel_l1) / PAGE_SIZE;
    case 2: return scratch_va() & ~(PAGE_SIZE - 1);
    case 3: return page_gpa(pt_window(KERNEL_WINDOW));
    default: return a_word();
    }
}

/* On another table the guest may do that, but has no way back then. */
static bool unpins_the_kernel(uint32_t command, uint32_t argument) {
    return command == MMUEXT_UNPIN_TABLE && argument == page_gpa(pt_kernel_l1) / PAGE_SIZE;
}

static uint32_t a_list_of_operations(void) {
    struct mmuext_op *ops = (void *)room(LIST_MAX * sizeof(*ops) / 4);

    memset(ops, 0, LIST_MAX * sizeof(*ops));
    for (uint32_t i = 0; i < LIST_MAX; i++) {
        ops[i].cmd = a_table_command();
        do {
            ops[i].arg1.mfn = a_table_argument();
        } while (unpins_the_kernel(ops[i].cmd, (uint32_t)ops[i].arg1.mfn));
        ops[i].arg2.src_mfn = a_table_argument();
    }
    return (uint32_t)ops;
}

/* ---- Calls ---- */

enum argument {
    WORD,
    COMMAND, /* below the call's own limit */
    STRUCTURE,
    EVENT,
    RESERVATION,
    UPDATES,
    OPERATIONS,
    CALLS,
    LENGTH,
    RESULT, /* where a number is written, or 0 */
    SELF,
    ZERO,
    ENTRY,
    ENTRY_GPA,
    WINDOW,
    TABLE_COMMAND,
    TABLE_ARGUMENT,
};

/* How often it is tried, and how often something was done. */
static struct shape {
    const char *name;
    uint32_t number;
    uint8_t commands;
    uint8_t argument[4];
    bool never; /* can a domain without rights and devices have any success with it? */
    uint32_t tried, done;
} shapes[] = {
    {"mmu_update", __HYPERVISOR_mmu_update, 0, {UPDATES, LENGTH, RESULT, SELF}, 0, 0, 0},
    {"mmuext_op", __HYPERVISOR_mmuext_op, 0, {OPERATIONS, LENGTH, RESULT, SELF}, 0, 0, 0},
    {"pv_mmuext",
     __HYPERVISOR_pv_mmuext,
     0,
     {TABLE_COMMAND, TABLE_ARGUMENT, TABLE_ARGUMENT},
     0,
     0,
     0},
    {"pv_update", __HYPERVISOR_pv_update, 0, {ENTRY_GPA, ENTRY, WINDOW}, 0, 0, 0},
    {"pv_task_switch", __HYPERVISOR_pv_task_switch, 0, {TABLE_ARGUMENT, WORD, WORD}, 0, 0, 0},
    {"update_va_mapping", __HYPERVISOR_update_va_mapping, 0, {WINDOW, ENTRY, WORD}, 0, 0, 0},
    {"memory_op", __HYPERVISOR_memory_op, 7, {COMMAND, RESERVATION}, 0, 0, 0},
    {"event_channel_op", __HYPERVISOR_event_channel_op, 14, {COMMAND, EVENT}, 0, 0, 0},
    {"vcpu_op", __HYPERVISOR_vcpu_op, 14, {COMMAND, ZERO, STRUCTURE}, 0, 0, 0},
    {"sched_op", __HYPERVISOR_sched_op, 8, {COMMAND, STRUCTURE}, 0, 0, 0},
    {"set_timer_op", __HYPERVISOR_set_timer_op, 0, {WORD, ZERO}, 0, 0, 0},
    {"xen_version", __HYPERVISOR_xen_version, 12, {COMMAND, STRUCTURE}, 0, 0, 0},
    {"console_io", __HYPERVISOR_console_io, 4, {COMMAND, LENGTH, STRUCTURE}, 0, 0, 0},
    {"hvm_op", __HYPERVISOR_hvm_op, 4, {COMMAND, EVENT}, 0, 0, 0},
    {"set_segment_base", __HYPERVISOR_set_segment_base, 2, {COMMAND, WORD}, 0, 0, 0},
    {"fpu_taskswitch", __HYPERVISOR_fpu_taskswitch, 4, {COMMAND}, 0, 0, 0},
    {"multicall", __HYPERVISOR_multicall, 0, {CALLS, LENGTH}, 0, 0, 0},
    {"physdev_op", __HYPERVISOR_physdev_op, 32, {COMMAND, STRUCTURE}, true, 0, 0},
    {"platform_op", __HYPERVISOR_platform_op, 0, {STRUCTURE}, true, 0, 0},
};

struct call {
    struct shape *shape; /* NULL: a number of the fuzzer's own invention */
    uint32_t number, args[5];
};

static void make_call(struct call *call, bool in_list);

static uint32_t a_list_of_calls(void) {
    struct multicall_entry *entries = (void *)room(LIST_MAX * sizeof(*entries) / 4);

    for (uint32_t i = 0; i < LIST_MAX; i++) {
        struct call call;

        make_call(&call, true);
        entries[i] = (struct multicall_entry){.op = call.number};
        for (uint32_t j = 0; j < 5; j++) {
            entries[i].args[j] = call.args[j];
        }
    }
    return (uint32_t)entries;
}

static uint32_t an_argument(const struct shape *shape, enum argument argument) {
    switch (argument) {
    case COMMAND: return any(32) ? any(shape->commands) : a_word();
    case STRUCTURE: return a_structure();
    case EVENT: return an_event_argument();
    case RESERVATION: return a_reservation();
    case UPDATES: return a_list_of_updates();
    case OPERATIONS: return a_list_of_operations();
    case CALLS: return a_list_of_calls();
    case LENGTH: return any(LIST_MAX + 1);
    case RESULT: return any(2) ? (uint32_t)room(1) : 0;
    case SELF: return any(64) ? DOMID_SELF : any(4);
    case ZERO: return any(32) == 0;
    case ENTRY: return an_entry();
    case ENTRY_GPA: return an_entry_gpa();
    case WINDOW: return KERNEL_WINDOW + any(SECTION_SIZE);
    case TABLE_COMMAND: return a_table_command();
    case TABLE_ARGUMENT: return a_table_argument();
    case WORD: break;
    }
    return a_word();
}

/* Calls by which this guest could only end, stop or replace itself. */
static bool is_suicide(const struct call *call) {
    uint32_t first = call->args[0];

    switch (call->number) {
    case __HYPERVISOR_iret:
    case __HYPERVISOR_set_callbacks: return true;
    case __HYPERVISOR_sched_op:
        return (first & 0xff) == SCHEDOP_poll || first == SCHEDOP_block ||
               first == SCHEDOP_shutdown || first == SCHEDOP_shutdown_code;
    case __HYPERVISOR_vcpu_op: return first == VCPUOP_down;
    case __HYPERVISOR_pv_mmuext: return unpins_the_kernel(first, call->args[1]);
    case __HYPERVISOR_multicall: return !call->shape; /* of calls that nobody has looked at */
    case __HYPERVISOR_console_io: return call->args[1] > LINE_MAX;
    case __HYPERVISOR_memory_op: return (first & 0x3f) == XENMEM_add_to_physmap;
    default: return false;
    }
}

/* Of a shutdown after which the guest begins again. */
static struct sched_shutdown another_life;

/* Of these a wild guest is spared the ones by which it would wait for ever, print for ever or not
 * start again. */
static bool is_the_end(const struct call *call) {
    return call->number == __HYPERVISOR_vcpu_op || call->number == __HYPERVISOR_console_io ||
           (call->number == __HYPERVISOR_sched_op && call->args[1] != (uint32_t)&another_life);
}

static void make_any_call(struct call *call) {
    *call = (struct call){.number = any(64)};
    for (uint32_t i = 0; i < 5; i++) {
        call->args[i] = any(2) ? a_word() : a_structure();
    }
}

static void make_shaped_call(struct call *call, bool in_list) {
    struct shape *shape = &shapes[any(COUNT(shapes))];

    if (in_list && shape->number == __HYPERVISOR_multicall) {
        shape = shapes;
    }
    *call = (struct call){.shape = shape, .number = shape->number};
    for (uint32_t i = 0; i < 4; i++) {
        call->args[i] = an_argument(shape, (enum argument)shape->argument[i]);
    }
}

static void make_deadly_call(struct call *call) {
    static const uint32_t numbers[] = {__HYPERVISOR_iret, __HYPERVISOR_set_callbacks,
                                       __HYPERVISOR_sched_op};

    make_any_call(call);
    call->number = numbers[any(3)];
    if (call->number == __HYPERVISOR_sched_op) {
        another_life.reason = any(2) ? SHUTDOWN_reboot : SHUTDOWN_crash;
        call->args[0] = SCHEDOP_shutdown;
        call->args[1] = (uint32_t)&another_life;
    } else if (call->number == __HYPERVISOR_set_callbacks) {
        call->args[1] = PV_ABI_MAGIC + PV_ABI_VERSION;
    }
}

static void make_call(struct call *call, bool in_list) {
    do {
        if (is_wild && any(4) == 0) {
            make_deadly_call(call);
        } else if (any(8) == 0) {
            make_any_call(call);
        } else {
            make_shaped_call(call, in_list);
        }
    } while (is_suicide(call) && (!is_wild || is_the_end(call)));
}

static void note(struct call *call, int32_t result) {
    if (call->shape) {
        call->shape->tried++;
        call->shape->done += result >= 0;
    }
}

/* Returns how many calls. */
static uint32_t fuzz_until(uint64_t end, void (*make)(struct call *call, bool in_list)) {
    bool wild = option_given("wild");
    uint32_t calls = 0;

    while (clock_ns() < end) {
        struct call call;
        const uint32_t *a = call.args;

        is_wild = wild && any(WILD_EVERY) == 0;
        make(&call, false);
        note(&call, hypercall5(call.number, a[0], a[1], a[2], a[3], a[4]));
        *pv_mask() = 0;
        if (++calls % REPORT_EVERY == 0 && wild) {
            printf("\nmade %lu calls\n", calls);
        }
    }
    is_wild = false;
    return calls;
}

/* ---- Tests ---- */

static void begin(const char *what) {
    uint32_t life = (uint32_t)(clock_ns() / NS_PER_S); /* lives begin a second apart or more */

    seed = (option_number("seed", 1) + 100 * life) * 0x9e3779b9u + (uint32_t)what[0];
    scratch = page_alloc(SCRATCH_PAGES);
    arguments = page_alloc(1);
    pt_window(KERNEL_WINDOW);
    printf("%s, seed %lu, life %lu%s\n", what, option_number("seed", 1), life,
           option_given("wild") ? ", wild" : "");
    for (uint32_t i = 0; i < COUNT(shapes); i++) {
        shapes[i].tried = shapes[i].done = 0;
    }
}

static uint64_t time_of_end(void) {
    return option_number("until", 200) * NS_PER_MS;
}

/* Each of the shapes was tried often; with what it may do it had success, with the others none. */
static void expect_success(uint32_t calls, uint32_t first, uint32_t count) {
    printf("\n%lu calls\n", calls);
    for (uint32_t i = first; i < first + count; i++) {
        printf("%s: %lu of %lu\n", shapes[i].name, shapes[i].done, shapes[i].tried);
        EXPECT_TRUE(shapes[i].tried >= 50);
        if (shapes[i].never) {
            EXPECT_EQ(shapes[i].done, 0);
        } else {
            EXPECT_TRUE(shapes[i].done >= shapes[i].tried / 20);
        }
    }
}

/* After all that, what a kernel lives on works. */
static void expect_all_well(void) {
    uint32_t receiver, value = 0;
    uint32_t *page = page_alloc(1);
    int32_t sender;

    EXPECT_EQ(pt_switch(pt_kernel_l1), 0);
    *page = 0x600d;
    EXPECT_EQ(pt_map(KERNEL_WINDOW + SECTION_SIZE, core_small(page_gpa(page), CORE_READ_WRITE)), 0);
    EXPECT_TRAP(try_read(KERNEL_WINDOW + SECTION_SIZE, &value), TRAP_NONE);
    EXPECT_EQ(value, 0x600d);
    EXPECT_EQ(pt_map(KERNEL_WINDOW + SECTION_SIZE, 0), 0);
    sender = event_loopback(&receiver);
    REQUIRE_EQ(sender > 0, 1);
    EXPECT_EQ(event_send((uint32_t)sender), 0);
    EXPECT_EQ(event_close((uint32_t)sender), 0);
    EXPECT_EQ(event_close(receiver), 0);
    EXPECT_TRUE(hypercall2(__HYPERVISOR_xen_version, XENVER_version, 0) > 0);
}

TEST(random_hypercalls_do_no_harm) {
    uint32_t calls;

    begin("hypercalls");
    calls = fuzz_until(option_given("wild") ? time_of_end() : time_of_end() / 2, make_call);
    if (!option_given("wild")) {
        expect_success(calls, 0, COUNT(shapes));
        expect_all_well();
    }
}

#define TABLE_SHAPES 7u /* the first ones: tables and memory */

static void make_table_call(struct call *call, bool in_list) {
    (void)in_list;
    do {
        struct shape *shape = &shapes[any(TABLE_SHAPES)];

        *call = (struct call){.shape = shape, .number = shape->number};
        for (uint32_t i = 0; i < 4; i++) {
            call->args[i] = an_argument(shape, (enum argument)shape->argument[i]);
        }
    } while (is_suicide(call));
}

/* Of tables and memory alone: they meet each other's results more often. */
TEST(random_table_updates_do_no_harm) {
    uint32_t calls;

    begin("tables");
    calls = fuzz_until(time_of_end(), make_table_call);
    if (!option_given("wild")) {
        expect_success(calls, 0, TABLE_SHAPES);
        expect_all_well();
    }
}
