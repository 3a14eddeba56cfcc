/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What may be printed of what a guest causes: at each place in the code, for each of PRINTK_SOURCES
 * that may cause it, PRINTK_BURST messages and then one each PRINTK_INTERVAL_NS.  So none can
 * silence what another causes, and all together print at most PRINTK_SOURCES times that.
 */
#ifndef CORE_PRINTK_LIMIT_H
#define CORE_PRINTK_LIMIT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/printk.h"

#define PRINTK_SOURCES     16u
#define PRINTK_BURST       10u
#define PRINTK_INTERVAL_NS 1000000000u

struct printk_limit {
    uint64_t last;       /* when an allowance was last added, ns */
    uint32_t used;       /* messages printed and not yet made up for by time */
    uint32_t suppressed; /* since the last one printed */
};

/**
 * printk_allowed() - may a message be printed now?  Where some were not, it says how many in the
 * place of this one, which counts as one of them.  Those of one @limit come one at a time: the
 * caller is the only one that may cause them.  Locks as printk().
 */
bool printk_allowed(struct printk_limit *limit);

/* Each use is one place; @source: who caused it, below PRINTK_SOURCES: for a domain, its place. */
#define printk_ratelimited(source, ...)                          \
    do {                                                         \
        static struct printk_limit printk_place[PRINTK_SOURCES]; \
        if (printk_allowed(&printk_place[source])) {             \
            printk(__VA_ARGS__);                                 \
        }                                                        \
    } while (0)

#endif /* CORE_PRINTK_LIMIT_H */
