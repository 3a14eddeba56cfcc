/* SPDX-License-Identifier: GPL-2.0-only */
/* What a guest kernel's accesses to CP15 do on ARMv7: register by register, by the numbers of the
 * ARM ARM (DDI 0406, B3.17.2). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support_cp15.h"

#include "arch/arm/emulate_cp15.c"
#include "arch/arm/v7/cp15.c"

/* What the core has in each register. */
#define CORE(crn, opc1, crm, opc2)                                                   \
    (((crn) << 12 | (opc1) << 8 | (crm) << 4 | (opc2)) * 2654435761u ^ (crn)*0x25u ^ \
     (opc1)*0x4bu ^ 0x5a6f7e3cu)
#define CORTEX 0x410fc090u

static struct vcpu v;
static struct domain domain;
static struct pv_vcpu page;
static int fault;

struct pv_vcpu *arch_vcpu_page(const struct vcpu *of) {
    assert_ptr_equal(of, &v);
    return &page;
}

void level_cache_flush_aliases(void) {
    cp15_note("all");
}

void level_cache_flush_set(uint32_t value) {
    char text[32];

    snprintf(text, sizeof(text), "set(%x)", value);
    cp15_note(text);
}

int arch_guest_dcache_flush(gvaddr_t va, size_t size) {
    char text[32];

    snprintf(text, sizeof(text), "data(%x,%zx)", va.v, size);
    cp15_note(text);
    return fault;
}

int arch_guest_icache_sync(gvaddr_t va, size_t size) {
    char text[32];

    snprintf(text, sizeof(text), "code(%x,%zx)", va.v, size);
    cp15_note(text);
    return 0;
}

void arch_tlb_flush_local(void) {
    cp15_note("tlb");
}

void arch_vcpu_set_tls(struct vcpu *of, uint32_t value) {
    of->arch.tls = value;
}

static int power_on(void **state) {
    (void)state;
    for (unsigned int i = 0; i < CP15_PLACES; i++) {
        cp15_registers[i] = CORE(i >> 12, i >> 8 & 15, i >> 4 & 15, i & 15);
    }
    *cp15_register(0, 0, 0, 0) = CORTEX;
    *cp15_register(0, 0, 0, 5) = 0;
    memset(&v, 0, sizeof(v));
    domain.vcpu_count = 1;
    v.domain = &domain;
    v.arch.sctlr = 0x11;
    v.arch.dacr = 0x22;
    v.arch.tls = 0x33;
    v.arch.tls_kernel = 0x44;
    v.arch.csselr = 5;
    page.fsr = 0x55;
    page.far = 0x66;
    fault = 0;
    cp15_forget();
    return 0;
}

/* A register that is not there keeps what the caller had. */
#define NOTHING 0xdeadu

static uint32_t read(unsigned int crn, unsigned int opc1, unsigned int crm, unsigned int opc2) {
    const struct transfer t = {
        .crn = (uint8_t)crn, .opc1 = (uint8_t)opc1, .crm = (uint8_t)crm, .opc2 = (uint8_t)opc2};
    uint32_t value = NOTHING;

    return cp15_read(&v, &t, &value) ? value : NOTHING;
}

static bool write(unsigned int crn, unsigned int opc1, unsigned int crm, unsigned int opc2,
                  uint32_t value) {
    const struct transfer t = {
        .crn = (uint8_t)crn, .opc1 = (uint8_t)opc1, .crm = (uint8_t)crm, .opc2 = (uint8_t)opc2};

    return cp15_write(&v, &t, value);
}

