/* SPDX-License-Identifier: GPL-2.0-only */
/* memory_op: what the hypervisor shares with a domain, in its map and in dom0's. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>

#include "core/domain/domain_free.h"
#include "core/hypercall/hypercall.h"
#include "core/space/p2m_foreign.h"
#include "core/space/pt_table.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

#define AT     0u /* of the structure in guest memory, and of its list */
#define LIST   0x1000u
#define PLACE  0x38000u /* outside the bank */
#define FRAMES GRANT_FRAMES_DEFAULT

static struct domain *dom0, *domu;
static unsigned int again;

static int power_on(void **state) {
    (void)state;
    mm_setup();
    domain_reap_init(true, NULL);
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    mm_check();
    mm_destroy(dom0);
    mm_destroy(domu);
    return 0;
}

static int32_t call(struct domain *by, uint32_t op, const void *what, size_t size) {
    uint32_t args[5] = {op, fake_put(AT, what, size).v};

    return mm_run(do_memory_op, by, args, &again);
}

static int32_t add(struct domain *by, domid_t whose, unsigned int space, uint64_t idx,
                   uint64_t gpfn) {
    struct xen_add_to_physmap a = {.domid = whose, .space = space, .idx = idx, .gpfn = gpfn};

    return call(by, XENMEM_add_to_physmap, &a, sizeof(a));
}

static struct xen_mem_acquire_resource resource(uint32_t first, uint32_t count) {
    return (struct xen_mem_acquire_resource){.domid = 1,
                                             .type = XENMEM_resource_grant_table,
                                             .nr_frames = count,
                                             .frame = first,
                                             .frame_list.q = FAKE_GUEST_VA + LIST};
}

static int32_t acquire(struct domain *by, const struct xen_mem_acquire_resource *r) {
    xen_pfn_t list[FRAMES];

    for (uint32_t i = 0; i < FRAMES; i++) {
        list[i] = PLACE + i;
    }
    fake_put(LIST, list, sizeof(list));
    return call(by, XENMEM_acquire_resource, r, sizeof(*r));
}

/* ---- A domain's own ---- */

/* Linux begins with the last one. */
static void a_table_is_placed_from_its_end(void **state) {
    xen_pfn_t gfns[FRAMES];

    (void)state;
    for (uint32_t i = FRAMES; i-- > 0;) {
        assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_grant_table, i, PLACE + i), 0);
    }
    grant_frame_gfns(&domu->grant, FRAMES, gfns);
    for (uint32_t i = 0; i < FRAMES; i++) {
        assert_int_equal(p2m_entry_type(p2m_lookup(&domu->space.p2m, gfn(PLACE + i))), P2M_SHARED);
        assert_int_equal(gfns[i], PLACE + i);
    }
    assert_int_not_equal(mm_frame(domu, PLACE).v, mm_frame(domu, PLACE + 1).v);
    assert_int_equal(domu->space.p2m.held, 2 * FRAMES_PER_MIB);
}

static void dom0_may_place_it(void **state) {
    (void)state;
    assert_int_equal(add(dom0, 1, XENMAPSPACE_grant_table, 0, PLACE), 0);
    assert_int_not_equal(p2m_lookup(&domu->space.p2m, gfn(PLACE)), P2M_NONE);
    assert_int_equal(add(dom0, 1, XENMAPSPACE_shared_info, 0, PLACE + 1), 0);
    assert_int_equal(domu->shared_info_gfn, PLACE + 1);
}

static void there_is_no_more_of_it(void **state) {
    (void)state;
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_grant_table, FRAMES, PLACE), -XEN_EINVAL);
    assert_int_equal(
        add(domu, DOMID_SELF, XENMAPSPACE_grant_table, XENMAPIDX_grant_table_status, PLACE),
        -XEN_EINVAL);
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_grant_table, 1ull << 32, PLACE),
                     -XEN_EINVAL);
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_grant_table, 0, 1u << 20), -XEN_EINVAL);
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_shared_info, 1, PLACE), -XEN_EINVAL);
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_gmfn, 0, PLACE), -XEN_ENOSYS);
    assert_int_equal(add(domu, 0, XENMAPSPACE_grant_table, 0, PLACE), -XEN_EPERM);
    assert_int_equal(add(dom0, 9, XENMAPSPACE_grant_table, 0, PLACE), -XEN_ESRCH);
    assert_int_equal(p2m_lookup(&domu->space.p2m, gfn(PLACE)), P2M_NONE);
    domu->state = DOMAIN_DYING;
    assert_int_equal(add(dom0, 1, XENMAPSPACE_grant_table, 0, PLACE), -XEN_EINVAL);
    domu->state = DOMAIN_RUNNING;
}

