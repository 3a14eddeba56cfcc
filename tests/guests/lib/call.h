/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hypercalls that are made ready first and issued later: alone, as entries of one multicall, one
 * in the middle of another, or to be given up half-way by a timer, as no kernel would.
 */
#ifndef GUEST_CALL_H
#define GUEST_CALL_H

#include <stdbool.h>
#include <stdint.h>

struct call {
    uint32_t number;
    uint32_t args[5];
    int32_t result;
};

#define CALL_LIST_MAX 8u

/** call_issue() - @call alone; sets its result. */
void call_issue(struct call *call);

/** call_issue_list() - the first @count (up to CALL_LIST_MAX) of @calls as one multicall.  Returns
 * its result, 0; sets those of the calls. */
int32_t call_issue_list(struct call *calls[], uint32_t count);

/**
 * call_issue_until() - @call alone, which is given up if it has not returned @ns from now: what it
 * has done so far stays, and it is not gone on with.  The timer's port must be bound (clock_port);
 * its handler is clock.h's again afterwards.
 * Returns true if it returned, and sets its result then.
 */
bool call_issue_until(struct call *call, uint32_t ns);

/**
 * call_issue_within() - @call alone, and @inner in the timer's handler, which comes @ns from now.
 * Sets the results of both.  The timer's port must be bound; its handler is clock.h's again
 * afterwards.
 * Returns true if @inner was issued before @call returned.
 */
bool call_issue_within(struct call *call, uint32_t ns, struct call *inner);

#endif /* GUEST_CALL_H */
