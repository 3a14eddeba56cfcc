/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op, by dom0 for a domain that a toolstack makes: memory comes and goes, and nobody else
 * may. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>

#include "core/base/percpu.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_owner.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/page_pool.h"
#include "core/space/pt_table.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"
#include "support_walker.h"

#define AT     0u      /* of the structure in guest memory */
#define LIST   0x1000u /* of what it points to */
#define MADE   2u
#define RAM    (PV_RAM_GPA >> PAGE_SHIFT)
#define L1_GPA ((RAM + 4) << PAGE_SHIFT)
#define L2_GPA ((RAM + 8) << PAGE_SHIFT)

static struct domain *dom0, *domu, *made;
static uint32_t free_before;
static unsigned int again;

static struct domain *make_domain(void) {
    struct domain *d = support_domain_add(MADE, 1);

    d->is_managed = true;
    d->pool = DOMAIN_OWNER_FIRST;
    assert_int_equal(pt_init(&d->space, MM_LIMIT), 0);
    return d;
}

static int power_on(void **state) {
    (void)state;
    mm_setup();
    domain_reap_init(true, NULL);
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    free_before = page_free_count();
    made = make_domain();
    made->max_frames = 8 * FRAMES_PER_MIB;
    this_cpu()->work = 0;
    return 0;
}

static void scrub_made(void) {
    while (page_scrub_step(made->pool)) {
    }
}

/* It ends: all that it had is free, for everybody. */
static int power_off(void **state) {
    unsigned int pool = made->pool;

    (void)state;
    mm_check();
    mm_destroy(made);
    while (page_scrub_step(pool) || page_pool_drop_step(pool)) {
    }
    mm_scrub();
    assert_int_equal(page_free_count(), free_before);
    mm_destroy(dom0);
    mm_destroy(domu);
    return 0;
}

static int32_t call(struct domain *by, uint32_t op, const void *what, size_t size) {
    uint32_t args[5] = {op, fake_put(AT, what, size).v};

    return mm_run(do_memory_op, by, args, &again);
}

static int32_t id_call(struct domain *by, uint32_t op, domid_t id) {
    return call(by, op, &id, sizeof(id));
}

static struct xen_memory_reservation request(domid_t id, uint32_t count, uint32_t order) {
    return (struct xen_memory_reservation){.domid = id,
                                           .nr_extents = count,
                                           .extent_order = order,
                                           .extent_start.q = FAKE_GUEST_VA + LIST};
}

/* @count extents of @order in a row from @first on. */
static int32_t extents(struct domain *by, uint32_t op, uint32_t first, uint32_t count,
                       uint32_t order) {
    struct xen_memory_reservation r = request(MADE, count, order);
    xen_pfn_t list[64];

    assert_true(count <= 64);
    for (uint32_t i = 0; i < count; i++) {
        list[i] = first + (i << order);
    }
    fake_put(LIST, list, count * sizeof(list[0]));
    return call(by, op, &r, sizeof(r));
}

static int32_t populate(uint32_t first, uint32_t count, uint32_t order) {
    return extents(dom0, XENMEM_populate_physmap, first, count, order);
}

static int32_t decrease(uint32_t first, uint32_t count, uint32_t order) {
    return extents(dom0, XENMEM_decrease_reservation, first, count, order);
}

static void interrupts(bool on) {
    fake_board.pending[FAKE_UART_IRQ] = on;
    fake_board.masked[FAKE_UART_IRQ] = !on;
}

/* ---- Memory comes ---- */

static void a_bank_is_filled_with_whole_mibs(void **state) {
    (void)state;
    assert_int_equal(populate(RAM, 3, 9), 3);
    assert_int_equal(made->space.p2m.held, 6 * FRAMES_PER_MIB);
    assert_int_equal(made->space.p2m.capacity, 8 * FRAMES_PER_MIB);
    for (unsigned int i = 0; i < 6; i++) {
        assert_false(made->space.p2m.mib[i].broken);
        assert_int_equal(mm_frame(made, RAM + i * 256).v % FRAMES_PER_MIB, 0);
    }
    assert_int_equal(page_of(mm_frame(made, RAM + 1535))->owner, MADE);
    mm_flat(made);
    assert_int_equal(*page_section_count(mm_frame(made, RAM + 1024)), 1);
}

