/* SPDX-License-Identifier: GPL-2.0-only */
/* ARMv7's cache maintenance: which operations, on which lines, sets and ways, and the barriers
 * (ARM ARM DDI 0406, B4.2.1, B2.2.7; CCSIDR B4.1.19, CLIDR B4.1.20). */
/* links: core/device */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/base/steps.h"
#include "core/device/device.h"

#include "support_cp15.h"

#include "core/base/arch.h"

/* The fake machine has one too. */
#define arch_pte_publish level_pte_publish
void arch_pte_publish(const void *table, size_t size);

#pragma GCC diagnostic ignored "-Wpointer-to-int-cast"
#include "arch/arm/v7/cache.c"

#define CTR_LINE_32 0x80038003u /* DminLine = 3: 8 words */
#define CTR_LINE_64 0x80048003u

#define FLUSH_SET   "7,0,14,2="
#define INVALIDATE  "7,0,5,0=0 7,0,5,6=0 dsb isb"

/* ---- The outer cache and the guest's lines ---- */

static void outer_note(const char *name, uint32_t start, size_t size) {
    char text[64];

    snprintf(text, sizeof(text), "%s(%x,%zx)", name, start, size);
    cp15_note(text);
}

static void outer_clean(maddr_t start, size_t size) {
    outer_note("clean", start.v, size);
}

static void outer_flush(maddr_t start, size_t size) {
    outer_note("flush", start.v, size);
}

static unsigned int outer_ways;

static bool outer_flush_way(unsigned int way) {
    outer_note("way", way, 0);
    return way + 1 < outer_ways;
}

static const struct outer_cache_ops outer = {
    .clean = outer_clean, .flush = outer_flush, .flush_way = outer_flush_way};

static int lines_result;

static int lines(const char *name, uint32_t line, uint32_t end, uint32_t size) {
    char text[64];

    snprintf(text, sizeof(text), "%s(%x,%x,%x)", name, line, end, size);
    cp15_note(text);
    return lines_result;
}

int guest_clean_lines(uint32_t line, uint32_t end, uint32_t size) {
    return lines("guest_clean", line, end, size);
}

int guest_flush_lines(uint32_t line, uint32_t end, uint32_t size) {
    return lines("guest_flush", line, end, size);
}

int guest_unify_lines(uint32_t line, uint32_t end, uint32_t size) {
    return lines("guest_unify", line, end, size);
}

/* ---- The core: two levels before the point of coherency ---- */

#define CCSIDR_L1 (3u << 13 | 1u << 3 | 1u)   /* 4 sets, 2 ways, lines of 32 bytes */
#define CCSIDR_L2 (255u << 13 | 2u << 3 | 2u) /* 256 sets, 3 ways, lines of 64 bytes */

static const uint32_t *ccsidr;

/* CCSIDR is that of the level in CSSELR; PAR what was asked of, two pages further up. */
static void on_read(uint32_t *place) {
    if (place == cp15_register(0, 1, 0, 0)) {
        uint32_t selected = *cp15_register(0, 2, 0, 0);

        assert_int_equal(selected & 1, 0); /* a data cache */
        *place = ccsidr[selected >> 1];
    } else if (place == cp15_register(7, 0, 4, 0)) {
        uint32_t va = *cp15_register(7, 0, 8, 0);

        *place = va >> 12 == 0xbad ? 1 : ((va & ~0xfffu) + 0x2000) | 0x4a;
    }
}

static int power_on(void **state) {
    static const uint32_t levels[8] = {CCSIDR_L1, CCSIDR_L2};

    (void)state;
    cp15_on_read = on_read;
    *cp15_register(0, 0, 0, 1) = CTR_LINE_32;
    *cp15_register(0, 1, 0, 1) = 2u << 24 | 4u << 3 | 3u;
    ccsidr = levels;
    devices.outer_cache = NULL;
    lines_result = 0;
    outer_ways = 2;
    cp15_forget();
    return 0;
}

static void expect(const char *notes) {
    assert_string_equal(cp15_notes, notes);
    cp15_forget();
}

/* ---- By address ---- */

