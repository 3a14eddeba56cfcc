/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The PV console ring (<xen/io/console.h>) of a domain, with the hypervisor as its other
 * end.  The page is the guest's to scribble on: each index is read once and only ever
 * moves bytes between the ring and the domain's own bounded buffers.
 */
#ifndef CORE_CONSOLE_RING_H
#define CORE_CONSOLE_RING_H

struct console_domain;

/**
 * console_ring_serve() - move a bounded number of bytes both ways; sets ring_waiting and notify
 * of @c.  Nothing if it has no ring.  Console lock held.
 */
void console_ring_serve(struct console_domain *c);

#endif /* CORE_CONSOLE_RING_H */
