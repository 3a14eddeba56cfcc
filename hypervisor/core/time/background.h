/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Work of the hypervisor that nobody waits for in a call: taking a domain down, scrubbing its
 * frames, building it again, saying so.  Who has such work registers it, with the one on whose
 * behalf it is done, as a function that does a bounded piece.  Somebody else (background_turn.c)
 * decides when a piece is done; no piece knows who that is.
 *
 * Owners take turns: whatever one of them has to be done, of each other's a piece is done in
 * between.
 *
 * All calls: any context, no lock of timers, the page allocator, the heap or the console held; the
 * background lock is taken inside.
 */
#ifndef CORE_BACKGROUND_H
#define CORE_BACKGROUND_H

#include <stdbool.h>
#include <stdint.h>

/* An owner is named by the number of its pool of memory (page.h); 0 is the hypervisor itself. */
#define BACKGROUND_OWNERS 32u

enum background_class {
    BACKGROUND_NEEDED, /* a domain's end or its start waits for it */
    BACKGROUND_SPARE,  /* only of use to its owner, who does it itself if it cannot wait */
    BACKGROUND_CLASSES,
};

struct background_work;

/** background_fn - a piece, of fewer instructions than steps.h allows between two looks.  Returns
 * true if there is more to do.  With false, @work may be gone. */
typedef bool background_fn(struct background_work *work);

struct background_work {
    background_fn *step;          /* constant after background_init() */
    uint8_t owner;                /* the same */
    uint8_t kind;                 /* the same: enum background_class */
    bool is_queued;               /* background lock, like the next */
    struct background_work *next; /* of the same owner and class */
};

/** background_setup() - nothing is registered.  Boot, before everything else here. */
void background_setup(void);

/** background_init() - nothing of it is to be done yet. */
void background_init(struct background_work *work, background_fn *step, unsigned int owner,
                     enum background_class kind);

/** background_start() - there is something to do; no effect if that is known. */
void background_start(struct background_work *work);

/** background_on_start() - have @fn called whenever needed work was started.  Boot. */
void background_on_start(void (*fn)(void));

/**
 * background_step() - do one piece of the owner whose turn it is among those that have work of that
 * class.
 * Returns false if there was none.
 */
bool background_step(enum background_class kind);

#endif /* CORE_BACKGROUND_H */
