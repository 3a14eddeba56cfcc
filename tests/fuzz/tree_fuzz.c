/* SPDX-License-Identifier: GPL-2.0-only */
/* The tests' machine with bytes of its tree changed, each by three bytes of the input: where (two)
 * and to what.  Whatever the parsers say, a guest's tree that is built is a whole one. */
/* links: core/build */
#include "core/build/guest_fdt.h"

#include <libfdt.h>
#include <string.h>

#include "core/boot/bootfdt.h"
#include "core/build/guest_hw.h"
#include "core/device/driver.h"
#include "fuzz.h"
#include "support_fdt.h"

/* With its table of chips, which a machine fills once and an input anew. */
#include "core/device/intc.c"

#define FDT_START   0x01000000u
#define CHANGES_MAX 64u

static const struct maddr_range image = {{0x00010000}, 0x00080000};
static uint8_t *good, *machine;
static size_t size;
static struct bootinfo boot;
static uint64_t buffer[GUEST_FDT_MAX / 8];

bool driver_owns(int node) {
    return node == fdt_path_offset(machine, "/interrupt-controller@30000000");
}

static void no_line(unsigned int line) {
    FUZZ_CHECK(line < 32);
}

static void add_chip(void) {
    static const struct intc_ops no_ops = {.unmask = no_line};
    static struct intc_chip chip;
    int node = fdt_path_offset(machine, "/interrupt-controller@30000000");

    chip = (struct intc_chip){
        .line_count = 32, .cell_count = 1, .xlate = intc_xlate_one_cell, .ops = &no_ops};
    chip_count = 0;
    if (node >= 0) {
        (void)intc_add(&chip, machine, node);
    }
}

static void check_text(const char *text) {
    FUZZ_CHECK(memchr(text, '\0', BOOT_TEXT_MAX));
}

static void build(unsigned int i) {
    static const struct guest_layout layout = {.ram_start = {0x40000000}, .ram_size = MIB};
    char error[BOOT_TEXT_MAX] = "";
    struct guest_hw hw;

    (void)guest_hw_collect(&boot, i, &hw, error);
    check_text(error);
    int result = guest_fdt_build(&boot, i, &layout, buffer, sizeof(buffer), error);
    check_text(error);
    FUZZ_CHECK(result > 0 ? support_fdt_is_whole(buffer) : error[0] != '\0');
}

static void change(struct fuzz_input *in) {
    for (unsigned int i = 0; in->left && i < CHANGES_MAX; i++) {
        size_t at = fuzz_take(in, 2) % size;

        /* The total size is the loader's word for how much there is to read. */
        if (at < 4 || at >= 8) {
            machine[at] = (uint8_t)fuzz_take(in, 1);
        }
    }
}

void fuzz_one(struct fuzz_input in) {
    char error[BOOT_TEXT_MAX] = "";

    if (!good) {
        good = support_fdt_load(SUPPORT_FDT_MACHINE);
        size = fdt_totalsize(good);
        machine = malloc(size);
    }
    memcpy(machine, good, size);
    change(&in);
    int rc = bootfdt_parse(machine, maddr(FDT_START), image, &boot);
    check_text(boot.error);
    if (rc == 0) {
        add_chip();
        rc = guest_hw_assign(&boot, error);
        check_text(error);
        for (unsigned int i = 0; rc == 0 && i < boot.domain_count; i++) {
            build(i);
        }
    }
}
