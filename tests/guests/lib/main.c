/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From start.S to the tests.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "clock.h"
#include "early.h"
#include "event.h"
#include "fdt.h"
#include "option.h"
#include "page.h"
#include "pt.h"
#include "test.h"

/* Linear address of the tree, which may lie beyond the first map and across two MiB. */
static const void *main_map_fdt(uint32_t ram, uint32_t gpa) {
    const void *fdt = (const void *)(gpa - ram + KERNEL_BASE);
    uint32_t last;

    pt_map_section(ram, gpa);
    last = gpa + fdt_size(fdt) - 1;
    if (last / SECTION_SIZE != gpa / SECTION_SIZE) {
        pt_map_section(ram, last);
    }
    return fdt;
}

static uint32_t main_cells(const void *fdt, const char *name) {
    uint32_t length;
    const uint32_t *value = fdt_find(fdt, "", name, &length);

    return value ? (uint32_t)fdt_cells(&value, 1) : 1;
}

static uint32_t main_ram_size(const void *fdt) {
    uint32_t length;
    const uint32_t *reg = fdt_find(fdt, "memory", "reg", &length);
    uint64_t size;

    REQUIRE_EQ(reg != NULL, 1);
    fdt_cells(&reg, main_cells(fdt, "#address-cells"));
    size = fdt_cells(&reg, main_cells(fdt, "#size-cells"));
    return size < (uint64_t)RAM_MIB_MAX * SECTION_SIZE ? (uint32_t)size
                                                       : RAM_MIB_MAX * SECTION_SIZE;
}

void guest_start(uint32_t ram) {
    const void *fdt = main_map_fdt(ram, boot_registers[2]);
    uint32_t length;

    setvbuf(stdout, NULL, _IOLBF, 256);
    REQUIRE_EQ(fdt_size(fdt) != 0, 1);
    option_init(fdt_find(fdt, "chosen", "bootargs", &length));
    pt_init(ram, main_ram_size(fdt));
    event_init();
    clock_init();
    test_run_all();
}
