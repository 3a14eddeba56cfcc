/* SPDX-License-Identifier: GPL-2.0-only */
/* Which windows of arch_map_frame() are this room's. */
#ifndef CORE_GRANT_WINDOW_H
#define CORE_GRANT_WINDOW_H

#define GRANT_SLOT_TABLE 1 /* a frame of a table */
#define GRANT_SLOT_FROM  2 /* of a copy; also what is flushed */
#define GRANT_SLOT_TO    3

#endif /* CORE_GRANT_WINDOW_H */