/* Whoever looks for room in the heap has no time for a frame before the next look. */
static void room_for_the_map_is_a_step_of_its_own(void **state) {
    struct xen_memory_reservation r = request(MADE, 1, 0);
    xen_pfn_t first = RAM;
    uint32_t args[5] = {XENMEM_populate_physmap, fake_put(AT, &r, sizeof(r)).v};

    (void)state;
    fake_put(LIST, &first, sizeof(first));
    interrupts(true);
    assert_int_equal(do_memory_op(dom0->vcpu[0], args), HYPERCALL_AGAIN);
    interrupts(false);
    assert_int_equal(made->space.p2m.capacity, 8 * FRAMES_PER_MIB);
    assert_int_equal(made->space.p2m.count, 0); /* nor for growing it */
    assert_int_equal(do_memory_op(dom0->vcpu[0], args), 1);
    assert_int_equal(made->space.p2m.held, 1);
}

/* libxl sends what is not a multiple of 2 MiB frame by frame. */
static void single_frames_in_a_row_make_a_mib(void **state) {
    (void)state;
    for (unsigned int i = 0; i < FRAMES_PER_MIB; i += 64) {
        assert_int_equal(populate(RAM + i, 64, 0), 64);
        assert_int_equal(made->space.p2m.mib[0].broken, i + 64 < FRAMES_PER_MIB);
    }
    assert_int_equal(populate(RAM + 300, 1, 0), 1); /* not from its start */
    assert_true(made->space.p2m.mib[1].broken);
}

static void a_mib_with_a_hole_stays_broken(void **state) {
    (void)state;
    assert_int_equal(populate(RAM, 64, 0), 64);
    assert_int_equal(decrease(RAM + 3, 1, 0), 1);
    scrub_made();
    assert_int_equal(populate(RAM + 3, 1, 0), 1);
    assert_int_equal(populate(RAM, 1, 8), 1); /* what is there counts as done */
    assert_int_equal(made->space.p2m.held, FRAMES_PER_MIB);
    assert_true(made->space.p2m.mib[0].broken);
    mm_flat(made);
    assert_int_equal(*page_section_count(mm_frame(made, RAM)), 0);
}

static void frames_outside_the_bank_come_singly(void **state) {
    (void)state;
    assert_int_equal(populate(0x39000, 4, 0), 4);
    assert_int_equal(populate(0, 1, 0), 1);
    assert_int_equal(made->space.p2m.held, 5);
    assert_int_equal(made->space.p2m.capacity, 0);
    assert_int_equal(page_of(mm_frame(made, 0x39003))->owner, MADE);
    assert_int_equal(mm_frame(made, 0).v != mm_frame(made, 0x39000).v, 1);
    assert_int_equal(p2m_lookup(&made->space.p2m, gfn(0x39004)), P2M_NONE);
    assert_int_equal(decrease(0x39001, 1, 0), 1);
    assert_int_equal(decrease(0x39001, 1, 0), 0);
    assert_int_equal(p2m_lookup(&made->space.p2m, gfn(0x39001)), P2M_NONE);
    assert_int_not_equal(p2m_lookup(&made->space.p2m, gfn(0x39002)), P2M_NONE);
    assert_int_equal(made->space.p2m.held, 4);
}

