/* SPDX-License-Identifier: GPL-2.0-only */
/* Calls about memory and tables by two domains, which also end and are made again: after each few,
 * all counts are what the tables say, and at the end everything is back. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>

#include "core/device/device.h"
#include "core/domain/domain_free.h"
#include "core/hypercall/hypercall.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/pt_table.h"
#include "fuzz.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

#define DOMAINS      2u
#define MIBS         2u
#define CALLS_MAX    200u
#define CHECK_EVERY  8u
#define KERNEL_INDEX 0xc00u

static struct domain *domain[DOMAINS];

static void start(unsigned int i) {
    domain[i] = mm_domain((domid_t)(i + 1), MIBS);
    mm_flat(domain[i]);
    assert_int_equal(pt_set_kernel_start(&domain[i]->space, gvaddr(KERNEL_INDEX * MIB)), 0);
}

/* Long calls give way all the time: an interrupt waits for ever. */
static void power_on(void) {
    mm_setup();
    domain_reap_init(true, NULL);
    devices.intc->unmask(FAKE_ONESHOT_IRQ);
    fake_board.pending[FAKE_ONESHOT_IRQ] = true;
    assert_int_equal(pt_mem_setup(), 0);
}

/* A frame of the domain, the first ones most often: tables. */
static uint32_t take_frame(struct fuzz_input *in) {
    uint32_t byte = fuzz_take(in, 1);

    return MM_BASE_GFN + (byte < 192 ? byte % 16 : byte == 255 ? fuzz_take(in, 4) : byte * 3);
}

/* An L1 index near what is interesting, or an L2 index. */
static uint32_t take_index(struct fuzz_input *in) {
    uint32_t byte = fuzz_take(in, 1);

    return byte < 64 ? byte : byte < 128 ? KERNEL_INDEX - 32 + byte % 64 : byte * 16;
}

static uint32_t take_entry(struct fuzz_input *in) {
    uint32_t kind = fuzz_take(in, 1), frame = take_frame(in);

    switch (kind % 8) {
    case 0: return 0;
    case 1: return MM_SECTION(frame & ~255u);
    case 2:
    case 3: return MM_TABLE(frame << PAGE_SHIFT | kind / 8 % 4 * 1024, 1 + kind / 64 % 2);
    case 4: return MM_RO(frame);
    case 5: return fuzz_take(in, 4);
    default: return MM_RW(frame);
    }
}

static void update_va(struct domain *d, struct fuzz_input *in) {
    uint32_t args[HYPERCALL_ARGS] = {take_index(in) << 20 | fuzz_take(in, 1) << 12};
    unsigned int again;

    args[1] = take_entry(in);
    (void)mm_run(do_update_va_mapping, d, args, &again);
}

static void change_memory(struct domain *d, struct fuzz_input *in) {
    static const uint32_t commands[] = {XENMEM_decrease_reservation, XENMEM_populate_physmap};
    uint32_t count = 1 + fuzz_take(in, 1) % 32;
    xen_pfn_t frames[32];
    struct xen_memory_reservation r = {.nr_extents = count, .domid = DOMID_SELF};
    uint32_t args[HYPERCALL_ARGS] = {commands[fuzz_take(in, 1) % 2]};
    unsigned int again;

    frames[0] = take_frame(in);
    for (uint32_t i = 1; i < count; i++) {
        frames[i] = frames[i - 1] + 1;
    }
    r.extent_start.q = fake_put(0x1000, frames, sizeof(frames)).v;
    args[1] = fake_put(0, &r, sizeof(r)).v;
    (void)mm_run(do_memory_op, d, args, &again);
}

static void die(unsigned int i) {
    mm_destroy(domain[i]);
    start(i);
}

static void call(struct fuzz_input *in) {
    uint32_t op = fuzz_take(in, 1), i = op / 128;
    struct domain *d = domain[i];
    uint32_t frame, index;

    switch (op % 16) {
    case 0: mm_ext(d, MMUEXT_PIN_L1_TABLE, take_frame(in) & ~3u, 0); break;
    case 1: mm_ext(d, MMUEXT_UNPIN_TABLE, take_frame(in) & ~3u, 0); break;
    case 2: mm_ext(d, MMUEXT_NEW_BASEPTR, take_frame(in) & ~3u, 0); break;
    case 3: mm_ext(d, fuzz_take(in, 1), take_frame(in), fuzz_take(in, 4)); break;
    case 4: update_va(d, in); break;
    case 5:
    case 6: change_memory(d, in); break;
    case 7: die(i); break;
    default:
        frame = take_frame(in);
        index = take_index(in);
        mm_update(d, (frame << PAGE_SHIFT) + index * 4, take_entry(in));
    }
}

void fuzz_one(struct fuzz_input in) {
    uint32_t frames;
    unsigned int blocks;

    power_on();
    frames = page_free_count();
    blocks = heap_free_blocks();
    for (unsigned int i = 0; i < DOMAINS; i++) {
        start(i);
    }
    for (unsigned int calls = 1; in.left && calls < CALLS_MAX; calls++) {
        call(&in);
        if (calls % CHECK_EVERY == 0) {
            mm_check();
        }
    }
    mm_check();
    for (unsigned int i = 0; i < DOMAINS; i++) {
        mm_destroy(domain[i]);
    }
    mm_check();
    FUZZ_CHECK(page_free_count() == frames && heap_free_blocks() == blocks);
}