static void lines_are_cleaned_four_at_a_time(void **state) {
    (void)state;
    level_dcache_clean(0x1044, 0x3d);
    expect("7,0,10,1=1000 7,0,10,1=1020 7,0,10,1=1040 7,0,10,1=1060 "
           "7,0,10,1=1080 7,0,10,1=10a0 7,0,10,1=10c0 7,0,10,1=10e0 dsb");
    level_dcache_clean(0x1044, 0x3c);
    expect("7,0,10,1=1000 7,0,10,1=1020 7,0,10,1=1040 7,0,10,1=1060 dsb");
    *cp15_register(0, 0, 0, 1) = CTR_LINE_64;
    level_dcache_clean(0x10ff, 2);
    expect("7,0,10,1=1000 7,0,10,1=1040 7,0,10,1=1080 7,0,10,1=10c0 "
           "7,0,10,1=1100 7,0,10,1=1140 7,0,10,1=1180 7,0,10,1=11c0 dsb");
}

static void lines_are_flushed_four_at_a_time(void **state) {
    (void)state;
    level_dcache_flush(0x1044, 0x3d);
    expect("7,0,14,1=1000 7,0,14,1=1020 7,0,14,1=1040 7,0,14,1=1060 "
           "7,0,14,1=1080 7,0,14,1=10a0 7,0,14,1=10c0 7,0,14,1=10e0 dsb");
    level_dcache_flush(0x1000, 0x80);
    expect("7,0,14,1=1000 7,0,14,1=1020 7,0,14,1=1040 7,0,14,1=1060 dsb");
}

static void tables_are_cleaned_where_walks_look(void **state) {
    (void)state;
    level_pte_publish((const void *)0x1044, 0x3d);
    expect("7,0,11,1=1000 7,0,11,1=1020 7,0,11,1=1040 7,0,11,1=1060 "
           "7,0,11,1=1080 7,0,11,1=10a0 7,0,11,1=10c0 7,0,11,1=10e0");
    level_pte_publish((const void *)0x1000, 0x80);
    expect("7,0,11,1=1000 7,0,11,1=1020 7,0,11,1=1040 7,0,11,1=1060");
}

static void instructions_are_fetched_anew(void **state) {
    (void)state;
    level_icache_sync(0x1025, 0x1c);
    expect("7,0,11,1=1020 7,0,11,1=1040 dsb " INVALIDATE);
    level_icache_sync(0x1020, 0x20);
    expect("7,0,11,1=1020 dsb " INVALIDATE);
    level_cache_flush_aliases();
    expect("dsb " INVALIDATE);
    level_drain();
    expect("dsb");
}

/* It is cleaned after the inner one; to flush it, the inner one goes first and last. */
static void the_outer_cache_goes_by_machine_address(void **state) {
    (void)state;
    devices.outer_cache = &outer;
    level_dcache_clean(0x1fc0, 0x60);
    expect("7,0,10,1=1f80 7,0,10,1=1fa0 7,0,10,1=1fc0 7,0,10,1=1fe0 "
           "7,0,10,1=2000 7,0,10,1=2020 7,0,10,1=2040 7,0,10,1=2060 dsb "
           "7,0,8,0=1fc0 isb clean(3fc0,40) 7,0,8,0=2000 isb clean(4000,20)");
    level_dcache_flush(0x1fc0, 0x40);
    expect("7,0,10,1=1f80 7,0,10,1=1fa0 7,0,10,1=1fc0 7,0,10,1=1fe0 dsb "
           "7,0,8,0=1fc0 isb flush(3fc0,40) "
           "7,0,14,1=1f80 7,0,14,1=1fa0 7,0,14,1=1fc0 7,0,14,1=1fe0 dsb");
    level_dcache_clean(0xbad000, 1); /* not mapped */
    expect(
        "7,0,10,1=bad000 7,0,10,1=bad020 7,0,10,1=bad040 7,0,10,1=bad060 dsb 7,0,8,0=bad000 isb");
    level_dcache_clean(0x1000, 0);
    expect("dsb");
}

/* ---- A guest's addresses ---- */