/* A page of the store, for which init-dom0less raises the maximum by one. */
static void a_domain_of_the_boot_gets_a_page_outside_its_ram(void **state) {
    struct xen_memory_reservation r = {
        .domid = 1, .nr_extents = 2, .extent_start.q = FAKE_GUEST_VA + LIST};
    const xen_pfn_t list[] = {0x39001, 0x39002};
    uint32_t before = page_free_count();

    (void)state;
    fake_put(LIST, list, sizeof(list));
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    domu->max_frames++;
    r.domid = DOMID_SELF;
    assert_int_equal(call(domu, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    r.domid = 1;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 1);
    assert_int_equal(page_of(mm_frame(domu, 0x39001))->owner, 1);
    assert_int_equal(domu->space.p2m.held, 2 * FRAMES_PER_MIB + 1);
    assert_int_equal(page_free_count(), before - 1);
    assert_int_equal(call(dom0, XENMEM_decrease_reservation, &r, sizeof(r)), 1);
    mm_scrub();
    assert_int_equal(page_free_count(), before);
    domu->max_frames--;
}

static void flags_of_a_reservation_change_nothing(void **state) {
    struct xen_memory_reservation r = request(MADE, 1, 0);
    const xen_pfn_t first = RAM;

    (void)state;
    r.mem_flags = ~0u; /* a node that there is not, among others */
    fake_put(LIST, &first, sizeof(first));
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 1);
    assert_int_equal(made->space.p2m.held, 1);
    assert_int_equal(call(dom0, XENMEM_decrease_reservation, &r, sizeof(r)), 1);
}

static void the_list_of_single_frames_ends(void **state) {
    (void)state;
    made->max_frames = 1000;
    assert_int_equal(populate(0x39000, 64, 0), 64);
    assert_int_equal(populate(0x20000, 64, 0), P2M_SPARSE_MAX - 64);
    assert_int_equal(made->space.p2m.held, P2M_SPARSE_MAX);
}

/* Its table entries follow, as those of the bank do. */
static void a_single_frame_is_mapped_and_taken_away(void **state) {
    (void)state;
    assert_int_equal(populate(RAM, 1, 9), 1);
    assert_int_equal(populate(0x39000, 2, 0), 2);
    mm_flat(made);
    assert_int_equal(mm_ext(made, MMUEXT_PIN_L1_TABLE, RAM + 4, 0), 0);
    assert_int_equal(mm_update(made, L1_GPA, MM_TABLE(L2_GPA, PV_DOMAIN_USER)), 0);
    assert_int_equal(mm_ext(made, MMUEXT_NEW_BASEPTR, RAM + 4, 0), 0);
    assert_int_equal(mm_update(made, L2_GPA + 4, MM_RW(0x39001)), 0);
    assert_int_equal(mm_l2(made, 0x1000), MM_RW(mm_frame(made, 0x39001).v));
    assert_int_equal(page_of(mm_frame(made, 0x39001))->count, 2);
    mm_check();
    assert_int_equal(mm_update(made, L1_GPA + 8, MM_SECTION(0x39000)), -XEN_EPERM);
    assert_int_equal(decrease(0x39000, 2, 0), 2);
    assert_int_equal(mm_l2(made, 0x1000), 0);
}

static void extents_are_done_in_pieces(void **state) {
    (void)state;
    interrupts(true);
    assert_int_equal(populate(RAM, 3, 9), 3);
    interrupts(false);
    assert_in_range(again, 3 * 512 - 1, 3 * 512 + 10);
    assert_int_equal(made->space.p2m.held, 6 * FRAMES_PER_MIB);
    assert_false(made->space.p2m.mib[5].broken);
}

/* ---- Not more than there is ---- */

static void it_gets_no_more_than_it_may(void **state) {
    (void)state;
    made->max_frames = 3 * FRAMES_PER_MIB + 7;
    assert_int_equal(populate(RAM, 2, 9), 1);
    assert_int_equal(made->space.p2m.capacity, 4 * FRAMES_PER_MIB);
    assert_int_equal(made->space.p2m.held, made->max_frames);
    assert_int_equal(populate(0x39000, 1, 0), 0);
    assert_int_equal(decrease(RAM, 2, 0), 2);
    scrub_made();
    assert_int_equal(populate(0x39000, 4, 0), 2);
    made->max_frames = 5; /* less than it has is no error */
    assert_int_equal(populate(0x39002, 1, 0), 0);
}

