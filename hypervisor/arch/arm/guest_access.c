/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest pointers to bytes: the range check that LDRT and STRT cannot make.  The
 * vector page, which guests may read, and everything else from PV_VIRT_START up
 * but the guest kernel's own shared page is refused by its AP bits anyway; the
 * check is for wrap-around.
 */
#include "core/base/guest_access.h"

#include "core/base/abi.h"

int guest_copy_in(void *to, uint32_t from, size_t size);
int guest_copy_out(uint32_t to, const void *from, size_t size);
int guest_copy_updates(struct guest_update *to, uint32_t from, uint32_t count);

static int check_range(gvaddr_t va, size_t size) {
    if (size > GUEST_COPY_MAX) {
        return -XEN_E2BIG;
    }
    return va.v + (uint32_t)size < va.v ? -XEN_EFAULT : 0;
}

int copy_from_guest(void *to, gvaddr_t from, size_t size) {
    int err = check_range(from, size);

    return err ? err : guest_copy_in(to, from.v, size);
}

int copy_to_guest(gvaddr_t to, const void *from, size_t size) {
    int err = check_range(to, size);

    return err ? err : guest_copy_out(to.v, from, size);
}

/* Updates before the first one with an upper half that is not zero. */
static int count_valid(gvaddr_t from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        struct mmu_update update;

        if (copy_from_guest(&update, gvaddr(from.v + i * (uint32_t)sizeof(update)),
                            sizeof(update))) {
            return -XEN_EFAULT;
        }
        if ((update.ptr | update.val) >> 32) {
            return (int)i;
        }
    }
    return (int)count;
}

int copy_updates_from_guest(struct guest_update *to, gvaddr_t from, uint32_t count) {
    uint32_t size = count * (uint32_t)sizeof(struct mmu_update);
    int result;

    if (count > GUEST_UPDATES_MAX || (from.v & 3) || from.v >= PV_VIRT_START ||
        size > PV_VIRT_START - from.v) {
        return -XEN_EFAULT;
    }
    result = guest_copy_updates(to, from.v, count);
    return result == 0 ? (int)count : result < 0 ? result : count_valid(from, count);
}