static void a_guests_lines_may_fault(void **state) {
    (void)state;
    assert_int_equal(level_guest_dcache_clean(0x1234, 0x10), 0);
    expect("guest_clean(1220,1244,20) dsb");
    assert_int_equal(level_guest_dcache_flush(0x1234, 0x10), 0);
    expect("guest_flush(1220,1244,20) dsb");
    assert_int_equal(level_guest_dcache_inval(0x1234, 0x10), 0);
    expect("guest_flush(1220,1244,20) dsb");
    assert_int_equal(level_guest_icache_sync(0x1234, 0x10), 0);
    expect("guest_unify(1220,1244,20) dsb " INVALIDATE);
    lines_result = -14;
    assert_int_equal(level_guest_dcache_clean(0x1234, 0x10), -14);
    assert_int_equal(level_guest_dcache_flush(0x1234, 0x10), -14);
    assert_int_equal(level_guest_dcache_inval(0x1234, 0x10), -14);
    cp15_forget();
    assert_int_equal(level_guest_icache_sync(0x1234, 0x10), -14);
    expect("guest_unify(1220,1244,20) dsb");
}

static void a_guests_lines_reach_the_outer_cache(void **state) {
    (void)state;
    devices.outer_cache = &outer;
    assert_int_equal(level_guest_dcache_clean(0x1234, 0x10), 0);
    expect("guest_clean(1220,1244,20) dsb 7,0,8,0=1234 isb clean(3234,10)");
    assert_int_equal(level_guest_dcache_flush(0x1234, 0x10), 0);
    expect("guest_clean(1220,1244,20) dsb 7,0,8,0=1234 isb clean(3234,10) "
           "7,0,8,0=1234 isb flush(3234,10) guest_flush(1220,1244,20) dsb");
    lines_result = -14;
    assert_int_equal(level_guest_dcache_clean(0x1234, 0x10), -14);
    expect("guest_clean(1220,1244,20) dsb");
    assert_int_equal(level_guest_dcache_flush(0x1234, 0x10), -14);
    expect("guest_clean(1220,1244,20) dsb");
}

/* ---- By set and way ---- */

static void a_guest_flushes_the_set_that_there_is(void **state) {
    (void)state;
    level_cache_flush_set(1u << 31 | 3u << 5); /* the first level's last */
    expect("0,2,0,0=0 isb 7,0,14,2=80000060 dsb");
    level_cache_flush_set(1u << 31 | 3u << 5 | 0x11); /* what is not the place's is left out */
    expect("0,2,0,0=0 isb 7,0,14,2=80000060 dsb");
    level_cache_flush_set(4u << 5); /* there are four sets */
    expect("0,2,0,0=0 isb dsb");
    level_cache_flush_set(2u << 30 | 255u << 6 | 1u << 1);
    expect("0,2,0,0=2 isb 7,0,14,2=80003fc2 dsb");
    level_cache_flush_set(3u << 30 | 1u << 1); /* and three ways */
    expect("0,2,0,0=2 isb dsb");
    level_cache_flush_set(2u << 1); /* beyond the point of coherency */
    expect("");
    level_cache_flush_set(7u << 1);
    expect("");
    *cp15_register(0, 1, 0, 1) = 2u << 24 | 4u << 3 | 1u; /* instructions alone */
    level_cache_flush_set(0);
    expect("");
    *cp15_register(0, 1, 0, 1) = 2u << 24 | 4u << 3 | 2u; /* data alone */
    level_cache_flush_set(0);
    expect("0,2,0,0=0 isb 7,0,14,2=0 dsb");
}

static void a_direct_mapped_cache_has_one_way(void **state) {
    static const uint32_t one_way[8] = {3u << 13 | 1u};

    (void)state;
    ccsidr = one_way;
    level_cache_flush_set(3u << 5);
    expect("0,2,0,0=0 isb 7,0,14,2=60 dsb");
    level_cache_flush_set(1u << 31);
    expect("0,2,0,0=0 isb dsb");
}

/* The whole hierarchy, a bounded part a step; each set of each way once, and in the end the
 * instructions. */