/* The frames of the extent that was not whole stay: smaller ones get there. */
static void when_memory_ends_so_does_the_call(void **state) {
    (void)state;
    made->max_frames = 1u << 30;
    uint32_t mibs = page_free_count() / FRAMES_PER_MIB;

    assert_int_equal(populate(RAM, 40, 9), mibs / 2);
    assert_int_equal(page_free_count() % FRAMES_PER_MIB, page_free_count());
    assert_int_equal(populate(0x39000, 1, 0), 0);
    assert_int_equal(made->space.p2m.held, mibs * FRAMES_PER_MIB);
    assert_int_equal(made->space.p2m.capacity, FAKE_RAM_MIB * FRAMES_PER_MIB);
}

static void without_a_maximum_there_is_no_bank(void **state) {
    (void)state;
    made->max_frames = 0;
    assert_int_equal(populate(RAM, 1, 0), 0);
    assert_int_equal(populate(0, 1, 0), 0);
    assert_int_equal(made->space.p2m.capacity, 0);
    made->max_frames = UINT64_MAX >> 2; /* what mem-max -1 makes of it */
    assert_int_equal(populate(RAM, 1, 0), 1);
    assert_int_equal(id_call(dom0, XENMEM_maximum_reservation, MADE), INT32_MAX);
    made->max_frames = INT32_MAX - 1;
    assert_int_equal(id_call(dom0, XENMEM_maximum_reservation, MADE), INT32_MAX - 1);
    made->max_frames = 1u << 31;
    assert_int_equal(id_call(dom0, XENMEM_maximum_reservation, MADE), INT32_MAX);
}

/* ---- Wrong ---- */

static void wrong_requests_are_refused(void **state) {
    struct xen_memory_reservation r = request(MADE, 1, 10);
    xen_pfn_t frame = RAM + 1;

    (void)state;
    fake_put(LIST, &frame, sizeof(frame));
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    r.extent_order = ~0u;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    r.extent_order = 9; /* not aligned */
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    r.extent_order = 0;
    r.nr_extents = ~0ul;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    r.nr_extents = 1;
    r.domid = 9;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_ESRCH);
    r.domid = DOMID_XEN;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_ESRCH);
    r.domid = MADE;
    r.extent_start.q = 4;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    r.nr_extents = 1u << 24;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    r.nr_extents++;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    r.nr_extents = 1;
    r.extent_start.q = 1ull << 32;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    r = request(MADE, 1, 0);
    frame = 1ull << 20 | RAM; /* beyond 4 GiB, not cut off */
    fake_put(LIST, &frame, sizeof(frame));
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), 0);
    assert_int_equal(made->space.p2m.held, 0);
    made->state = DOMAIN_DYING;
    assert_int_equal(call(dom0, XENMEM_populate_physmap, &r, sizeof(r)), -XEN_EINVAL);
    made->state = DOMAIN_RUNNING;
    assert_int_equal(populate(RAM + 8 * FRAMES_PER_MIB - 1, 2, 0), 2);
    assert_int_equal(made->space.p2m.held, 2);
    assert_int_equal(made->space.p2m.sparse_count, 1); /* one is beyond the bank */
    assert_int_equal(decrease(RAM, 1, 0), 0);
}

