/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_make.h. */
#include "core/control/domain_make.h"

#include <string.h>

#include "core/base/arch.h"
#include "core/base/panic.h"
#include "core/control/domain_id.h"
#include "core/domain/domain.h"
#include "core/domain/domain_free.h"
#include "core/domain/domain_owner.h"
#include "core/domain/vcpu.h"
#include "lib/format.h"

/* What a toolstack reads before it set a size: the pages that Xen takes for the root of a map. */
#define TABLE_POOL_DEFAULT 65536u

/* One that is made and not listed yet; hypercall context. */
static struct domain *unlisted;

/* Memory for the next one; hypercall context. */
static struct domain *spare;

static void drop_unlisted(void) {
    if (unlisted) {
        domain_owner_give(unlisted->pool);
        domain_free(unlisted);
        unlisted = NULL;
    }
}

static int make_unlisted(domid_t id, unsigned int owner, const struct domain_wish *wish) {
    struct domain *d = spare;
    int err = domain_init(d, id, "");

    spare = NULL;
    if (err) {
        return err;
    }
    d->pool = (uint8_t)owner;
    d->is_managed = true;
    d->vcpu_max = wish->vcpu_max;
    d->wants_realtime = wish->is_realtime;
    d->pause_count = 1;
    d->table_pool = TABLE_POOL_DEFAULT;
    grant_set_limits(&d->grant, wish->grant_frames, wish->maptrack_frames);
    memcpy(d->handle, wish->handle, sizeof(d->handle));
    unlisted = d;
    return id;
}

int domain_make(const struct domain_wish *wish) {
    drop_unlisted();
    if (wish->id != 0 && domain_by_id(wish->id)) {
        return -XEN_EEXIST;
    }
    if (!spare) {
        spare = domain_alloc();
        return spare ? -XEN_EAGAIN : -XEN_ENOMEM;
    }
    int owner = domain_owner_take();
    if (owner < 0) {
        domain_free(spare);
        spare = NULL;
        return owner;
    }
    int id = make_unlisted(wish->id ? wish->id : domain_id_next(), (unsigned int)owner, wish);
    if (id < 0) {
        domain_owner_give((unsigned int)owner);
    } else if (wish->id == 0) {
        domain_id_given((domid_t)id);
    }
    return id;
}

/* From here on it is torn down as every other. */
static int list_it(void) {
    format_text(unlisted->name, sizeof(unlisted->name), "d%u", unlisted->id);
    int err = domain_appear(unlisted);

    if (err) {
        drop_unlisted();
        return err == -XEN_ENOSPC ? -XEN_ENOMEM : err;
    }
    unlisted = NULL;
    return 1;
}

/* 1: more of it; 0: this was the last. */
static int make_step(struct domain *d) {
    if (!d->has_space) {
        int more = arch_space_init(&d->space);

        d->has_space = more == 0;
        return more < 0 ? more : 1;
    }
    return pt_init(&d->space, PT_LIMIT_MIN);
}

int domain_make_step(domid_t id) {
    if (unlisted && unlisted->id == id) {
        return list_it();
    }
    struct domain *d = domain_by_id(id);
    if (!d || !d->is_managed || domain_is_whole(d)) {
        return -XEN_ESRCH;
    }
    int result = make_step(d);

    if (result < 0) {
        CHECK(domain_kill(d) == 0);
    } else if (result == 0) {
        d->is_made = true;
    }
    return result;
}

bool domain_is_whole(const struct domain *d) {
    return d->state != DOMAIN_CREATED || d->is_made;
}

/* What a toolstack wrote to its memory is in memory, and no instruction of what was there before is
 * left: 1, there is more of it, or 0. */
static int clean_step(struct domain *d) {
    return arch_cache_flush_step(&d->make_progress);
}

int domain_make_run_step(struct domain *d) {
    if (!d->has_flat) {
        int more = pt_flat_step(&d->space, &d->make_progress);

        if (more == 0) {
            d->has_flat = true;
            d->make_progress = 0;
        }
        return more < 0 ? more : 1;
    }
    if (clean_step(d)) {
        return 1;
    }
    d->make_progress = 0;
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        arch_vcpu_set_base(d->vcpu[i], pt_vcpu_l1(&d->space, i), pt_vcpu_kernel(&d->space, i));
    }
    return domain_start(d);
}
