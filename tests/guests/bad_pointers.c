/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every hypercall that takes a pointer, with pointers that the guest itself could not
 * use: the answer is an error, nothing else happens.
 */
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "event.h"
#include "hypercall.h"
#include "layout.h"
#include "page.h"
#include "pt.h"
#include "test.h"
#include "trap.h"

#define WINDOW    KERNEL_WINDOW /* one page mapped here, none behind it */
#define READ_ONLY (KERNEL_WINDOW + 16 * PAGE_SIZE)

/* Nothing can be read or written there. */
static const uint32_t unusable[] = {
    0x00000000,
    0x00000001,
    0x00000003,
    0x00001000,
    0x70000000,
    0x7fffffff,
    0xbffffffc,
    0xfe001000,
    0xfe100000,
    0xfe100001,
    0xff000000,
    0xffefffff,
    0xfff00000,
    0xfffffffc,
    0xffffffff,
    WINDOW + PAGE_SIZE,
    WINDOW + PAGE_SIZE - 1,
};
/* Readable, not writable: outputs must be refused. */
static const uint32_t not_writable[] = {READ_ONLY,     READ_ONLY + 0x123, PV_VECTORS_VA,
                                        PV_HELPERS_VA, PV_TLS_VA,         PV_COUNTER_VA};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HERE         UINT32_MAX /* the argument that is replaced by the pointer */

struct call {
    const char *name;
    uint32_t number;
    uint32_t args[4];
};

#define EVENT(op)                                      \
    {                                                  \
        "event " #op, __HYPERVISOR_event_channel_op, { \
            op, HERE, 0, 0                             \
        }                                              \
    }
#define MEMORY(op)                               \
    {                                            \
        "memory " #op, __HYPERVISOR_memory_op, { \
            op, HERE, 0, 0                       \
        }                                        \
    }
#define VERSION(op)                                 \
    {                                               \
        "version " #op, __HYPERVISOR_xen_version, { \
            op, HERE, 0, 0                          \
        }                                           \
    }
#define VCPU(op)                             \
    {                                        \
        "vcpu " #op, __HYPERVISOR_vcpu_op, { \
            op, 0, HERE, 0                   \
        }                                    \
    }

static const struct call reading[] = {
    {"set_callbacks", __HYPERVISOR_set_callbacks, {HERE, PV_ABI_MAGIC + PV_ABI_VERSION, 0, 0}},
    {"mmu_update", __HYPERVISOR_mmu_update, {HERE, 1, 0, DOMID_SELF}},
    {"mmu_update many", __HYPERVISOR_mmu_update, {HERE, 64, 0, DOMID_SELF}},
    {"mmuext_op", __HYPERVISOR_mmuext_op, {HERE, 1, 0, DOMID_SELF}},
    {"multicall", __HYPERVISOR_multicall, {HERE, 1, 0, 0}},
    {"multicall many", __HYPERVISOR_multicall, {HERE, 60, 0, 0}},
    {"sched shutdown", __HYPERVISOR_sched_op, {SCHEDOP_shutdown, HERE, 0, 0}},
    {"sched poll", __HYPERVISOR_sched_op, {SCHEDOP_poll, HERE, 0, 0}},
    {"console write", __HYPERVISOR_console_io, {CONSOLEIO_write, 16, HERE, 0}},
    {"hvm set_param", __HYPERVISOR_hvm_op, {HVMOP_set_param, HERE, 0, 0}},
    {"hvm get_param", __HYPERVISOR_hvm_op, {HVMOP_get_param, HERE, 0, 0}},
    {"physdev eoi", __HYPERVISOR_physdev_op, {PHYSDEVOP_eoi, HERE, 0, 0}},
    VERSION(XENVER_get_features),
    EVENT(EVTCHNOP_alloc_unbound),
    EVENT(EVTCHNOP_bind_interdomain),
    EVENT(EVTCHNOP_bind_virq),
    EVENT(EVTCHNOP_bind_pirq),
    EVENT(EVTCHNOP_bind_ipi),
    EVENT(EVTCHNOP_close),
    EVENT(EVTCHNOP_send),
    EVENT(EVTCHNOP_status),
    EVENT(EVTCHNOP_unmask),
    EVENT(EVTCHNOP_bind_vcpu),
    MEMORY(XENMEM_decrease_reservation),
    MEMORY(XENMEM_populate_physmap),
    MEMORY(XENMEM_add_to_physmap),
    VCPU(VCPUOP_register_vcpu_info),
    VCPU(VCPUOP_register_runstate_memory_area),
    VCPU(VCPUOP_set_singleshot_timer),
};

static const struct call writing[] = {
    VERSION(XENVER_extraversion),
    VERSION(XENVER_capabilities),
    VCPU(VCPUOP_get_runstate_info),
};

static int32_t call(const struct call *c, uint32_t pointer) {
    uint32_t args[4];

    for (unsigned int i = 0; i < 4; i++) {
        args[i] = c->args[i] == HERE ? pointer : c->args[i];
    }
    return hypercall4(c->number, args[0], args[1], args[2], args[3]);
}

