/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Event channels: 2-level ABI, upcalls, one handler a port.
 */
#ifndef GUEST_EVENT_H
#define GUEST_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#define EVENT_PORTS 1024 /* all that the hypervisor gives a domain */

typedef void event_fn(uint32_t port);

/** event_init() - map shared_info over a page of our RAM and accept upcalls. */
void event_init(void);
/** event_upcall() - from the trap handler; a guest with several vCPUs has its own. */
void event_upcall(void);
/** event_dispatch() - @port is pending: it is not any more, and its handler runs. */
void event_dispatch(uint32_t port);
/** event_handle() - call @handler, events masked, when @port is pending (NULL = ignore). */
void event_handle(uint32_t port, event_fn *handler);

/** event_mask_all() / event_unmask_all() / event_restore() - local_irq_disable/enable/restore. */
uint8_t event_mask_all(void);
void event_unmask_all(void);
void event_restore(uint8_t mask);

/** event_set_masked() - the port's bit in shared_info; unmasking uses EVTCHNOP_unmask. */
void event_set_masked(uint32_t port, bool is_masked);
/** event_is_pending() - its bit in shared_info. */
bool event_is_pending(uint32_t port);
/** event_pending_word() - where that bit is, for handlers that clear it themselves. */
volatile uint32_t *event_pending_word(uint32_t port);

/* Wrappers; a port or negative errno, or 0 or negative errno. */
int32_t event_bind_virq(uint32_t virq);
int32_t event_alloc_unbound(uint32_t remote);
int32_t event_bind_interdomain(uint32_t remote, uint32_t remote_port);
/** event_bind_first() - to whichever of its first ports @remote has for us; waits until it has one.
 */
int32_t event_bind_first(uint32_t remote);
int32_t event_send(uint32_t port);
int32_t event_close(uint32_t port);
/** event_loopback() - a port bound to another port of ours; returns the sending one. */
int32_t event_loopback(uint32_t *receiver);

/** event_wait() - block until *flag is not 0. */
void event_wait(volatile uint32_t *flag);

#endif /* GUEST_EVENT_H */