static const struct row {
    uint8_t crn, opc1, crm, opc2;
    uint32_t value;
} readable[] = {
    {0, 0, 0, 0, CORTEX},
    {0, 0, 0, 1, CORE(0, 0, 0, 1)},
    {0, 0, 0, 2, CORE(0, 0, 0, 2)},
    {0, 0, 0, 3, CORE(0, 0, 0, 3)},
    {0, 0, 0, 5, 0},                       /* MPIDR of an old format */
    {0, 0, 0, 6, CORE(0, 0, 0, 6)},        /* REVIDR */
    {0, 0, 1, 0, CORE(0, 0, 1, 0) & 0xff}, /* ARM and Thumb alone */
    {0, 0, 1, 1, CORE(0, 0, 1, 1) & 0xf},  /* no Security, Virtualization, timer */
    {0, 0, 1, 2, 0},                       /* no debug unit */
    {0, 0, 1, 3, 0},
    {0, 0, 1, 4, CORE(0, 0, 1, 4)},
    {0, 0, 1, 5, CORE(0, 0, 1, 5)},
    {0, 0, 1, 6, CORE(0, 0, 1, 6)},
    {0, 0, 1, 7, CORE(0, 0, 1, 7)},
    {0, 0, 2, 0, CORE(0, 0, 2, 0)},
    {0, 0, 2, 1, CORE(0, 0, 2, 1) & 0x0fffffff}, /* no Jazelle */
    {0, 0, 2, 2, CORE(0, 0, 2, 2)},
    {0, 0, 2, 3, CORE(0, 0, 2, 3)},
    {0, 0, 2, 4, CORE(0, 0, 2, 4) & 0xffff0fff}, /* no SMC */
    {0, 0, 2, 5, CORE(0, 0, 2, 5)},
    {0, 0, 2, 6, 0},
    {0, 0, 3, 0, 0},
    {0, 0, 7, 7, 0},
    {0, 0, 8, 0, NOTHING},
    {0, 0, 0, 4, NOTHING},
    {0, 1, 0, 0, CORE(0, 1, 0, 0)}, /* CCSIDR */
    {0, 1, 0, 1, CORE(0, 1, 0, 1)}, /* CLIDR */
    {0, 2, 0, 0, 5},                /* CSSELR */
    {1, 0, 0, 0, 0x11},
    {1, 0, 0, 1, 0},
    {1, 0, 0, 2, 0x00f00000}, /* VFP and NEON */
    {1, 0, 1, 0, NOTHING},    /* SCR */
    {2, 0, 0, 0, NOTHING},    /* TTBR0 */
    {3, 0, 0, 0, 0x22},
    {5, 0, 0, 0, 0x55},
    {5, 0, 0, 1, 0x55},
    {6, 0, 0, 0, 0x66},
    {6, 0, 0, 2, 0x66},
    {10, 0, 2, 0, 0},
    {10, 0, 2, 1, 0},
    {12, 0, 0, 0, NOTHING}, /* VBAR */
    {13, 0, 0, 0, 0},
    {13, 0, 0, 1, 0},
    {13, 0, 0, 2, CORE(13, 0, 0, 2)},
    {13, 0, 0, 3, 0x33},
    {13, 0, 0, 4, 0x44},
    {15, 0, 0, 0, NOTHING},
};

static void each_register_reads_as_it_should(void **state) {
    (void)state;
    for (unsigned int i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
        const struct row *r = &readable[i];
        uint32_t value = read(r->crn, r->opc1, r->crm, r->opc2);

        if (value != r->value) {
            fail_msg("c%u, %u, c%u, %u: %x, not %x", r->crn, r->opc1, r->crm, r->opc2, value,
                     r->value);
        }
    }
}

/* No more than those can be read. */
static void nothing_else_is_there(void **state) {
    unsigned int count = 0, known = 0;

    (void)state;
    for (unsigned int i = 0; i < CP15_PLACES; i++) {
        count += read(i >> 12, i >> 8 & 7, i >> 4 & 15, i & 7) != NOTHING;
    }
    for (unsigned int i = 0; i < sizeof(readable) / sizeof(readable[0]); i++) {
        known += readable[i].value != NOTHING;
    }
    /* Each twice as often as its fields leave bits open; the rest of the 7 x 8 feature registers
     * reads as zero, 17 of them are above; and test and clean, of two kinds. */
    assert_int_equal(count, 4 * (known + (7 * 8 - 17) + 2));
}

static void each_vcpu_has_its_place(void **state) {
    (void)state;
    domain.vcpu_count = 3;
    v.id = 2;
    *cp15_register(0, 0, 0, 5) = 0x80000f03;
    assert_int_equal(read(0, 0, 0, 5), 0x80000002);
    *cp15_register(0, 0, 0, 5) = 0x40000000;
    assert_int_equal(read(0, 0, 0, 5), 0);
}

static void the_cores_place_is_alone(void **state) {
    (void)state;
    *cp15_register(0, 0, 0, 5) = 0x80000f03;
    assert_int_equal(read(0, 0, 0, 5), 0xc0000000);
    *cp15_register(0, 0, 0, 5) = 0x40000000;
    assert_int_equal(read(0, 0, 0, 5), 0);
}

static void a_core_before_the_scheme_has_no_features(void **state) {
    (void)state;
    *cp15_register(0, 0, 0, 0) = 0x4107b365;
    assert_int_equal(read(0, 0, 1, 0), NOTHING);
    assert_int_equal(read(0, 0, 2, 5), NOTHING);
    assert_int_equal(read(0, 0, 0, 3), CORE(0, 0, 0, 3));
}

/* Its selection is the guest's own, and reaches the core before each use. */
static void a_caches_description_is_the_selected_ones(void **state) {
    (void)state;
    assert_int_equal(read(0, 1, 0, 0), CORE(0, 1, 0, 0));
    assert_string_equal(cp15_notes, "0,2,0,0=5 isb");
    cp15_forget();
    assert_true(write(0, 2, 0, 0, 0xfffffff3));
    assert_int_equal(v.arch.csselr, 3);
    assert_string_equal(cp15_notes, "");
    assert_int_equal(read(0, 2, 0, 0), 3);
}

