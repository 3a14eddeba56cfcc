/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a guest finds at start: the Linux/ARM boot protocol and nothing of anybody else's.
 */
#include <string.h>

#include "clock.h"
#include "core.h"
#include "early.h"
#include "event.h"
#include "fdt.h"
#include "hypercall.h"
#include "page.h"
#include "test.h"
#include "trap.h"

enum boot_register { BOOT_SP = 13, BOOT_LR = 14, BOOT_PC = 15, BOOT_CPSR = 16 };

TEST(registers_follow_the_boot_protocol) {
    EXPECT_EQ(boot_registers[0], 0);
    EXPECT_EQ(boot_registers[1], ~0u);
    EXPECT_EQ(boot_registers[2] & 7, 0);
    EXPECT_EQ(boot_registers[BOOT_PC] & (SECTION_SIZE - 1), KERNEL_OFFSET);
    EXPECT_EQ(boot_registers[BOOT_CPSR] & PSR_MODE, PSR_USER);
    EXPECT_EQ(boot_registers[BOOT_CPSR] & PSR_T, 0);
}

TEST(other_registers_hold_nothing) {
    for (int i = 3; i <= BOOT_LR; i++) {
        EXPECT_EQ(boot_registers[i], 0);
    }
}

TEST(device_tree_lies_in_own_ram) {
    uint32_t fdt = boot_registers[2];

    EXPECT_TRUE(fdt >= page_ram_base);
    EXPECT_TRUE(fdt_size(page_va(fdt)) > 0);
    EXPECT_TRUE(fdt + fdt_size(page_va(fdt)) <= page_ram_base + page_ram_size);
}

TEST(hypervisor_node_says_xen) {
    uint32_t length = 0;
    const char *compatible =
        fdt_find(page_va(boot_registers[2]), "hypervisor", "compatible", &length);

    REQUIRE_EQ(compatible != NULL, 1);
    EXPECT_EQ(strcmp(compatible, "xen,xen-4.17"), 0);
    EXPECT_TRUE(length > strlen(compatible) + 1);
    EXPECT_EQ(strcmp(compatible + strlen(compatible) + 1, "xen,xen"), 0);
}

/* RAM behind the image that nothing has written yet must not show an earlier owner's data. */
TEST(free_ram_is_zero) {
    uint32_t pages = page_free_count();
    uint32_t dirty = 0;

    for (uint32_t i = 0; i < 64 && i < pages / 2; i++) {
        const uint32_t *word = (const uint32_t *)((uint32_t)page_alloc(1) + 64 * PAGE_SIZE);

        for (uint32_t j = 0; j < PAGE_SIZE / sizeof(*word); j++) {
            dirty += word[j] != 0;
        }
    }
    EXPECT_EQ(dirty, 0);
}

TEST(shared_page_describes_the_machine) {
    EXPECT_EQ(pv_page()->vcpu_id, 0);
    EXPECT_EQ(pv_page()->arch_level, CORE_LEVEL);
    EXPECT_TRUE(pv_page()->counter_hz >= 1000000);
    EXPECT_TRUE(pv_page()->counter_offset < PAGE_SIZE);
    EXPECT_EQ(pv_page()->counter_offset & 3, 0);
}

TEST(capabilities_name_this_level) {
    static const char *const words[] = {[5] = "armv5tel", [6] = "armv6l", [7] = "armv7l"};
    char text[sizeof(xen_capabilities_info_t)];

    EXPECT_EQ(hypercall_op(__HYPERVISOR_xen_version, XENVER_capabilities, text), 0);
    EXPECT_TRUE(strstr(text, words[CORE_LEVEL]) != NULL);
    EXPECT_TRUE(strstr(text, "xen-3.0-armv7l ") == text);
}

/* After the flat view was left, its addresses lead nowhere. */
TEST(flat_view_is_gone) {
    EXPECT_TRAP(try_read(page_ram_base, NULL), TRAP_DATA_ABORT);
}