static void steps_flush_all_there_is(void **state) {
    static bool seen[2][3][256];
    unsigned int sets = 0, most = 0, ways = 0, invalidated = 0, steps = 0;
    uint32_t progress = 0;
    bool more;

    (void)state;
    devices.outer_cache = &outer;
    do {
        unsigned int here = 0;

        more = level_cache_flush_step(&progress);
        for (const char *at = cp15_notes; (at = strstr(at, FLUSH_SET)) != NULL; here++) {
            uint32_t value = (uint32_t)strtoul(at + strlen(FLUSH_SET), NULL, 16);
            uint32_t level = value >> 1 & 7;
            uint32_t set = level ? value >> 6 & 255 : value >> 5 & 3;
            uint32_t way = level ? value >> 30 : value >> 31;

            assert_true(level < 2 && way < (level ? 3 : 2));
            assert_false(seen[level][way][set]);
            assert_int_equal(value,
                             level << 1 | (level ? set << 6 | way << 30 : set << 5 | way << 31));
            seen[level][way][set] = true;
            at++;
        }
        assert_true(here == 0 || strcmp(cp15_notes + cp15_length - 4, " dsb") == 0);
        most = here > most ? here : most;
        sets += here;
        if (strstr(cp15_notes, "way(")) {
            char text[64];

            assert_int_equal(sets, 4 * 2 + 256 * 3); /* the outer one comes last */
            snprintf(text, sizeof(text), "way(%x,0) " INVALIDATE, ways++);
            assert_string_equal(cp15_notes, text);
        }
        invalidated = strstr(cp15_notes, INVALIDATE) ? 1 : 0;
        cp15_forget();
        assert_true(++steps < 200);
    } while (more);
    assert_int_equal(sets, 4 * 2 + 256 * 3);
    assert_int_equal(most, STEP_CACHE_SETS < 256 ? STEP_CACHE_SETS : 256);
    assert_int_equal(ways, 2);
    assert_int_equal(invalidated, 1);
}

static void without_an_outer_cache_the_instructions_are_last(void **state) {
    uint32_t progress = 7u << 25;

    (void)state;
    assert_false(level_cache_flush_step(&progress));
    expect(INVALIDATE);
}

/* A guest's call holds the progress, and may have made it up. */
static void made_up_progress_stays_within_the_cache(void **state) {
    static const struct {
        uint32_t progress;
        const char *notes;
        uint32_t next;
        bool more;
    } made_up[] = {
        {4, "0,2,0,0=0 isb dsb", 1u << 15, true},        /* behind the last set */
        {2u << 15, "0,2,0,0=0 isb dsb", 1u << 25, true}, /* behind the last way */
        {3u << 15 | 2, "0,2,0,0=0 isb dsb", 1u << 25, true},
        {2u << 25, "", 3u << 25, true}, /* no such level */
        {6u << 25, "", 7u << 25, true},
        {8u << 25, "", 9u << 25, false},                      /* behind the last level */
        {3, "0,2,0,0=0 isb 7,0,14,2=60 dsb", 1u << 15, true}, /* the last set */
        {1u << 15 | 3, "0,2,0,0=0 isb 7,0,14,2=80000060 dsb", 1u << 25, true},
    };

    (void)state;
    for (unsigned int i = 0; i < sizeof(made_up) / sizeof(made_up[0]); i++) {
        uint32_t progress = made_up[i].progress;

        assert_int_equal(level_cache_flush_step(&progress), made_up[i].more);
        expect(made_up[i].notes);
        assert_int_equal(progress, made_up[i].next);
    }
}

static void nothing_is_to_be_done_for_aliases(void **state) {
    (void)state;
    level_alias_flush(0x1000, 0x1000);
    expect("");
    assert_int_equal(arch_cache_range_max, 0x100000);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(lines_are_cleaned_four_at_a_time),
        test(lines_are_flushed_four_at_a_time),
        test(tables_are_cleaned_where_walks_look),
        test(instructions_are_fetched_anew),
        test(the_outer_cache_goes_by_machine_address),
        test(a_guests_lines_may_fault),
        test(a_guests_lines_reach_the_outer_cache),
        test(a_guest_flushes_the_set_that_there_is),
        test(a_direct_mapped_cache_has_one_way),
        test(steps_flush_all_there_is),
        test(without_an_outer_cache_the_instructions_are_last),
        test(made_up_progress_stays_within_the_cache),
        test(nothing_is_to_be_done_for_aliases),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