static void the_cache_is_clean_when_it_is_tested(void **state) {
    (void)state;
    assert_int_equal(read(7, 0, 10, 3), 1u << 30);
    assert_string_equal(cp15_notes, "all");
    assert_int_equal(read(7, 0, 14, 3), 1u << 30);
    assert_string_equal(cp15_notes, "all all");
    assert_int_equal(read(7, 0, 10, 2), NOTHING);
}

static void controls_keep_what_was_written(void **state) {
    static const uint8_t kept[][4] = {
        {1, 0, 0, 1}, {1, 0, 0, 2}, {10, 0, 2, 0}, {10, 0, 2, 1}, {13, 0, 0, 1}};

    (void)state;
    assert_true(write(1, 0, 0, 0, 0x77));
    assert_true(write(3, 0, 0, 0, 0x88));
    assert_true(write(13, 0, 0, 3, 0x99));
    assert_true(write(13, 0, 0, 4, 0xaa));
    assert_int_equal(v.arch.sctlr, 0x77);
    assert_int_equal(v.arch.dacr, 0x88);
    assert_int_equal(v.arch.tls, 0x99);
    assert_int_equal(v.arch.tls_kernel, 0xaa);
    for (unsigned int i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
        assert_true(write(kept[i][0], kept[i][1], kept[i][2], kept[i][3], 0xbb));
    }
    assert_true(write(13, 0, 0, 0, 0)); /* the FCSE is off, and stays so */
    assert_false(write(13, 0, 0, 0, 1));
    assert_string_equal(cp15_notes, "");
    assert_true(write(13, 0, 0, 2, 0xcc));
    assert_string_equal(cp15_notes, "13,0,0,2=cc"); /* the one that is in the core */
}

static void what_is_the_hypervisors_is_not_written(void **state) {
    static const uint8_t refused[][4] = {{0, 0, 0, 0},  {0, 1, 0, 0},  {1, 0, 1, 0}, {1, 0, 1, 2},
                                         {2, 0, 0, 0},  {2, 0, 0, 1},  {2, 0, 0, 2}, {5, 0, 0, 0},
                                         {5, 0, 0, 1},  {6, 0, 0, 0},  {6, 0, 0, 2}, {9, 0, 12, 0},
                                         {12, 0, 0, 0}, {13, 0, 0, 5}, {15, 0, 0, 0}};

    (void)state;
    for (unsigned int i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_false(write(refused[i][0], refused[i][1], refused[i][2], refused[i][3], 0));
    }
    assert_string_equal(cp15_notes, "");
}

static void maintenance_is_done(void **state) {
    static const struct {
        uint8_t crm, opc2;
        uint32_t value;
        const char *notes;
    } rows[] = {
        {0, 4, 0, ""}, /* wait for interrupt */
        {0, 1, 0x1000, "data(1000,40) code(1000,40)"},
        {10, 4, 0, "all"}, /* a barrier */
        {5, 0, 0, "all"},  /* all instructions */
        {5, 4, 0, "all"},
        {5, 6, 0, "all"},
        {14, 2, 0x62, "set(62)"},
        {10, 2, 0x62, "set(62)"},
        {10, 1, 0x1234567f, "data(12345640,40) code(12345640,40)"},
        {14, 1, 0x12345680, "data(12345680,40) code(12345680,40)"},
        {5, 1, 0xfe000000, ""}, /* the hypervisor's */
    };

    (void)state;
    for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(write(7, 0, rows[i].crm, rows[i].opc2, rows[i].value));
        if (strcmp(cp15_notes, rows[i].notes) != 0) {
            fail_msg("c%u, %u: '%s'", rows[i].crm, rows[i].opc2, cp15_notes);
        }
        cp15_forget();
    }
    assert_true(write(7, 0, 10, 1, PV_VIRT_START));
    assert_string_equal(cp15_notes, "");
    assert_true(write(7, 0, 10, 1, PV_VIRT_START - 1));
    assert_string_equal(cp15_notes, "data(fdffffc0,40) code(fdffffc0,40)");
    cp15_forget();
    fault = -14;
    assert_true(write(7, 0, 10, 1, 0x1000)); /* what is not mapped is left out */
    assert_string_equal(cp15_notes, "data(1000,40)");
    cp15_forget();
    assert_true(write(8, 0, 7, 0, 0));
    assert_string_equal(cp15_notes, "tlb");
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(each_register_reads_as_it_should),
        test(nothing_else_is_there),
        test(the_cores_place_is_alone),
        test(each_vcpu_has_its_place),
        test(a_core_before_the_scheme_has_no_features),
        test(a_caches_description_is_the_selected_ones),
        test(the_cache_is_clean_when_it_is_tested),
        test(controls_keep_what_was_written),
        test(what_is_the_hypervisors_is_not_written),
        test(maintenance_is_done),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
