/* SPDX-License-Identifier: GPL-2.0-only */
/* Who may name which domain, and what those are told who may not. */
/* links: core/domain */
#include "core/domain/domain_lookup.h"

#include "support_cmocka.h"
#include "support_domain.h"

static struct domain *dom0, *domu, *other; /* 0, privileged; 1; 2 */

static const enum domain_right all_rights[] = {DOMAIN_RIGHT_ITSELF, DOMAIN_RIGHT_MANAGE,
                                               DOMAIN_RIGHT_END, DOMAIN_RIGHT_CONNECT};
#define RIGHT_COUNT (sizeof(all_rights) / sizeof(all_rights[0]))

static int power_on(void **state) {
    (void)state;
    dom0 = support_domain_add(0, 1);
    domu = support_domain_add(1, 1);
    other = support_domain_add(2, 1);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    support_domain_remove_all();
    return 0;
}

static void expect(struct domain *caller, domid_t id, enum domain_right right, int error,
                   struct domain *found) {
    struct domain *d = NULL;

    assert_int_equal(domain_lookup(caller, id, right, &d), error);
    assert_ptr_equal(d, found); /* left alone on an error */
}

static void a_domain_names_itself_in_two_ways(void **state) {
    (void)state;
    for (unsigned int i = 0; i < RIGHT_COUNT; i++) {
        bool ends = all_rights[i] == DOMAIN_RIGHT_END;

        expect(domu, 1, all_rights[i], ends ? -XEN_EPERM : 0, ends ? NULL : domu);
        expect(domu, DOMID_SELF, all_rights[i], ends ? -XEN_EPERM : 0, ends ? NULL : domu);
        expect(dom0, 0, all_rights[i], ends ? -XEN_EPERM : 0, ends ? NULL : dom0);
        expect(dom0, DOMID_SELF, all_rights[i], ends ? -XEN_EPERM : 0, ends ? NULL : dom0);
    }
    assert_int_equal(domain_lookup_id(domu, DOMID_SELF), 1);
    assert_int_equal(domain_lookup_id(domu, 0), 0);
    assert_int_equal(domain_lookup_id(domu, 99), 99);
}

static void dom0_names_any(void **state) {
    (void)state;
    expect(dom0, 2, DOMAIN_RIGHT_MANAGE, 0, other);
    expect(dom0, 2, DOMAIN_RIGHT_END, 0, other);
    expect(dom0, 2, DOMAIN_RIGHT_CONNECT, 0, other);
    expect(dom0, 2, DOMAIN_RIGHT_ITSELF, -XEN_EPERM, NULL);
    for (unsigned int i = 0; i < RIGHT_COUNT; i++) {
        expect(dom0, 3, all_rights[i], -XEN_ESRCH, NULL);
        expect(dom0, DOMID_XEN, all_rights[i], -XEN_ESRCH, NULL);
    }
}

/* Every number: what there is and what there is not are answered alike. */
static void others_learn_nothing(void **state) {
    (void)state;
    for (unsigned int i = 0; i < RIGHT_COUNT; i++) {
        for (uint32_t id = 0; id <= UINT16_MAX; id++) {
            if (id == 1 || id == DOMID_SELF) {
                continue;
            }
            if (all_rights[i] != DOMAIN_RIGHT_CONNECT) {
                expect(domu, (domid_t)id, all_rights[i], -XEN_EPERM, NULL);
            } else if (id > 2) {
                expect(domu, (domid_t)id, DOMAIN_RIGHT_CONNECT, -XEN_EINVAL, NULL);
            }
        }
    }
    expect(domu, 0, DOMAIN_RIGHT_CONNECT, 0, dom0);
    expect(domu, 2, DOMAIN_RIGHT_CONNECT, 0, other);
}

static void an_unknown_right_is_nobodys(void **state) {
    (void)state;
    expect(dom0, 2, (enum domain_right)99, -XEN_EPERM, NULL);
    expect(dom0, 0, (enum domain_right)99, -XEN_EPERM, NULL);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_domain_names_itself_in_two_ways),
        test(dom0_names_any),
        test(others_learn_nothing),
        test(an_unknown_right_is_nobodys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
