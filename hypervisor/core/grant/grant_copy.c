/* SPDX-License-Identifier: GPL-2.0-only */
/* Copies by the hypervisor: see grant.h. */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/steps.h"
#include "core/grant/grant_entry.h"
#include "core/grant/grant_window.h"
#include "core/mm/page.h"
#include "core/space/space.h"
#include "core/time/preempt.h"

/* Source or destination. */
struct end {
    struct grant_domain *domain;
    bool granted;  /* to the caller; else the caller's own */
    uint32_t name; /* entry of the domain's table, or guest frame */
    bool readonly;
    mfn_t mfn; /* with a reference, between take() and give() */
};

static int take(const struct grant_domain *caller, struct end *e) {
    if (!e->granted) {
        return grant_own_take(e->domain->space, e->name, e->readonly, &e->mfn);
    }
    return grant_entry_take(e->domain, caller->space->owner, e->name, e->readonly, &e->mfn);
}

static void give(const struct end *e) {
    if (e->granted) {
        grant_entry_give(e->domain->serial, e->name, e->readonly);
    }
    page_put(e->mfn);
}

static bool within_page(const struct gnttab_copy *op) {
    return op->source.offset + op->len <= PAGE_SIZE && op->dest.offset + op->len <= PAGE_SIZE;
}

/* A frame by its number has 64 bits, of which 32 can be a frame's. */
static bool is_frame(const struct gnttab_copy_ptr *end, bool granted) {
    return granted || end->u.gmfn <= UINT32_MAX;
}

static uint32_t smaller(uint32_t a, uint32_t b) {
    return a < b ? a : b;
}

/* What memcpy() can do in about the same time. */
static uint32_t step(uint32_t from, uint32_t to) {
    return (from ^ to) % sizeof(uint32_t) ? STEP_GRANT_SHIFT : STEP_GRANT_COPY;
}

/* From byte *@done on, until something waits. */
static int copy(const struct end *from, const struct end *to, const struct gnttab_copy *op,
                uint32_t *done) {
    const char *source = arch_map_frame(GRANT_SLOT_FROM, from->mfn);
    char *dest = arch_map_frame(GRANT_SLOT_TO, to->mfn);

    do {
        uint32_t source_at = op->source.offset + *done, dest_at = op->dest.offset + *done;
        uint32_t part = smaller(step(source_at, dest_at), op->len - *done);

        memcpy(dest + dest_at, source + source_at, part);
        arch_forget_ram(GRANT_SLOT_FROM, source_at, part);
        arch_forget_ram(GRANT_SLOT_TO, dest_at, part);
        *done += part;
    } while (*done < op->len && !preempt_check());
    arch_close_frame(GRANT_SLOT_FROM);
    arch_close_frame(GRANT_SLOT_TO);
    return *done < op->len ? GRANT_AGAIN : 0;
}

int grant_copy(struct grant_domain *caller, struct grant_domain *from, struct grant_domain *to,
               const struct gnttab_copy *op, uint32_t *done) {
    struct end source = {.domain = from,
                         .granted = op->flags & GNTCOPY_source_gref,
                         .name = op->source.u.ref,
                         .readonly = true};
    struct end dest = {
        .domain = to, .granted = op->flags & GNTCOPY_dest_gref, .name = op->dest.u.ref};

    if (!within_page(op) || *done > op->len) {
        return GNTST_bad_copy_arg;
    }
    if (!is_frame(&op->source, source.granted) || !is_frame(&op->dest, dest.granted)) {
        return GNTST_bad_page;
    }
    int err = take(caller, &source);
    if (err) {
        return err;
    }
    err = take(caller, &dest);
    if (err == 0) {
        err = copy(&source, &dest, op, done);
        give(&dest);
    }
    give(&source);
    return err;
}
