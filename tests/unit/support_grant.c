/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_grant.h. */
#include "support_grant.h"

#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

struct domain *dom0, *domu;
unsigned int again;
static uint32_t frames_before, heap_before;

int power_on(void **state) {
    (void)state;
    mm_setup();
    mm_destroy(mm_domain(1, 1)); /* what is made once, and kept */
    frames_before = page_free_count();
    heap_before = heap_free_pages();
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    this_cpu()->work = 0;
    return 0;
}

void end(struct domain *d) {
    while (grant_domain_destroy(&d->grant)) {
    }
    mm_destroy(d);
}

/* All that there was is free. */
int power_off(void **state) {
    (void)state;
    mm_check();
    end(dom0);
    end(domu);
    assert_int_equal(page_free_count(), frames_before);
    assert_int_equal(heap_free_pages(), heap_before);
    return 0;
}

void expect_again(struct domain *d, uint32_t idx, uint32_t times) {
    mfn_t m;

    for (uint32_t i = 0; i < times; i++) {
        assert_int_equal(grant_frame(&d->grant, idx, &m), -XEN_EAGAIN);
    }
}

void grow(struct domain *d, uint32_t frames) {
    for (uint32_t i = 0; i < frames; i++) {
        mfn_t m;

        expect_again(d, i, PIECES);
        assert_int_equal(grant_frame(&d->grant, i, &m), 0);
        page_put(m);
    }
}

struct grant_entry_v1 *entry(struct domain *d, grant_ref_t ref) {
    return (struct grant_entry_v1 *)fake_frame(d->grant.frame[ref / 512].mfn) + ref % 512;
}

void grant(struct domain *d, grant_ref_t ref, domid_t to, uint32_t frame, uint16_t flags) {
    *entry(d, ref) = (struct grant_entry_v1){
        .flags = (uint16_t)(GTF_permit_access | flags), .domid = to, .frame = frame};
}

int32_t call(struct domain *by, uint32_t op, void *what, size_t size, uint32_t count) {
    uint32_t args[5] = {op, fake_put(AT, what, size * count).v, count};
    int32_t result = mm_run(do_grant_table_op, by, args, &again);

    memcpy(what, &fake_guest[AT], size * count);
    return result;
}
