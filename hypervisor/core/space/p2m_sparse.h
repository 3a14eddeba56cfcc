/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Single frames of a map that are not in the bank of RAM: a toolstack's magic pages, a grant table.
 * For p2m*.c.  Space lock held.
 */
#ifndef CORE_P2M_SPARSE_H
#define CORE_P2M_SPARSE_H

#include <stdbool.h>

#include "core/space/p2m.h"

/** p2m_lookup_sparse() - entry of @g, or P2M_NONE. */
uint32_t p2m_lookup_sparse(const struct p2m *p2m, gfn_t g);

/** p2m_sparse_in_mib() - is there one in the MiB that begins with @first? */
bool p2m_sparse_in_mib(const struct p2m *p2m, gfn_t first);

/** p2m_entry_of() - where the entry of @g is, in the bank or outside, or NULL. */
uint32_t *p2m_entry_of(struct p2m *p2m, gfn_t g);

/**
 * p2m_sparse_add() - @entry, not P2M_NONE, is behind @g, for which there is none yet.
 * Returns 0, -EINVAL (that is for a range or for the bank to say, as it is for all of PV_RAM_GPA
 * and up while there is no bank), -ENOMEM (P2M_SPARSE_MAX).
 */
int p2m_sparse_add(struct p2m *p2m, gfn_t g, uint32_t entry);

/** p2m_sparse_remove() - @g has none any more. */
void p2m_sparse_remove(struct p2m *p2m, gfn_t g);

#endif /* CORE_P2M_SPARSE_H */
