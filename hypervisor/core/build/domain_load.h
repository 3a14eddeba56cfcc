/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Guest images: what they must look like, where they go in guest memory, and the
 * copying, piece by piece.  A part of domain_build.c.
 */
#ifndef CORE_DOMAIN_LOAD_H
#define CORE_DOMAIN_LOAD_H

#include "core/boot/bootinfo.h"
#include "core/build/guest_fdt.h"

struct p2m;

/* Linux/ARM boot protocol (Documentation/arch/arm/booting.rst): image at RAM + 32 KiB. */
#define DOMAIN_LOAD_KERNEL_OFFSET 0x8000u

/* Map slots used for copying; page_scrub_step() has another. */
#define DOMAIN_LOAD_SLOT_FROM     1u
#define DOMAIN_LOAD_SLOT_TO       2u

/**
 * domain_load_check_kernel() - is @kernel something that can be entered at its first byte: a raw
 * Image, or a complete little-endian zImage?  Returns the bytes from the image's start on that must
 * be left free for it to unpack and for its .bss; 0 and *@why, a sentence, if it is not.
 */
uint32_t domain_load_check_kernel(const struct boot_module *kernel, const char **why);

/**
 * domain_load_place() - where ramdisk and tree go: at RAM + 128 MiB, where the kernel's advice has
 * them, or at the end of less RAM; the tree above what the kernel needs, the ramdisk above it.
 * @layout: ram_start, ram_size, ramdisk_size are set; gets ramdisk_start
 * @kernel_room: from domain_load_check_kernel(); @tree_room: bytes, 4-KiB multiple
 * Returns 0 and *@tree, or -ENOSPC: the RAM is too small for all that.
 */
int domain_load_place(struct guest_layout *layout, uint32_t kernel_room, uint32_t tree_room,
                      gpaddr_t *tree);

/**
 * domain_load_copy() - one piece of copying @module to @to: from byte *@done on, at most STEP_COPY.
 * Returns true if there is more to do.  Every frame there is plain RAM of the domain.
 */
bool domain_load_copy(const struct p2m *p2m, gpaddr_t to, const struct boot_module *module,
                      uint32_t *done);

/** domain_load_bytes() - the same for @size bytes of the hypervisor's own memory. */
bool domain_load_bytes(const struct p2m *p2m, gpaddr_t to, const void *from, uint32_t size,
                       uint32_t *done);

#endif /* CORE_DOMAIN_LOAD_H */
