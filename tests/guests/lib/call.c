/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Calls that are issued in one way or another; see call.h.
 */
#include "call.h"

#include <setjmp.h>

#include "clock.h"
#include "event.h"
#include "hypercall.h"
#include "test.h"

static jmp_buf given_up;
static volatile bool is_under_way;

void call_issue(struct call *call) {
    const uint32_t *a = call->args;

    call->result = hypercall5(call->number, a[0], a[1], a[2], a[3], a[4]);
}

int32_t call_issue_list(struct call *calls[], uint32_t count) {
    static struct multicall_entry entries[CALL_LIST_MAX];
    int32_t result;

    REQUIRE_EQ(count <= CALL_LIST_MAX, 1);
    for (uint32_t i = 0; i < count; i++) {
        entries[i] = (struct multicall_entry){.op = calls[i]->number};
        for (uint32_t j = 0; j < 5; j++) {
            entries[i].args[j] = calls[i]->args[j];
        }
    }
    result = hypercall2(__HYPERVISOR_multicall, (uint32_t)entries, count);
    for (uint32_t i = 0; i < count; i++) {
        calls[i]->result = (int32_t)entries[i].result;
    }
    return result;
}

/* The upcall came between two steps of the call: it is left where it is. */
static void give_up(uint32_t port) {
    (void)port;
    if (is_under_way) {
        is_under_way = false;
        longjmp(given_up, 1);
    }
}

bool call_issue_until(struct call *call, uint32_t ns) {
    event_handle(clock_port, give_up);
    if (setjmp(given_up)) {
        clock_listen();
        event_unmask_all();
        return false;
    }
    clock_timer(clock_ns() + ns, 0);
    is_under_way = true;
    call_issue(call);
    is_under_way = false;
    clock_timer_stop();
    clock_listen();
    return true;
}

static struct call *inner_call;

static void issue_inner(uint32_t port) {
    struct call *call = inner_call;

    (void)port;
    inner_call = NULL;
    if (call) {
        call_issue(call);
    }
}

bool call_issue_within(struct call *call, uint32_t ns, struct call *inner) {
    event_handle(clock_port, issue_inner);
    inner_call = inner;
    clock_timer(clock_ns() + ns, 0);
    call_issue(call);
    bool was_within = !inner_call;
    clock_timer_stop();
    clock_listen();
    issue_inner(clock_port);
    return was_within;
}