static void map_windows(void) {
    EXPECT_EQ(pt_map(WINDOW, core_small(page_gpa(page_alloc(1)), CORE_READ_WRITE)), 0);
    EXPECT_EQ(pt_map(READ_ONLY, core_small(page_gpa(page_alloc(1)), CORE_READ_ONLY)), 0);
}

static void expect_fault(const struct call *c, uint32_t pointer) {
    int32_t error = call(c, pointer);

    if (error != -XEN_EFAULT) {
        printf("%s with pointer %08lx: %ld\n", c->name, pointer, error);
    }
    EXPECT_EQ(error, -XEN_EFAULT);
}

TEST(unusable_pointer_to_an_argument_is_efault) {
    map_windows();
    for (unsigned int i = 0; i < COUNT(reading); i++) {
        for (unsigned int j = 0; j < COUNT(unusable); j++) {
            expect_fault(&reading[i], unusable[j]);
        }
    }
}

TEST(unusable_pointer_to_a_result_is_efault) {
    map_windows();
    for (unsigned int i = 0; i < COUNT(writing); i++) {
        for (unsigned int j = 0; j < COUNT(unusable); j++) {
            /* NULL asks xen_version for nothing but a size. */
            if (unusable[j] || writing[i].number != __HYPERVISOR_xen_version) {
                expect_fault(&writing[i], unusable[j]);
            }
        }
        for (unsigned int j = 0; j < COUNT(not_writable); j++) {
            expect_fault(&writing[i], not_writable[j]);
        }
    }
}

TEST(argument_that_ends_beyond_the_mapping_is_efault) {
    map_windows();
    memset((void *)WINDOW, 0, PAGE_SIZE);
    for (unsigned int i = 0; i < COUNT(reading); i++) {
        expect_fault(&reading[i], WINDOW + PAGE_SIZE - 2);
    }
}

/* A list of updates must be aligned; all else is read byte by byte, and the answer is that of the
 * same argument where it is aligned. */
TEST(misaligned_pointers_give_the_same_answer) {
    map_windows();
    for (unsigned int i = 0; i < COUNT(reading); i++) {
        int32_t wanted;

        if (reading[i].number == __HYPERVISOR_sched_op ||
            reading[i].number == __HYPERVISOR_set_callbacks ||
            reading[i].number == __HYPERVISOR_console_io) {
            continue; /* read as zeroes these end the guest or print zeroes, rightly */
        }
        memset((void *)WINDOW, 0, 4096);
        wanted = call(&reading[i], WINDOW);
        EXPECT_TRUE(wanted != -XEN_EFAULT);
        for (uint32_t offset = 1; offset < 8; offset++) {
            bool is_refused = reading[i].number == __HYPERVISOR_mmu_update && offset % 4;
            int32_t got;

            memset((void *)WINDOW, 0, 4096);
            got = call(&reading[i], WINDOW + offset);
            if (!EXPECT_EQ(got, is_refused ? -XEN_EFAULT : wanted)) {
                printf("%s at offset %lu\n", reading[i].name, offset);
            }
        }
    }
}

/* What is readable is read with the guest's rights at any alignment, and what lies right behind it
 * is not, whatever the hypervisor itself may read there. */
TEST(no_byte_of_the_hypervisors_is_read_or_written) {
    static const uint32_t at[] = {0xfe100000, 0xfe800000, 0xfe804000, 0xff000000};

    for (unsigned int i = 0; i < COUNT(at); i++) {
        for (uint32_t offset = 0; offset < 4; offset++) {
            for (unsigned int j = 0; j < COUNT(reading); j++) {
                expect_fault(&reading[j], at[i] + offset);
            }
            for (unsigned int j = 0; j < COUNT(writing); j++) {
                expect_fault(&writing[j], at[i] + offset);
            }
        }
    }
}

/*
 * Lists of updates are read with the hypervisor's own rights: they must end below its range.  Here
 * the page before it is the guest's, and the one behind that border is its vCPU's, readable too.
 */
