/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/build/domain_load.h"

#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/steps.h"
#include "core/space/p2m.h"

_Static_assert(PAGE_SIZE % STEP_COPY == 0, "a piece lies within a page");

/* Words of a zImage's header, by offset (arch/arm/boot/compressed/head.S). */
#define ZIMAGE_MAGIC        0x24u
#define ZIMAGE_MAGIC_VALUE  0x016f2818u
#define ZIMAGE_START        0x28u
#define ZIMAGE_END          0x2cu
#define ZIMAGE_ENDIAN       0x30u
#define ZIMAGE_ENDIAN_VALUE 0x04030201u
#define HEADER_WORDS        13u

/* First words of files that are often given by mistake. */
#define ELF_MAGIC           0x464c457fu
#define UIMAGE_MAGIC        0x56190527u
#define GZIP_MAGIC          0x00008b1fu

/* A zImage unpacks to some three times its size, beside itself; .bss follows. */
#define ZIMAGE_GROWTH       5u
#define BSS_ROOM            MIB

#define HIGH_OFFSET         (128u * MIB)

/* Linux/ARM maps the tree as two sections, from the MiB that it begins in: both must be RAM. */
#define TREE_SPAN           (2u * MIB)

static uint32_t min32(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* Copy from machine address @from; any alignment. */
static void read_module(void *to, maddr_t from, uint32_t size) {
    while (size > 0) {
        uint32_t offset = from.v & ~PAGE_MASK;
        uint32_t piece = min32(size, PAGE_SIZE - offset);
        const uint8_t *page = arch_map_frame(DOMAIN_LOAD_SLOT_FROM, maddr_to_mfn(from));

        memcpy(to, page + offset, piece);
        arch_unmap_frame(DOMAIN_LOAD_SLOT_FROM, offset, piece);
        to = (uint8_t *)to + piece;
        from.v += piece;
        size -= piece;
    }
}

static uint32_t check_zimage(const uint32_t *header, uint32_t size, const char **why) {
    uint32_t needed = header[ZIMAGE_END / 4] - header[ZIMAGE_START / 4];

    if (header[ZIMAGE_ENDIAN / 4] != ZIMAGE_ENDIAN_VALUE) {
        *why = "its kernel is big-endian";
        return 0;
    }
    if (header[ZIMAGE_END / 4] < header[ZIMAGE_START / 4] || needed > size) {
        *why = "its kernel is a zImage that is cut off";
        return 0;
    }
    return size <= UINT32_MAX / ZIMAGE_GROWTH - BSS_ROOM ? size * ZIMAGE_GROWTH + BSS_ROOM
                                                         : UINT32_MAX;
}

uint32_t domain_load_check_kernel(const struct boot_module *kernel, const char **why) {
    uint32_t header[HEADER_WORDS];

    if (kernel->size < sizeof(header)) {
        *why = "its kernel is too small";
        return 0;
    }
    read_module(header, kernel->start, sizeof(header));
    if (header[0] == ELF_MAGIC || header[0] == UIMAGE_MAGIC || (header[0] & 0xffff) == GZIP_MAGIC) {
        *why = "its kernel is an ELF, uImage or gzip file, not an Image or zImage";
        return 0;
    }
    if (header[ZIMAGE_MAGIC / 4] == ZIMAGE_MAGIC_VALUE) {
        return check_zimage(header, kernel->size, why);
    }
    return kernel->size <= UINT32_MAX - BSS_ROOM ? kernel->size + BSS_ROOM : UINT32_MAX;
}

int domain_load_place(struct guest_layout *layout, uint32_t kernel_room, uint32_t tree_room,
                      gpaddr_t *tree) {
    uint64_t ramdisk_room =
        ((uint64_t)layout->ramdisk_size + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
    uint64_t high = ramdisk_room + tree_room;
    uint64_t kernel_end = (uint64_t)DOMAIN_LOAD_KERNEL_OFFSET + kernel_room;
    uint64_t start = HIGH_OFFSET;

    if (high < TREE_SPAN) {
        high = TREE_SPAN;
    }
    if (high > layout->ram_size) {
        return -XEN_ENOSPC;
    }
    if (start > layout->ram_size - high) {
        start = layout->ram_size - high;
    }
    if (start < kernel_end) {
        return -XEN_ENOSPC;
    }
    *tree = gpaddr(layout->ram_start.v + (uint32_t)start);
    layout->ramdisk_start = gpaddr(tree->v + tree_room);
    return 0;
}

/* Where byte @to of the guest is, mapped; at most the rest of its page may be used. */
static uint8_t *target_of(const struct p2m *p2m, gpaddr_t to) {
    mfn_t frame = p2m_to_mfn(p2m, gpaddr_to_gfn(to));

    CHECK(!mfn_eq(frame, INVALID_MFN));
    return (uint8_t *)arch_map_frame(DOMAIN_LOAD_SLOT_TO, frame) + (to.v & ~PAGE_MASK);
}

/* How much of @left bytes goes to @to in one piece, within a page. */
static uint32_t piece_size(gpaddr_t to, uint32_t left) {
    return min32(left, STEP_COPY - to.v % STEP_COPY);
}

bool domain_load_copy(const struct p2m *p2m, gpaddr_t to, const struct boot_module *module,
                      uint32_t *done) {
    to.v += *done;
    if (*done < module->size) {
        uint32_t piece = piece_size(to, module->size - *done);

        read_module(target_of(p2m, to), maddr(module->start.v + *done), piece);
        arch_unmap_frame(DOMAIN_LOAD_SLOT_TO, to.v & ~PAGE_MASK, piece);
        *done += piece;
    }
    return *done < module->size;
}

bool domain_load_bytes(const struct p2m *p2m, gpaddr_t to, const void *from, uint32_t size,
                       uint32_t *done) {
    to.v += *done;
    if (*done < size) {
        uint32_t piece = piece_size(to, size - *done);

        memcpy(target_of(p2m, to), (const uint8_t *)from + *done, piece);
        arch_unmap_frame(DOMAIN_LOAD_SLOT_TO, to.v & ~PAGE_MASK, piece);
        *done += piece;
    }
    return *done < size;
}
