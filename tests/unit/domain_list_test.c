/* SPDX-License-Identifier: GPL-2.0-only */
/* The list of domains and the places that they have. */
/* links: core/domain */
#include "core/domain/domain_list.h"

#include "support_cmocka.h"

static struct domain domains[DOMAIN_MAX + 1];

static int add(unsigned int i, domid_t id) {
    domains[i].id = id;
    return domain_list_add(&domains[i]);
}

static int power_off(void **state) {
    (void)state;
    while (domain_next(NULL) != NULL) {
        domain_list_remove(domain_next(NULL));
    }
    return 0;
}

static void domains_are_found_by_id_and_in_order(void **state) {
    (void)state;
    assert_int_equal(add(0, 7), 0);
    assert_int_equal(add(1, 0), 0);
    assert_int_equal(add(2, 3), 0);
    assert_int_equal(add(3, 3), -XEN_EEXIST);
    assert_ptr_equal(domain_by_id(3), &domains[2]);
    assert_null(domain_by_id(4));
    assert_null(domain_by_id(DOMID_SELF));
    assert_ptr_equal(domain_next(NULL), &domains[1]);
    assert_ptr_equal(domain_next(&domains[1]), &domains[2]);
    assert_ptr_equal(domain_next(&domains[2]), &domains[0]);
    assert_null(domain_next(&domains[0]));
}

static void each_domain_has_a_place_of_its_own(void **state) {
    uint32_t taken = 0;

    (void)state;
    for (unsigned int i = 0; i < DOMAIN_MAX; i++) {
        assert_int_equal(add(i, (domid_t)(100 + i)), 0);
        assert_in_range(domains[i].place, 0, DOMAIN_MAX - 1);
        taken |= 1u << domains[i].place;
    }
    assert_int_equal(taken, (1u << DOMAIN_MAX) - 1);
    assert_int_equal(add(DOMAIN_MAX, 500), -XEN_ENOSPC);
}

static void a_domain_that_comes_back_has_its_place_again(void **state) {
    (void)state;
    assert_int_equal(add(0, 1), 0);
    assert_int_equal(add(1, 2), 0);
    unsigned int place = domains[0].place;
    for (unsigned int i = 0; i < 100; i++) {
        domain_list_remove(&domains[0]);
        assert_int_equal(add(2, (domid_t)(200 + i)), 0); /* others come and go meanwhile */
        assert_int_not_equal(domains[2].place, place);
        domain_list_remove(&domains[2]);
        assert_int_equal(add(0, 1), 0);
        assert_int_equal(domains[0].place, place);
    }
}

/* Under a new id each time, as a toolstack restarts them: the same place comes after all others. */
static void a_place_that_was_left_is_taken_last(void **state) {
    unsigned int last_used[DOMAIN_MAX] = {0};

    (void)state;
    for (unsigned int i = 1; i < 200; i++) {
        assert_int_equal(add(0, (domid_t)(1000 + i)), 0);
        unsigned int place = domains[0].place;
        assert_true(last_used[place] == 0 || i - last_used[place] == DOMAIN_MAX);
        last_used[place] = i;
        domain_list_remove(&domains[0]);
    }
}

#define test(name) cmocka_unit_test_teardown(name, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(domains_are_found_by_id_and_in_order),
        test(each_domain_has_a_place_of_its_own),
        test(a_domain_that_comes_back_has_its_place_again),
        test(a_place_that_was_left_is_taken_last),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
