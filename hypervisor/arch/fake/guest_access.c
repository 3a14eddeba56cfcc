/* SPDX-License-Identifier: GPL-2.0-only */
/* Guest memory of the fake machine: one array, everything around it unmapped. */
#include "core/base/guest_access.h"

#include <arch/fake.h>

#include <string.h>

#include "core/base/abi.h"

uint8_t fake_guest[FAKE_GUEST_SIZE];
bool fake_guest_readonly;

/* The address in the array, or NULL if a byte of it is not mapped. */
static uint8_t *locate(gvaddr_t va, size_t size) {
    uint32_t offset = va.v - FAKE_GUEST_VA;

    if (offset > FAKE_GUEST_SIZE || size > FAKE_GUEST_SIZE - offset) {
        return NULL;
    }
    return &fake_guest[offset];
}

int copy_from_guest(void *to, gvaddr_t from, size_t size) {
    const uint8_t *bytes = locate(from, size);

    if (size > GUEST_COPY_MAX) {
        return -XEN_E2BIG;
    }
    if (size == 0) {
        return 0;
    }
    if (!bytes) {
        return -XEN_EFAULT;
    }
    memcpy(to, bytes, size);
    return 0;
}

int copy_to_guest(gvaddr_t to, const void *from, size_t size) {
    uint8_t *bytes = locate(to, size);

    if (size > GUEST_COPY_MAX) {
        return -XEN_E2BIG;
    }
    if (size == 0) {
        return 0;
    }
    if (!bytes || fake_guest_readonly) {
        return -XEN_EFAULT;
    }
    memcpy(bytes, from, size);
    return 0;
}

gvaddr_t fake_put(size_t offset, const void *data, size_t size) {
    memcpy(&fake_guest[offset], data, size);
    return gvaddr((uint32_t)(FAKE_GUEST_VA + offset));
}
