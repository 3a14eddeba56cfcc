/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypervisor's options: values, defaults, and a word about each that is wrong. */
/* links: core/boot */
#include "core/boot/cmdline.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static char warnings[256];
static struct cmdline options;

static void warn(const char *option, size_t size, const char *why) {
    size_t used = strlen(warnings);

    snprintf(warnings + used, sizeof(warnings) - used, "%.*s %s;", (int)size, option, why);
}

static const char *parse(const char *text) {
    warnings[0] = '\0';
    cmdline_parse(text, &options, warn);
    return warnings;
}

static void has_defaults(void **state) {
    (void)state;
    assert_string_equal(parse(NULL), "");
    assert_int_equal(options.dom0_mem, 96u << 20);
    assert_int_equal(options.dom0_max_vcpus, 1);
    assert_false(options.noreboot);
    assert_int_equal(options.rt_reserve, 5);
}

static void reads_every_option(void **state) {
    (void)state;
    assert_string_equal(parse("dom0_mem=64M  dom0_max_vcpus=2 noreboot rt_reserve=12"), "");
    assert_int_equal(options.rt_reserve, 12);
    assert_int_equal(options.dom0_mem, 64u << 20);
    assert_int_equal(options.dom0_max_vcpus, 2);
    assert_true(options.noreboot);
}

static void a_reserve_is_0_to_99(void **state) {
    (void)state;
    assert_string_equal(parse("rt_reserve=99"), "");
    assert_int_equal(options.rt_reserve, 99);
    assert_string_equal(parse("rt_reserve=0"), "");
    assert_int_equal(options.rt_reserve, 0);
}

static void check_size(const char *text, uint32_t bytes) {
    assert_string_equal(parse(text), "");
    assert_int_equal(options.dom0_mem, bytes);
}

static void sizes_have_units(void **state) {
    (void)state;
    check_size("dom0_mem=2G", 2u << 30);
    check_size("dom0_mem=16m", 16u << 20);
    check_size("dom0_mem=2048k", 2u << 20);
    check_size("dom0_mem=1024", 1u << 20); /* KiB, as in Xen */
    check_size("dom0_mem=4096B", 4096);
    check_size("dom0_mem=4095b", 4095);
    check_size("dom0_mem=3g", 3u << 30);
    check_size("dom0_mem=4194303K", 0xfffffc00u);
    check_size("dom0_mem=4095M", 0xfff00000u);
    check_size("dom0_mem=4294967295B", 0xffffffffu);
}

static void dom0_mem_has_bounds(void **state) {
    (void)state;
    check_size("dom0_mem=256M,max:256M", 256u << 20);
    check_size("dom0_mem=256M,max:128M", 128u << 20);
    check_size("dom0_mem=min:64M,32M,max:512M", 64u << 20);
    check_size("dom0_mem=max:512M,256M", 256u << 20);
    check_size("dom0_mem=max:512M", 512u << 20);
    check_size("dom0_mem=min:512M", 512u << 20);
    check_size("dom0_mem=min:64M", 96u << 20);
}

static void check_refused(const char *text) {
    assert_non_null(strstr(parse(text), "has a value that is not valid"));
    assert_int_equal(options.dom0_mem, 96u << 20);
    assert_int_equal(options.dom0_max_vcpus, 1);
    assert_int_equal(options.rt_reserve, 5);
}

static void wrong_values_leave_the_default(void **state) {
    static const char *const wrong[] = {
        "dom0_mem=",
        "dom0_mem=0",
        "dom0_mem=M",
        "dom0_mem=4G",
        "dom0_mem=4294967296",
        "dom0_mem=4294967296B",
        "dom0_mem=4096M",
        "dom0_mem=4194304K",
        "dom0_mem=99999999999999999999",
        "dom0_mem=1Mi",
        "dom0_mem=-1M",
        "dom0_mem=1T",
        "dom0_max_vcpus=0",
        "dom0_max_vcpus=x",
        "dom0_max_vcpus=1x",
        "dom0_mem=64M,",
        "dom0_mem=,64M",
        "dom0_mem=64M,max:",
        "dom0_mem=min:",
        "dom0_mem=64M,least:1M",
        "rt_reserve=",
        "rt_reserve=100",
        "rt_reserve=5%",
        "rt_reserve=-1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        check_refused(wrong[i]);
    }
}

static void names_unknown_options(void **state) {
    (void)state;
    assert_string_equal(parse("noreboot=1 dom0_mem quiet noreboot2"),
                        "noreboot=1 is not known;dom0_mem is not known;quiet is not known;"
                        "noreboot2 is not known;");
    assert_false(options.noreboot);
    assert_string_equal(parse("quiet noreboot quiet qui  quiet"),
                        "quiet is not known;qui is not known;");
    assert_true(options.noreboot);
    assert_string_equal(parse("quiet quick quiet quick"), "quiet is not known;quick is not known;");
    cmdline_parse("quiet", &options, NULL);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_defaults),          cmocka_unit_test(reads_every_option),
        cmocka_unit_test(sizes_have_units),      cmocka_unit_test(wrong_values_leave_the_default),
        cmocka_unit_test(names_unknown_options), cmocka_unit_test(dom0_mem_has_bounds),
        cmocka_unit_test(a_reserve_is_0_to_99),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
