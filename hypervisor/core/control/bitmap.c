/* SPDX-License-Identifier: GPL-2.0-only */
/* See bitmap.h. */
#include "core/control/bitmap.h"

#include <string.h>

#include "core/base/guest_access.h"
#include "core/control/handle.h"

static uint32_t byte_count(const struct xenctl_bitmap *map) {
    return (map->nr_bits + 7) / 8;
}

int bitmap_get(const struct xenctl_bitmap *map, uint32_t *bits) {
    uint32_t size = byte_count(map);
    gvaddr_t from;

    *bits = 0;
    if (map->nr_bits > BITMAP_BITS_MAX) {
        return -XEN_EINVAL;
    }
    if (!handle_ok(map->bitmap.q, &from)) {
        return -XEN_EFAULT;
    }
    size = size < sizeof(*bits) ? size : sizeof(*bits);
    int err = copy_from_guest(bits, from, size);
    if (map->nr_bits < 32) {
        *bits &= (1u << map->nr_bits) - 1;
    }
    return err;
}

int bitmap_put(const struct xenctl_bitmap *map, uint32_t bits) {
    uint8_t bytes[BITMAP_BITS_MAX / 8];
    gvaddr_t to;

    if (map->nr_bits > BITMAP_BITS_MAX) {
        return -XEN_EINVAL;
    }
    if (!handle_ok(map->bitmap.q, &to)) {
        return -XEN_EFAULT;
    }
    memset(bytes, 0, sizeof(bytes));
    memcpy(bytes, &bits, sizeof(bits));
    return copy_to_guest(to, bytes, byte_count(map));
}