/* ---- dom0 has another's ---- */

static void a_table_is_written_by_dom0(void **state) {
    struct xen_mem_acquire_resource r = resource(1, 2);

    (void)state;
    assert_int_equal(add(domu, DOMID_SELF, XENMAPSPACE_grant_table, 2, PLACE), 0);
    assert_int_equal(acquire(dom0, &r), 0);
    assert_int_equal(mm_frame(dom0, PLACE + 1).v, mm_frame(domu, PLACE).v);
    assert_int_equal(p2m_entry_type(p2m_lookup(&dom0->space.p2m, gfn(PLACE))), P2M_SHARED);
    r = resource(0, 0);
    r.frame_list.q = 0;
    assert_int_equal(acquire(dom0, &r), 0);
    memcpy(&r, fake_guest + AT, sizeof(r));
    assert_int_equal(r.nr_frames, FRAMES);
    r = resource(0, 0); /* none of them, which is not the same */
    assert_int_equal(acquire(dom0, &r), 0);
    memcpy(&r, fake_guest + AT, sizeof(r));
    assert_int_equal(r.nr_frames, 0);
}

static void many_frames_are_acquired_in_pieces(void **state) {
    struct xen_mem_acquire_resource r = resource(0, FRAMES);

    (void)state;
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
    assert_int_equal(acquire(dom0, &r), 0);
    fake_board.pending[FAKE_UART_IRQ] = false;
    assert_true(again >= FRAMES - 1);
    for (uint32_t i = 0; i < FRAMES; i++) {
        assert_int_not_equal(p2m_lookup(&dom0->space.p2m, gfn(PLACE + i)), P2M_NONE);
    }
}

static void wrong_resources_are_refused(void **state) {
    struct xen_mem_acquire_resource r = resource(0, FRAMES + 1);

    (void)state;
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(FRAMES, 1);
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(FRAMES - 1, 2); /* half of it would be there */
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(1, 1);
    r.frame = ~0ull;
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(0, ~0u);
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(0, 1);
    r.pad = 1;
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(0, 1);
    r.id = XENMEM_resource_grant_table_id_status;
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    r = resource(0, 1);
    r.type = XENMEM_resource_ioreq_server;
    assert_int_equal(acquire(dom0, &r), -XEN_EOPNOTSUPP);
    r = resource(0, 1);
    r.domid = 0; /* of the caller itself */
    assert_int_equal(acquire(dom0, &r), -XEN_EPERM);
    r.domid = 9;
    assert_int_equal(acquire(dom0, &r), -XEN_ESRCH);
    r = resource(0, 1);
    r.frame_list.q = 0;
    assert_int_equal(acquire(dom0, &r), -XEN_EFAULT);
    r.frame_list.q = 4;
    assert_int_equal(acquire(dom0, &r), -XEN_EFAULT);
    r = resource(0, 1);
    domu->state = DOMAIN_DYING;
    assert_int_equal(acquire(dom0, &r), -XEN_EINVAL);
    domu->state = DOMAIN_RUNNING;
    for (domid_t id = 0; id < 4; id++) {
        r.domid = id;
        assert_int_equal(acquire(domu, &r), -XEN_EPERM);
    }
    assert_int_equal(p2m_lookup(&dom0->space.p2m, gfn(PLACE)), P2M_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_table_is_placed_from_its_end),
        TEST(dom0_may_place_it),
        TEST(there_is_no_more_of_it),
        TEST(a_table_is_written_by_dom0),
        TEST(many_frames_are_acquired_in_pieces),
        TEST(wrong_resources_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
