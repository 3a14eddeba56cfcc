/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The boot, in the order things depend on each other.
 */
#include "core/top/main.h"

#include <stddef.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/base/version.h"
#include "core/boot/bootfdt.h"
#include "core/build/domain_build.h"
#include "core/console/console.h"
#include "core/console/console_keys.h"
#include "core/device/driver.h"
#include "core/device/irq.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_keys.h"
#include "core/domain/time_info.h"
#include "core/domain/vcpu.h"
#include "core/fdt/fdt_reg.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/sched/sched_edf.h"
#include "core/time/background.h"
#include "core/time/clock.h"
#include "core/top/background_turn.h"
#include "core/top/cpu_start.h"

/* The heap: one part in HEAP_SHARE of RAM, within these bounds. */
#define HEAP_SHARE 16u
#define HEAP_MIN   (4u * MIB)
#define HEAP_MAX   (22u * MIB)

/* No address of whole MiB. */
#define NOWHERE    (~0u)

static struct bootinfo boot;

static uint64_t next_mib(uint64_t address) {
    return (address + MIB - 1) & ~(uint64_t)(MIB - 1);
}

/* First address in @bank from where @size bytes, MiB-aligned, are not reserved, or NOWHERE. */
static uint32_t fit(const struct maddr_range *bank, uint32_t size) {
    uint64_t end = (uint64_t)bank->start.v + bank->size;
    uint64_t start = next_mib(bank->start.v);
    unsigned int i = 0;

    while (start + size <= end && i < boot.reserved_count) {
        const struct maddr_range heap = {maddr((uint32_t)start), size};

        if (fdt_reg_overlap(&heap, &boot.reserved[i])) {
            start = next_mib((uint64_t)boot.reserved[i].start.v + boot.reserved[i].size);
            i = 0;
        } else {
            i++;
        }
    }
    return start + size <= end ? (uint32_t)start : NOWHERE;
}

static void reserve(maddr_t start, uint32_t size) {
    if (boot.reserved_count == BOOT_RESERVED_MAX) {
        panic("too many reserved ranges of memory (at most %u)", BOOT_RESERVED_MAX);
    }
    boot.reserved[boot.reserved_count++] = (struct maddr_range){.start = start, .size = size};
}

static uint32_t ram_size(void) {
    uint32_t size = 0;

    for (unsigned int i = 0; i < boot.memory_count; i++) {
        size += boot.memory[i].size;
    }
    return size;
}

static uint32_t heap_size(void) {
    uint32_t size = (ram_size() / HEAP_SHARE) & ~(MIB - 1);

    return size < HEAP_MIN ? HEAP_MIN : size > HEAP_MAX ? HEAP_MAX : size;
}

static void init_heap(void) {
    uint32_t size = heap_size();
    uint32_t start = NOWHERE;

    for (unsigned int i = 0; i < boot.memory_count && start == NOWHERE; i++) {
        start = fit(&boot.memory[i], size);
    }
    if (start == NOWHERE) {
        panic("no %u MiB of free memory in one piece for the hypervisor", size / MIB);
    }
    heap_init(arch_map_heap(maddr(start), size), maddr(start), size);
    reserve(maddr(start), size);
}

static void init_memory(void) {
    init_heap();
    if (page_init_early(boot.memory, boot.memory_count, boot.reserved, boot.reserved_count)) {
        panic("no memory for the frame table");
    }
    printk("memory: %u MiB, %u MiB of it the hypervisor's, %u frames free\n", ram_size() / MIB,
           heap_size() / MIB, page_free_count());
}

static void init_devices(void) {
    const char *what;
    int err = drivers_probe(boot.fdt, &what);

    if (err) {
        panic("device tree: no usable %s (error %d)", what, err);
    }
    clock_init();
    time_info_init(devices.date);
    timer_queue_init();
    clock_start();
    console_start();
}

void hypervisor_early_init(void) {
    console_init();
    console_keys_init();
    domain_keys_init();
}

void hypervisor_main(const void *fdt, maddr_t fdt_start, maddr_t image_start, uint32_t image_size) {
    struct maddr_range image = {.start = image_start, .size = image_size};
    const char *error;

    if (bootfdt_parse(fdt, fdt_start, image, &boot)) {
        panic("device tree: %s", boot.error);
    }
    init_devices();
    printk("Dacre %s (%s) on %s\n", version_release, version_changeset, arch_cpu_name());
    if (!arch_cpu_usable()) {
        panic("this revision of the core is too old");
    }
    irq_init();
    background_setup();
    init_memory();
    vcpu_idle_init();
    background_turn_init();
    sched_edf_set_figures(&boot.figures);
    domain_reap_init(boot.options.noreboot, &domain_builder);
    arch_guests_init();
    timer_start();
    if (ARCH_CPU_MAX > 1) {
        cpus_start(boot.fdt);
    }
    console_listen();
    if (domain_build_all(&boot, &error)) {
        panic("%s", error);
    }
    this_cpu()->work |= PERCPU_WORK_SCHED;
    arch_run_guests();
}
