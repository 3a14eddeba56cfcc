/* SPDX-License-Identifier: GPL-2.0-only */
/* The event channel hypercall: arguments from the guest, who may act on whom. */
/* links: core/hypercall */
#include <arch/fake.h>
#include <stdlib.h>

#include "core/event/event.h"
#include "core/event/pirq.h"
#include "core/hypercall/hypercall.h"
#include "support_cmocka.h"
#include "support_domain.h"

static struct domain *a, *b; /* 0, privileged, and 1 */

static int power_on(void **state) {
    (void)state;
    fake_board_init(0);
    a = support_domain_add(0, 1);
    b = support_domain_add(1, 1);
    return 0;
}

static int power_off(void **state) {
    (void)state;
    while (event_domain_destroy(&a->event) || event_domain_destroy(&b->event)) {
    }
    support_domain_remove_all();
    return 0;
}

static int32_t call(struct domain *d, uint32_t cmd, void *arg, size_t size) {
    uint32_t args[HYPERCALL_ARGS] = {cmd, fake_put(64, arg, size).v};
    int32_t result;

    do {
        result = do_event_channel_op(d->vcpu[0], args);
    } while (result == HYPERCALL_AGAIN);
    memcpy(arg, &fake_guest[64], size);
    return result;
}

#define CALL(d, cmd, arg) call(d, cmd, &(arg), sizeof(arg))

static evtchn_port_t alloc(struct domain *d, domid_t remote) {
    struct evtchn_alloc_unbound arg = {.dom = DOMID_SELF, .remote_dom = remote};

    assert_int_equal(CALL(d, EVTCHNOP_alloc_unbound, arg), 0);
    return arg.port;
}

