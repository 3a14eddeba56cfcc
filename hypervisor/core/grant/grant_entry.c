/* SPDX-License-Identifier: GPL-2.0-only */
/* See grant_entry.h. */
#include "core/grant/grant_entry.h"

#include <arch/atomic.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/grant/grant_window.h"
#include "core/mm/heap.h"
#include "core/mm/page.h"
#include "core/space/space.h"

#define ENTRY_SIZE   ((uint32_t)sizeof(struct grant_entry_v1))
#define ENTRIES      (PAGE_SIZE / ENTRY_SIZE) /* of a frame */
#define DOMID_SHIFT  16
#define ATTEMPTS_MAX 4

_Static_assert(sizeof(struct grant_entry_v1) == 8, "two words: flags and domid, frame");
_Static_assert(ENTRIES * sizeof(struct grant_pins) == PAGE_SIZE, "a page for a frame's");

/* ---- Granters ---- */

static spinlock_t list_lock = SPINLOCK_INIT(LOCK_GRANTERS);
static struct grant_domain *granters;
static uint32_t last_serial;

void grant_entry_list(struct grant_domain *g) {
    spin_lock(&list_lock);
    g->serial = ++last_serial;
    g->next = granters;
    granters = g;
    spin_unlock(&list_lock);
}

void grant_entry_unlist(struct grant_domain *g) {
    spin_lock(&list_lock);
    for (struct grant_domain **p = &granters; *p; p = &(*p)->next) {
        if (*p == g) {
            *p = g->next;
            break;
        }
    }
    spin_unlock(&list_lock);
}

static struct grant_domain *find_granter(uint32_t serial) {
    spin_lock(&list_lock);
    struct grant_domain *g = granters;
    while (g && g->serial != serial) {
        g = g->next;
    }
    spin_unlock(&list_lock);
    return g;
}

/* ---- An entry, in a window ---- */

struct entry {
    volatile uint32_t word; /* flags, and domid << DOMID_SHIFT */
    volatile uint32_t frame;
};

static struct entry *open_entry(const struct grant_domain *g, grant_ref_t ref) {
    struct entry *table = arch_map_frame(GRANT_SLOT_TABLE, g->frame[ref / ENTRIES].mfn);

    return &table[ref % ENTRIES];
}

static void close_entry(grant_ref_t ref) {
    arch_forget_shared(GRANT_SLOT_TABLE, ref % ENTRIES * ENTRY_SIZE, ENTRY_SIZE);
    arch_close_frame(GRANT_SLOT_TABLE);
}

static int check_word(uint32_t word, domid_t by, bool readonly) {
    if ((word & GTF_type_mask) != GTF_permit_access || word >> DOMID_SHIFT != by) {
        return GNTST_bad_gntref;
    }
    return (word & GTF_readonly) && !readonly ? GNTST_general_error : 0;
}

/* The granter may change the entry between the look and the store: then it is looked at again. */
static int mark(struct entry *e, domid_t by, bool readonly) {
    uint32_t flags = GTF_reading | (readonly ? 0 : GTF_writing);

    for (unsigned int i = 0; i < ATTEMPTS_MAX; i++) {
        uint32_t word = e->word;
        int err = check_word(word, by, readonly);

        if (err) {
            return err;
        }
        if (arch_atomic_replace(&e->word, word, word | flags)) {
            return 0;
        }
    }
    return GNTST_general_error;
}

static void unmark(struct entry *e, const struct grant_pins *pins) {
    uint32_t flags =
        (pins->writers ? 0 : GTF_writing) | (pins->writers || pins->readers ? 0 : GTF_reading);

    arch_memory_barrier(); /* what was stored to the frame is seen before */
    arch_atomic_clear(&e->word, flags);
}

/* ---- The frame ---- */

static bool is_own(const struct space *s, uint32_t entry, bool readonly) {
    enum p2m_type type = p2m_entry_type(entry);
    const struct page_info *page = page_of(p2m_entry_mfn(entry));

    return (type == P2M_RAM || (type == P2M_RAM_RO && readonly)) && page && page->owner == s->owner;
}

int grant_own_take(struct space *s, uint32_t frame, bool readonly, mfn_t *out) {
    int err = GNTST_bad_page;

    spin_lock(&s->lock);
    uint32_t entry = p2m_lookup(&s->p2m, gfn(frame));
    if (is_own(s, entry, readonly)) {
        *out = p2m_entry_mfn(entry);
        page_get(*out);
        err = 0;
    }
    spin_unlock(&s->lock);
    return err;
}

/* ---- */

static struct grant_pins *pins_of(const struct grant_domain *g, grant_ref_t ref) {
    return &g->frame[ref / ENTRIES].pins[ref % ENTRIES];
}

static int take(struct grant_domain *g, domid_t by, grant_ref_t ref, bool readonly, mfn_t *out) {
    struct entry *e = open_entry(g, ref);
    struct grant_pins *pins = pins_of(g, ref);
    int err = mark(e, by, readonly);

    if (err == 0) {
        err = grant_own_take(g->space, e->frame, readonly, out);
        if (err == 0) {
            pins->readers += readonly;
            pins->writers += !readonly;
        } else {
            unmark(e, pins);
        }
    }
    close_entry(ref);
    return err;
}

/* A table's frame has no memory for pins until it is used. */
static int make_pins(struct grant_domain *g, grant_ref_t ref) {
    struct grant_frame *f = &g->frame[ref / ENTRIES];

    f->pins = heap_alloc(0);
    return f->pins ? GRANT_AGAIN : GNTST_no_device_space;
}

int grant_entry_take(struct grant_domain *granter, domid_t by, grant_ref_t ref, bool readonly,
                     mfn_t *out) {
    int err;

    spin_lock(&granter->lock);
    if (ref / ENTRIES >= granter->frame_count) {
        err = GNTST_bad_gntref;
    } else if (!granter->frame[ref / ENTRIES].pins) {
        err = make_pins(granter, ref);
    } else {
        err = take(granter, by, ref, readonly, out);
    }
    spin_unlock(&granter->lock);
    return err;
}

void grant_entry_give(uint32_t serial, grant_ref_t ref, bool readonly) {
    struct grant_domain *g = find_granter(serial);

    if (!g) {
        return;
    }
    spin_lock(&g->lock);
    struct grant_pins *pins = pins_of(g, ref);
    CHECK(readonly ? pins->readers : pins->writers);
    pins->readers -= readonly;
    pins->writers -= !readonly;
    unmark(open_entry(g, ref), pins);
    close_entry(ref);
    spin_unlock(&g->lock);
}
