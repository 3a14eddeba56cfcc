/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * How much is done between two looks for something that waits: every size of a step is here and
 * nowhere else.  The hypervisor runs with interrupts masked, so what lies between two looks is what
 * an interrupt may wait.
 *
 * Behind each: what one element costs at its worst, in instructions.  Sizes are chosen for
 * stretches of about 650 (`make stretches` measures them); docs/latency.md has what takes longer.
 * A look costs about 20.
 */
#ifndef CORE_STEPS_H
#define CORE_STEPS_H

/* ---- Translation tables ---- */

/*
 * What a domain's hypercall has done to its tables since the last look, in units of a
 * second-level entry of the simple kind: 19 instructions, 36 if it replaces another frame.  After
 * PT_WORK_MAX it is time to look.
 */
#define PT_WORK_MAX      24u
#define PT_WORK_COPIED   5u  /* so many updates that are copied in are one */
#define PT_WORK_ONE      2u  /* a second-level entry that has to be looked for */
#define PT_WORK_L2       5u  /* a second-level entry by the long way */
#define PT_WORK_L1       12u /* a first-level entry */

/** Updates that are copied in from the guest at a time: 4 each, which is counted as work.  The
 * first are so few that some of them are done before the next look. */
#define STEP_UPDATES     56u
#define STEP_UPDATES_ON  112u /* once some are done */
/** Entries of a first-level table that are cleared, or copied, and cleaned from the cache in one
 * go: 0.8 each. */
#define STEP_L1_ENTRIES  512u
/** First-level entries of the flat table: 15 each. */
#define STEP_FLAT        16u
/** Entries of the table for a section that are written, or whose frames are counted, in one go,
 * which divide 256: 4 each. */
#define STEP_SPLIT       64u
/** First-level entries that are looked at for one to drop: 2.5 each. */
#define STEP_EMPTY       128u
/** Second-level entries by the long way, from the guest's memory: 75 each, 125 if
 * they replace another frame. */
#define STEP_LOAD        4u
/*
 * Of a second-level table that is dropped, in units of about 36 instructions: 2 for eight entries
 * of cached RAM that has other references, 1 more for each entry that is not of that kind.  Ten
 * more may come before it ends, and the table's empty groups, 9 instructions each.
 */
#define STEP_DROP        4u

/* ---- Time ---- */

/** Timers that fire in one interrupt, with a look in between; with more, the hardware fires again:
 * 300 each. */
#define STEP_TIMERS      4u

/* ---- Guest-physical memory ---- */

/** Frames of a domain that ends, that are given back in one go: 100 each. */
#define STEP_FRAMES      4u
/** Table entries that a search for mappings looks at in one go, a divisor of 256: 11 each, and 40
 * for one that it finds. */
#define STEP_SCAN        32u
/** Mappings of the frame that it takes away in one go: 90 each. */
#define STEP_FOUND       4u
/** So many times that in one call. */
#define STEP_SCANS       1u
/** Blocks of table memory of other domains that a search passes by in one go: 8 each. */
#define STEP_SKIP_BLOCKS 32u

/** Bytes of a frame that are overwritten in one go, which divide a page: 1.1 each where there is an
 * outer cache. */
#define STEP_SCRUB       512u
/** Bytes of an image that are copied in one go, which divide a page: 2.2 each there. */
#define STEP_COPY        256u
/** Frames that a domain which is built gets in one go, a multiple of 8 that divides a MiB: 27
 * each. */
#define STEP_BUILD       16u

/** Bytes of a new frame of a grant table that are cleared in one go, which divide a page: 0.4
 * each. */
#define STEP_GRANT_CLEAR 1024u
/** Bytes of a granted frame that are copied in one go: 0.4 each; and where source and destination
 * do not agree in the last two bits of their addresses, 1.1 each. */
#define STEP_GRANT_COPY  1024u
#define STEP_GRANT_SHIFT 128u

/* ---- Caches ---- */

/** Bytes of a range by address, which divide a page: 0.15 each, 0.9 where an outer cache has to be
 * told twice (Cortex-A9 with PL310). */
#define STEP_CACHE       2048u
#define STEP_CACHE_OUTER 512u
/** Sets of a way of a cache that is flushed whole, by set and way (ARMv7): 5.6 each. */
#define STEP_CACHE_SETS  64u

/* ---- Console ---- */

/** Bytes that are sent to the UART in one go: 40 each. */
#define STEP_SEND        4u
/** Bytes taken from the UART in one interrupt: 80 each, besides one event for their guest. */
#define STEP_RECEIVE     4u
/** After that it does not interrupt for so long.  16,000 bytes/s is more than 115,200 baud brings,
 * whose 11,520 fill a FIFO of 16 in 1.4 ms. */
#define RECEIVE_PAUSE_NS 250000u
/** Bytes taken from a guest's buffer or ring in one go: 16 each. */
#define STEP_OUTPUT      12u

/** Bytes of the hypervisor's log that a toolstack reads in one go: 2 each. */
#define STEP_LOG         128u

/* ---- Event channels ---- */

/** Ports that are closed in one go: 95 each, the other end in another domain included. */
#define STEP_CLOSE_PORTS 3u
/** Ports that SCHEDOP_poll looks at in one go: 14 each. */
#define STEP_POLL_PORTS  12u

#endif /* CORE_STEPS_H */