static void a_domu_reaches_nobody_else(void **state) {
    static const uint32_t ops[] = {
        XENMEM_populate_physmap,    XENMEM_decrease_reservation, XENMEM_current_reservation,
        XENMEM_maximum_reservation, XENMEM_maximum_gpfn,         XENMEM_claim_pages,
        XENMEM_set_pod_target,      XENMEM_get_pod_target,
    };

    (void)state;
    for (unsigned int i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
        for (domid_t id = 0; id < 5; id += 2) {
            /* Whatever it is, the number of the domain is where the call looks for it. */
            struct xen_memory_reservation r = request(id, 1, 0);
            struct xen_pod_target pod = {.domid = id};
            bool is_pod = ops[i] == XENMEM_set_pod_target || ops[i] == XENMEM_get_pod_target;
            bool is_plain = ops[i] != XENMEM_populate_physmap &&
                            ops[i] != XENMEM_decrease_reservation && ops[i] != XENMEM_claim_pages;

            assert_int_equal(is_pod     ? call(domu, ops[i], &pod, sizeof(pod))
                             : is_plain ? id_call(domu, ops[i], id)
                                        : call(domu, ops[i], &r, sizeof(r)),
                             -XEN_EPERM);
        }
    }
    struct xen_memory_reservation own = request(DOMID_SELF, 1, 1);
    assert_int_equal(call(domu, XENMEM_populate_physmap, &own, sizeof(own)), -XEN_EINVAL);
}

/* ---- What is asked ---- */

static void numbers_are_told(void **state) {
    struct xen_memory_reservation claim = {.domid = MADE};
    struct xen_pod_target pod = {.domid = MADE, .target_pages = 77};

    (void)state;
    assert_int_equal(id_call(dom0, XENMEM_maximum_gpfn, MADE), 0);
    assert_int_equal(populate(0x39000, 1, 0), 1);
    assert_int_equal(id_call(dom0, XENMEM_maximum_gpfn, MADE), 0x39000);
    assert_int_equal(populate(RAM, 1, 9), 1);
    assert_int_equal(id_call(dom0, XENMEM_maximum_gpfn, MADE), RAM + 511);
    assert_int_equal(id_call(dom0, XENMEM_current_reservation, MADE), 513);
    assert_int_equal(id_call(dom0, XENMEM_maximum_reservation, MADE), 8 * FRAMES_PER_MIB);
    claim.nr_extents = page_free_count();
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), 0);
    claim.nr_extents++;
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), -XEN_ENOMEM);
    claim.nr_extents = 0;
    claim.extent_order = 1;
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), -XEN_EINVAL);
    claim.extent_order = 0;
    claim.mem_flags = 1;
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), -XEN_EINVAL);
    claim.mem_flags = 0;
    claim.extent_start.q = 1ull << 40;
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), -XEN_EINVAL);
    claim.extent_start.q = 0;
    claim.domid = 9;
    assert_int_equal(call(dom0, XENMEM_claim_pages, &claim, sizeof(claim)), -XEN_ESRCH);
    pod.pod_cache_pages = pod.pod_entries = 5;
    assert_int_equal(call(dom0, XENMEM_set_pod_target, &pod, sizeof(pod)), 0);
    memcpy(&pod, fake_guest + AT, sizeof(pod));
    assert_int_equal(pod.tot_pages, 513);
    assert_int_equal(pod.target_pages, 77);
    assert_int_equal(pod.pod_cache_pages, 0);
    assert_int_equal(pod.pod_entries, 0);
    pod.domid = 9;
    assert_int_equal(call(dom0, XENMEM_get_pod_target, &pod, sizeof(pod)), -XEN_ESRCH);
    assert_int_equal(call(domu, XENMEM_get_sharing_freed_pages, &pod, 0), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_bank_is_filled_with_whole_mibs),
        TEST(room_for_the_map_is_a_step_of_its_own),
        TEST(single_frames_in_a_row_make_a_mib),
        TEST(a_mib_with_a_hole_stays_broken),
        TEST(frames_outside_the_bank_come_singly),
        TEST(the_list_of_single_frames_ends),
        TEST(flags_of_a_reservation_change_nothing),
        TEST(a_domain_of_the_boot_gets_a_page_outside_its_ram),
        TEST(a_single_frame_is_mapped_and_taken_away),
        TEST(extents_are_done_in_pieces),
        TEST(it_gets_no_more_than_it_may),
        TEST(when_memory_ends_so_does_the_call),
        TEST(without_a_maximum_there_is_no_bank),
        TEST(wrong_requests_are_refused),
        TEST(a_domu_reaches_nobody_else),
        TEST(numbers_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
