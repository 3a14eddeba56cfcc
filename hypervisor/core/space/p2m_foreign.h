/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames of other domains in a map.  A frame's count does not say who maps it, so each space counts
 * its own entries for such frames: when one leaves the map, it is known at once whether an entry is
 * left that has to be searched for.  One counter serves all frames of the same number modulo
 * P2M_FOREIGN_COUNTS; that another frame has entries costs a search that finds none.  Space lock
 * held.
 */
#ifndef CORE_P2M_FOREIGN_H
#define CORE_P2M_FOREIGN_H

#include <stdbool.h>

#include "core/base/addr.h"

struct space;

#define P2M_FOREIGN_COUNTS 2048u /* of 8 MiB: a kernel and a ramdisk seldom meet */

/** p2m_is_foreign() - is @m a frame of another domain?  The hypervisor is none. */
bool p2m_is_foreign(const struct space *s, mfn_t m);

/** p2m_foreign_begin() - there can be such frames in @s from now on: 0, -EAGAIN (once: memory was
 * cleared for it), -ENOMEM. */
int p2m_foreign_begin(struct space *s);

/** p2m_foreign_end() - there are none any more. */
void p2m_foreign_end(struct space *s);

/** p2m_foreign_count() - one entry more (@by = 1) of @s maps @m, or one less (~0), if that is a
 * frame of another domain. */
void p2m_foreign_count(struct space *s, mfn_t m, uint32_t by);

/** p2m_foreign_may_be_mapped() - false: no entry of @s maps @m, a frame of another domain. */
bool p2m_foreign_may_be_mapped(const struct space *s, mfn_t m);

#endif /* CORE_P2M_FOREIGN_H */
