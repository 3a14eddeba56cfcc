/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of a table: the right that one gives is taken and given back.  The granter may write to
 * its table at any time, so an entry's flags and domain are one word that is read once and replaced
 * as a whole; a granter that wants access to end does the same.
 */
#ifndef CORE_GRANT_ENTRY_H
#define CORE_GRANT_ENTRY_H

#include "core/grant/grant.h"

/* How often an entry's frame is held for its grantee. */
struct grant_pins {
    uint32_t readers, writers;
};

/** grant_entry_list() - others' records can name @g by its serial from now on. */
void grant_entry_list(struct grant_domain *g);
/** grant_entry_unlist() - nobody finds it any more. */
void grant_entry_unlist(struct grant_domain *g);

/**
 * grant_entry_take() - @by gets what entry @ref of @granter grants it: the entry says so to the
 * granter, until grant_entry_give().
 * @out: the frame, with a reference of the caller's
 * Returns 0; GRANT_AGAIN; GNTST_bad_gntref (it grants nothing to @by), GNTST_general_error (it
 * grants reading alone; or it changed too often), GNTST_bad_page (it names no RAM of the
 * granter's), GNTST_no_device_space (memory).
 */
int grant_entry_take(struct grant_domain *granter, domid_t by, grant_ref_t ref, bool readonly,
                     mfn_t *out);

/** grant_own_take() - @frame of @s's own map, as grant_entry_take(): 0 or GNTST_bad_page. */
int grant_own_take(struct space *s, uint32_t frame, bool readonly, mfn_t *out);

/** grant_entry_give() - undo it, but for the reference, of the domain that has that serial; nothing
 * if that is gone. */
void grant_entry_give(uint32_t serial, grant_ref_t ref, bool readonly);

#endif /* CORE_GRANT_ENTRY_H */