TEST(list_that_crosses_into_the_hypervisors_range_is_efault) {
    uint32_t l2 = page_gpa(pt_window(WINDOW));
    uint32_t entry = core_small(page_gpa(page_alloc(1)), CORE_READ_WRITE);
    struct mmu_update *last = (struct mmu_update *)PV_VIRT_START - 1;

    REQUIRE_EQ(
        pt_map(PV_VIRT_START - PAGE_SIZE, core_small(page_gpa(page_alloc(1)), CORE_READ_WRITE)), 0);
    for (uint32_t i = 0; i < 256; i++) {
        last[-(int32_t)i] = (struct mmu_update){.ptr = l2, .val = entry};
    }
    for (uint32_t count = 2; count < 8; count++) {
        uint32_t done = 77;

        EXPECT_EQ(mmu_update(last - count + 1, count, &done), 0); /* all of it is ours */
        EXPECT_EQ(done, count);
        done = 77;
        EXPECT_EQ(mmu_update(last - count + 2, count, &done), -XEN_EFAULT);
        EXPECT_EQ(done, 0);
        EXPECT_EQ(mmu_update(last + 1, count, &done), -XEN_EFAULT);
        /* Beyond the top of the address space it goes on at the bottom. */
        EXPECT_EQ(mmu_update((struct mmu_update *)0xfffffff0, count, &done), -XEN_EFAULT);
    }
    EXPECT_EQ(pt_map(PV_VIRT_START - PAGE_SIZE, 0), 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
}

/* Pointers inside of structures. */
TEST(unusable_nested_pointers_are_efault) {
    struct mmu_update update = {.ptr = page_gpa(pt_window(WINDOW)), .val = 0};

    for (unsigned int j = 0; j < COUNT(unusable); j++) {
        struct xen_memory_reservation reservation = {.nr_extents = 1, .domid = DOMID_SELF};
        struct sched_poll poll = {.nr_ports = 1, .timeout = 1};

        set_xen_guest_handle(reservation.extent_start, (xen_pfn_t *)unusable[j]);
        EXPECT_EQ(memory_op(XENMEM_decrease_reservation, &reservation), 0); /* none was done */
        EXPECT_EQ(memory_op(XENMEM_populate_physmap, &reservation), 0);
        set_xen_guest_handle(poll.ports, (evtchn_port_t *)unusable[j]);
        EXPECT_EQ(sched_op(SCHEDOP_poll, &poll), -XEN_EFAULT);
        if (unusable[j]) {
            EXPECT_EQ(mmu_update(&update, 1, (uint32_t *)unusable[j]), -XEN_EFAULT);
        }
        EXPECT_EQ(pt_ext(PV_MMUEXT_LOAD_TABLE, page_gpa(pt_window(WINDOW)), unusable[j]),
                  -XEN_EFAULT);
    }
}

/* The hypervisor writes the runstate on each switch: an address that turns bad later too. */
TEST(runstate_area_that_goes_away_does_no_harm) {
    struct vcpu_register_runstate_memory_area area;

    map_windows();
    for (unsigned int j = 0; j < COUNT(unusable); j++) {
        memset(&area, 0, sizeof(area));
        area.addr.p = unusable[j];
        EXPECT_EQ(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area),
                  unusable[j] ? -XEN_EFAULT : 0);
        EXPECT_EQ(sched_op(SCHEDOP_yield, NULL), 0);
    }
    memset(&area, 0, sizeof(area));
    area.addr.p = WINDOW;
    EXPECT_EQ(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area), 0);
    EXPECT_EQ(pt_map(WINDOW, 0), 0);
    for (int i = 0; i < 10; i++) {
        EXPECT_EQ(sched_op(SCHEDOP_yield, NULL), 0);
    }
    area.addr.p = 0;
    EXPECT_EQ(vcpu_op(VCPUOP_register_runstate_memory_area, 0, &area), 0);
}

/* Ranges for cache and TLB operations: the empty one may lie anywhere, what ends in the
 * hypervisor's range is refused, and of all others what is not mapped is left out. */
TEST(ranges_for_maintenance_end_below_the_hypervisor) {
    static const uint32_t ops[] = {PV_MMUEXT_CLEAN_DCACHE, PV_MMUEXT_FLUSH_DCACHE,
                                   PV_MMUEXT_INVAL_DCACHE, PV_MMUEXT_SYNC_ICACHE,
                                   PV_MMUEXT_TLB_FLUSH_RANGE};
    static const uint32_t sizes[] = {0, 1, 31, PAGE_SIZE, 0x40000, 0xffffffff};

    for (unsigned int i = 0; i < COUNT(ops); i++) {
        for (unsigned int j = 0; j < COUNT(unusable); j++) {
            for (unsigned int k = 0; k < COUNT(sizes); k++) {
                uint64_t end = (uint64_t)unusable[j] + sizes[k];
                bool is_refused = sizes[k] && end > PV_VIRT_START;

                EXPECT_EQ(pt_ext(ops[i], unusable[j], sizes[k]), is_refused ? -XEN_EINVAL : 0);
            }
        }
        EXPECT_EQ(pt_ext(ops[i], PV_VIRT_START - PAGE_SIZE, PAGE_SIZE), 0);
        EXPECT_EQ(pt_ext(ops[i], PV_VIRT_START - PAGE_SIZE, PAGE_SIZE + 1), -XEN_EINVAL);
    }
}

/* Invalidation must not be a way to undo another's stores, nor the guest's own in the same line. */
TEST(invalidation_keeps_the_rest_of_a_line) {
    uint32_t *line = page_alloc(1);

    for (uint32_t i = 0; i < 16; i++) {
        line[i] = 0x1000 + i;
    }
    EXPECT_EQ(pt_ext(PV_MMUEXT_INVAL_DCACHE, (uint32_t)&line[3], 4), 0);
    for (uint32_t i = 0; i < 16; i++) {
        if (i != 3) {
            EXPECT_EQ(line[i], 0x1000 + i);
        }
    }
}
