/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of other domains in a map.  A frame's count does not say who maps it, so each space counts
 * its own entries for such frames: when one leaves the map, it is known at once whether an entry is
 * left that has to be searched for, which takes long.  dom0, which builds domains of any frames,
 * has a counter for each frame of RAM.  With others one counter serves all frames of the same
 * number modulo P2M_FOREIGN_COUNTS; that another frame has entries costs a search that finds none.
 * Memory for counters comes a page at a time, where the first such frame is.  Space lock held.
 */
#ifndef CORE_P2M_FOREIGN_H
#define CORE_P2M_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

#include "core/base/addr.h"

struct space;

#define P2M_FOREIGN_COUNTS 2048u

struct p2m_foreign {
    uint32_t entries; /* of tables, that map it */
    uint32_t placed;  /* guest frames behind which it is; p2m_change.c keeps it */
};

/** p2m_is_foreign() - is @m a frame of another domain?  The hypervisor is none. */
bool p2m_is_foreign(const struct space *s, mfn_t m);

/** p2m_foreign_count_each() - @s, which has none yet, gets a counter for each frame of RAM. */
void p2m_foreign_count_each(struct space *s);

/** p2m_foreign_begin() - @m, a frame of another domain, can be mapped in @s from now on: 0, -EAGAIN
 * (some times: memory was cleared for it), -ENOMEM. */
int p2m_foreign_begin(struct space *s, mfn_t m);

/** p2m_foreign_end() - there are none any more, of a space that does not count each. */
void p2m_foreign_end(struct space *s);

/** p2m_foreign_counter() - that of frame @m, or NULL: nothing begun has one there. */
struct p2m_foreign *p2m_foreign_counter(const struct space *s, mfn_t m);

/** p2m_foreign_count() - one entry more (@by = 1) of @s maps @m, or one less (~0), if that is a
 * frame of another domain. */
void p2m_foreign_count(struct space *s, mfn_t m, uint32_t by);

/** p2m_foreign_is_elsewhere() - is the frame of @counter, which is behind a guest frame of @s,
 * certainly behind another one, too?  Only a space that counts each knows. */
bool p2m_foreign_is_elsewhere(const struct space *s, const struct p2m_foreign *counter);

/** p2m_foreign_may_be_mapped() - false: no entry of @s maps @m, a frame of another domain. */
bool p2m_foreign_may_be_mapped(const struct space *s, mfn_t m);

#endif /* CORE_P2M_FOREIGN_H */