static void a_channel_from_allocation_to_close(void **state) {
    struct evtchn_bind_interdomain bind = {.remote_dom = 0, .remote_port = alloc(a, 1)};
    struct evtchn_status status = {.dom = DOMID_SELF};

    (void)state;
    assert_int_equal(CALL(b, EVTCHNOP_bind_interdomain, bind), 0);
    struct evtchn_send send = {.port = bind.local_port};
    assert_int_equal(CALL(b, EVTCHNOP_send, send), 0);
    assert_true(event_port_is_pending(&a->event, bind.remote_port));
    status.port = bind.remote_port;
    assert_int_equal(CALL(a, EVTCHNOP_status, status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_interdomain);
    assert_int_equal(status.u.interdomain.dom, 1);
    struct evtchn_close close = {.port = bind.local_port};
    assert_int_equal(CALL(b, EVTCHNOP_close, close), 0);
    assert_int_equal(CALL(b, EVTCHNOP_send, send), -XEN_EINVAL);
}

static void the_others_copy_in_and_out(void **state) {
    struct evtchn_bind_virq virq = {.virq = VIRQ_TIMER, .vcpu = 0};
    struct evtchn_bind_ipi ipi = {.vcpu = 0};
    struct evtchn_bind_pirq pirq = {.pirq = 40};

    (void)state;
    assert_int_equal(pirq_assign(&a->event, 40), 0);
    assert_int_equal(CALL(a, EVTCHNOP_bind_virq, virq), 0);
    assert_int_equal(virq.port, 1);
    virq.vcpu = 1; /* which there is not; the VIRQ's number is 0 */
    assert_int_equal(CALL(a, EVTCHNOP_bind_virq, virq), -XEN_ENOENT);
    assert_int_equal(CALL(a, EVTCHNOP_bind_ipi, ipi), 0);
    assert_int_equal(ipi.port, 2);
    assert_int_equal(CALL(a, EVTCHNOP_bind_pirq, pirq), 0);
    assert_int_equal(pirq.port, 3);
    struct evtchn_unmask unmask = {.port = 2};
    assert_int_equal(CALL(a, EVTCHNOP_unmask, unmask), 0);
    struct evtchn_bind_vcpu bind = {.port = 3, .vcpu = 0};
    assert_int_equal(CALL(a, EVTCHNOP_bind_vcpu, bind), 0);
    bind.vcpu = 1;
    assert_int_equal(CALL(a, EVTCHNOP_bind_vcpu, bind), -XEN_ENOENT);
}

static void only_the_privileged_act_for_others(void **state) {
    struct evtchn_alloc_unbound alloc_arg = {.dom = 0, .remote_dom = DOMID_SELF};
    struct evtchn_status status = {.dom = 0, .port = alloc(a, 1)};
    struct evtchn_reset reset = {.dom = 0};

    (void)state;
    assert_int_equal(CALL(b, EVTCHNOP_alloc_unbound, alloc_arg), -XEN_EPERM);
    assert_int_equal(CALL(b, EVTCHNOP_status, status), -XEN_EPERM);
    assert_int_equal(CALL(b, EVTCHNOP_reset, reset), -XEN_EPERM);
    reset.dom = 1; /* itself by its number */
    assert_int_equal(CALL(b, EVTCHNOP_reset, reset), 0);
    alloc_arg = (struct evtchn_alloc_unbound){.dom = 1, .remote_dom = DOMID_SELF};
    assert_int_equal(CALL(a, EVTCHNOP_alloc_unbound, alloc_arg), 0);
    struct evtchn_bind_interdomain bind = {.remote_dom = 1, .remote_port = alloc_arg.port};
    assert_int_equal(CALL(a, EVTCHNOP_bind_interdomain, bind), 0); /* the remote was dom0 */
    status.dom = 55;
    assert_int_equal(CALL(a, EVTCHNOP_status, status), -XEN_ESRCH);
    bind.remote_dom = 55;
    assert_int_equal(CALL(a, EVTCHNOP_bind_interdomain, bind), -XEN_ESRCH);
}

/* What a domU is told does not depend on whether there is such a domain. */
static void the_unprivileged_learn_nothing_of_others(void **state) {
    static const domid_t others[] = {0, 2, 55, DOMID_IO, DOMID_XEN, DOMID_INVALID};

    (void)state;
    for (unsigned int i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct evtchn_alloc_unbound alloc_arg = {.dom = others[i]};
        struct evtchn_status status = {.dom = others[i], .port = 1};
        struct evtchn_reset reset = {.dom = others[i]};

        assert_int_equal(CALL(b, EVTCHNOP_alloc_unbound, alloc_arg), -XEN_EPERM);
        assert_int_equal(CALL(b, EVTCHNOP_status, status), -XEN_EPERM);
        assert_int_equal(CALL(b, EVTCHNOP_reset, reset), -XEN_EPERM);
        for (evtchn_port_t port = 0; port < 2000; port++) {
            struct evtchn_bind_interdomain bind = {.remote_dom = others[i], .remote_port = port};

            assert_int_equal(CALL(b, EVTCHNOP_bind_interdomain, bind), -XEN_EINVAL);
        }
    }
    assert_int_equal(alloc(b, 0), 1); /* none of that took a port */
}

static void reset_goes_on_until_all_is_closed(void **state) {
    struct evtchn_reset reset = {.dom = DOMID_SELF};
    struct evtchn_status status = {.dom = DOMID_SELF};

    (void)state;
    for (unsigned int i = 1; i < EVENT_PORTS_FIRST; i++) {
        (void)alloc(b, 0);
    }
    assert_int_equal(CALL(b, EVTCHNOP_reset, reset), 0);
    for (unsigned int i = 1; i < EVENT_PORTS_FIRST; i++) {
        status.port = i;
        assert_int_equal(CALL(b, EVTCHNOP_status, status), 0);
        assert_int_equal(status.status, EVTCHNSTAT_closed);
    }
}

/* A structure without a result may lie where the guest cannot write. */
static void what_has_no_result_is_not_written(void **state) {
    struct evtchn_bind_ipi ipi = {.vcpu = 0};
    struct evtchn_alloc_unbound alloc_arg = {.dom = DOMID_SELF, .remote_dom = 0};
    struct evtchn_status status = {.dom = DOMID_SELF, .port = 1};
    struct evtchn_reset reset = {.dom = DOMID_SELF};

    (void)state;
    assert_int_equal(CALL(b, EVTCHNOP_bind_ipi, ipi), 0);
    struct evtchn_send send = {.port = ipi.port};
    struct evtchn_unmask unmask = {.port = ipi.port};
    struct evtchn_bind_vcpu bind = {.port = alloc(b, 0), .vcpu = 0};
    struct evtchn_close close = {.port = ipi.port};
    fake_guest_readonly = true;
    assert_int_equal(CALL(b, EVTCHNOP_bind_vcpu, bind), 0);
    assert_int_equal(CALL(b, EVTCHNOP_unmask, unmask), 0);
    assert_int_equal(CALL(b, EVTCHNOP_send, send), 0);
    assert_int_equal(CALL(b, EVTCHNOP_status, status), -XEN_EFAULT);
    assert_int_equal(CALL(b, EVTCHNOP_alloc_unbound, alloc_arg), -XEN_EFAULT);
    assert_int_equal(CALL(b, EVTCHNOP_close, close), 0);
    assert_int_equal(CALL(b, EVTCHNOP_reset, reset), 0);
    fake_guest_readonly = false;
}

static void what_is_not_there_says_so(void **state) {
    static const uint32_t missing[] = {
        EVTCHNOP_init_control, EVTCHNOP_expand_array, EVTCHNOP_set_priority, 14, 1000, 0xffffffff};
    uint32_t word = 0;

    (void)state;
    for (unsigned int i = 0; i < sizeof(missing) / sizeof(missing[0]); i++) {
        assert_int_equal(CALL(a, missing[i], word), -XEN_ENOSYS);
    }
}

static void bad_pointers_are_faults(void **state) {
    static const uint32_t pointers[] = {0, 0xfe000000, 0xfffffffe,
                                        FAKE_GUEST_VA + FAKE_GUEST_SIZE - 1};

    (void)state;
    for (unsigned int i = 0; i < 4; i++) {
        for (uint32_t cmd = 0; cmd <= EVTCHNOP_reset; cmd++) {
            uint32_t args[HYPERCALL_ARGS] = {cmd, pointers[i]};

            assert_int_equal(do_event_channel_op(b->vcpu[0], args), -XEN_EFAULT);
        }
    }
}

static void random_calls_keep_the_domains_apart(void **state) {
    struct evtchn_status status = {.dom = DOMID_SELF, .port = alloc(a, 7)};

    (void)state;
    srand(5);
    for (unsigned int i = 0; i < 200000; i++) {
        uint32_t arg[6];

        for (unsigned int j = 0; j < 6; j++) {
            arg[j] = rand() % 2 ? (uint32_t)rand() % 70 : (uint32_t)rand();
        }
        uint32_t cmd = (uint32_t)rand() % 15;
        if (cmd != EVTCHNOP_reset || i % 100 == 0) {
            (void)CALL(b, cmd, arg);
        }
    }
    assert_int_equal(CALL(a, EVTCHNOP_status, status), 0);
    assert_int_equal(status.status, EVTCHNSTAT_unbound);
    assert_int_equal(a->shared_info->evtchn_pending[0], 0);
}

#define test(name) cmocka_unit_test_setup_teardown(name, power_on, power_off)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_channel_from_allocation_to_close),       test(the_others_copy_in_and_out),
        test(only_the_privileged_act_for_others),       test(reset_goes_on_until_all_is_closed),
        test(the_unprivileged_learn_nothing_of_others), test(what_is_not_there_says_so),
        test(what_has_no_result_is_not_written),        test(bad_pointers_are_faults),
        test(random_calls_keep_the_domains_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
