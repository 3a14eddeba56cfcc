/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Layout of struct trap and its kinds for assembly; trap.c asserts the offsets.
 */
#ifndef GUEST_TRAP_OFFSETS_H
#define GUEST_TRAP_OFFSETS_H

#define TRAP_NONE           0
#define TRAP_UNDEF          1
#define TRAP_SWI            2
#define TRAP_PREFETCH_ABORT 3
#define TRAP_DATA_ABORT     4
#define TRAP_EVENT          5

#define TRAP_R12            48
#define TRAP_SP             52
#define TRAP_KIND           76
#define TRAP_SIZE           80

#endif /* GUEST_TRAP_OFFSETS_H */
