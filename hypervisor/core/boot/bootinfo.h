/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the machine's device tree told us at boot, checked and in plain form.
 * Filled once by bootfdt_parse(), constant afterwards.  Strings and node offsets
 * point into the tree, which must stay mapped and unchanged until
 * domain_build_all() has returned; nothing looks at them later.
 */
#ifndef CORE_BOOTINFO_H
#define CORE_BOOTINFO_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"
#include "core/boot/cmdline.h"
#include "core/sched/sched_edf.h"

#define BOOT_MEMORY_MAX   4       /* banks of RAM */
#define BOOT_RESERVED_MAX 48      /* tree, initrd, modules, /memreserve, reserved-memory */
#define BOOT_DOMAIN_MAX   16      /* domains started at boot, dom0 included: DOMAIN_MAX */
#define BOOT_DEVICE_MAX   8       /* devices given to one domU */
#define BOOT_FDT_MAX      0x40000 /* largest tree that is accepted, in bytes */
#define BOOT_TEXT_MAX     160     /* one error sentence, with its NUL */
#define BOOT_BOOTARGS_MAX 1024    /* longest guest command line, with its NUL */

/* An image that the boot loader put into RAM.  size 0: there is none. */
struct boot_module {
    maddr_t start;
    uint32_t size;
};

struct boot_domain {
    const char *name; /* node name; "dom0" for dom0 */
    uint16_t id; /* 0 for dom0; the others count from 1, those that cannot be started included */
    bool is_dom0;
    uint32_t memory;            /* bytes, a multiple of 1 MiB, > 0 */
    unsigned int vcpu_count;    /* 1..DOMAIN_VCPU_MAX */
    struct boot_module kernel;  /* size > 0 */
    struct boot_module ramdisk; /* optional */
    const char *bootargs;       /* never NULL; shorter than BOOT_BOOTARGS_MAX */
    uint32_t weight;            /* 1..65535, default 256 */
    uint32_t cap;               /* per cent of one CPU, 0 = none */
    bool is_realtime;
    struct sched_rt_params rt; /* of each of its vCPUs, if it is; within the limits */
    uint32_t table_memory;     /* bytes of translation tables at most; 0 = the default */
    bool restart_on_crash;     /* start it again when it crashes; a domU's only */
    bool is_enhanced;          /* a domU that dom0's tools are to put into their store */
    unsigned int device_count;
    int device[BOOT_DEVICE_MAX]; /* node offsets of the devices given to it */
};

struct bootinfo {
    const void *fdt;
    unsigned int memory_count;
    struct maddr_range memory[BOOT_MEMORY_MAX]; /* whole pages, no overlap */
    unsigned int reserved_count;
    struct maddr_range reserved[BOOT_RESERVED_MAX]; /* any alignment, may overlap; not free RAM */
    struct cmdline options;                         /* the hypervisor's own command line */
    struct sched_figures figures; /* cost_ns 0: the tree says nothing of real time */
    unsigned int domain_count;
    struct boot_domain domain[BOOT_DOMAIN_MAX]; /* dom0, if there is one, is the first */
    char error[BOOT_TEXT_MAX];                  /* one sentence, set when the parse failed */
};

#endif /* CORE_BOOTINFO_H */
