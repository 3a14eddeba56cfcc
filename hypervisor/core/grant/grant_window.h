/* SPDX-License-Identifier: GPL-2.0-only */
/* Which window of arch_map_frame() is this room's. */
#ifndef CORE_GRANT_WINDOW_H
#define CORE_GRANT_WINDOW_H

#define GRANT_SLOT_TABLE 1 /* a frame of a table */

#endif /* CORE_GRANT_WINDOW_H */
