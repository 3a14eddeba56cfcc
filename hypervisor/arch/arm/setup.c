/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From start.S to core: the final map of the hypervisor, the device tree in it.
 */
#include "arch/arm/cp15.h"
#include "arch/arm/level.h"
#include "arch/arm/mmu.h"
#include "arch/arm/vcpu_state.h"
#include "arch/arm/vfp.h"
#include "core/base/abi.h"
#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/boot/bootfdt.h"
#include "core/device/device.h"
#include "core/domain/vcpu.h"
#include "core/top/main.h"
#include "cpus/self.h"

extern char image_start[], image_end[];

/* A UART by the number that the boot loader gives a machine, and by the core where several machines
 * have one number; from each board's board.toml. */
static const struct {
    uint32_t machine, part, uart;
} early_uarts[] = {
#include "early_uarts.inc"
};

_Noreturn void arch_start(uint32_t fdt, uint32_t phys_offset, uint32_t machine);

/* What boot loaders passed before there were device trees: ATAG_CORE comes first (Linux:
 * Documentation/arch/arm/booting.rst). */
static bool is_atag_list(const uint32_t *list) {
    return list[1] == 0x54410001;
}

/* Unknown machines are silent until their tree was read. */
static void early_uart_init(uint32_t machine) {
    uint32_t part = cp15_midr_part(cp15_read_midr());

    for (unsigned int i = 0; i < sizeof(early_uarts) / sizeof(early_uarts[0]); i++) {
        if (early_uarts[i].machine == machine && early_uarts[i].part == part) {
            uart_early_init(maddr(early_uarts[i].uart));
        }
    }
}

void arch_start(uint32_t fdt, uint32_t phys_offset, uint32_t machine) {
    const void *tree;
    uint32_t size = (uint32_t)(image_end - image_start);

    self_init();
    vcpu_state_early_init();
    mmu_init(phys_offset);
    hypervisor_early_init();
    early_uart_init(machine);
    if (fdt == 0 || (fdt & 7)) {
        panic("no device tree: r2 was %08x", fdt);
    }
    tree = mmu_map_fdt(maddr(fdt));
    if (bootfdt_check(tree) < 0) {
        panic("no device tree at %08x%s", fdt, is_atag_list(tree) ? ", but a list of ATAGs" : "");
    }
    hypervisor_main(tree, maddr(fdt), mmu_image_maddr(image_start), size);
}

void arch_guests_init(void) {
    arch_cpu_guests_init();
    printk("VFP: %s\n", vfp_present() ? "present" : "none");
}

void arch_cpu_guests_init(void) {
    vcpu_state_init(vcpu_idle());
    vfp_init();
    level_close_user_access();
}

void arch_run_guests(void) {
    switch_first(vcpu_idle(), self_stack_top());
}
