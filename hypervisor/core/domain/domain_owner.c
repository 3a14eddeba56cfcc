/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_owner.h. */
#include "core/domain/domain_owner.h"

#include <stdint.h>

#include "core/base/panic.h"
#include "core/domain/domain.h"
#include "core/mm/page.h"
#include "core/time/background.h"

_Static_assert(DOMAIN_OWNER_FIRST > DOMAIN_MAX, "the boot's come before");
_Static_assert(PAGE_POOLS <= BACKGROUND_OWNERS && PAGE_POOLS <= 32, "a bit for each");

static uint32_t taken; /* a bit each; hypercall and background context */

int domain_owner_take(void) {
    unsigned int owner = DOMAIN_OWNER_FIRST;

    while (owner < PAGE_POOLS && taken >> owner & 1) {
        owner++;
    }
    if (owner == PAGE_POOLS) {
        return -XEN_ENOMEM;
    }
    taken |= 1u << owner;
    return (int)owner;
}

void domain_owner_give(unsigned int owner) {
    if (owner >= DOMAIN_OWNER_FIRST) {
        CHECK(taken >> owner & 1);
        taken &= ~(1u << owner);
    }
}
