/* SPDX-License-Identifier: GPL-2.0-only */
/* See domain_state.h. */
#include "core/domain/domain_state.h"

#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/sched/sched.h"

/* The states that may follow, one bit each. */
static const uint8_t followers[DOMAIN_STATES] = {
    [DOMAIN_CREATED] = 1u << DOMAIN_RUNNING | 1u << DOMAIN_DYING,
    [DOMAIN_RUNNING] = 1u << DOMAIN_SHUTDOWN | 1u << DOMAIN_DYING,
    [DOMAIN_SHUTDOWN] = 1u << DOMAIN_RUNNING | 1u << DOMAIN_DYING,
    [DOMAIN_DYING] = 1u << DOMAIN_DEAD,
    [DOMAIN_DEAD] = 0,
};

const char *domain_state_name(enum domain_state state) {
    switch (state) {
    case DOMAIN_CREATED: return "being built";
    case DOMAIN_RUNNING: return "running";
    case DOMAIN_SHUTDOWN: return "shut down";
    case DOMAIN_DYING: return "dying";
    case DOMAIN_DEAD: return "dead";
    case DOMAIN_STATES: break;
    }
    return "?";
}

static bool lets_run(const struct domain *d) {
    return d->state == DOMAIN_RUNNING && d->pause_count == 0;
}

/* The only writer of both.  domain.life_lock held. */
static void set_state(struct domain *d, enum domain_state state, unsigned int pause_count) {
    bool could_run = lets_run(d);

    d->state = state;
    d->pause_count = (uint8_t)pause_count;
    if (could_run && !lets_run(d)) {
        while (d->released > 0) {
            sched_pause(&d->vcpu[--d->released]->sched);
        }
    }
}

bool domain_release_step(struct domain *d) {
    spin_lock(&d->life_lock);
    if (lets_run(d) && d->released < d->vcpu_count) {
        sched_unpause(&d->vcpu[d->released++]->sched);
    }
    bool more = lets_run(d) && d->released < d->vcpu_count;
    spin_unlock(&d->life_lock);
    return more;
}

static int change_state(struct domain *d, enum domain_state to) {
    if ((followers[d->state] & 1u << to) == 0) {
        return -XEN_EINVAL;
    }
    set_state(d, to, d->pause_count);
    return 0;
}

int domain_change_state(struct domain *d, enum domain_state to) {
    spin_lock(&d->life_lock);
    int err = change_state(d, to);
    spin_unlock(&d->life_lock);
    return err;
}

int domain_end(struct domain *d, uint8_t reason, uint64_t now) {
    spin_lock(&d->life_lock);
    int err = change_state(d, DOMAIN_SHUTDOWN);
    if (err == 0) {
        d->shutdown_reason = reason;
        d->stopped = now;
    }
    spin_unlock(&d->life_lock);
    return err;
}

int domain_pause(struct domain *d) {
    int err = -XEN_EOVERFLOW;

    spin_lock(&d->life_lock);
    if (d->pause_count < DOMAIN_PAUSE_MAX) {
        set_state(d, d->state, d->pause_count + 1u);
        err = 0;
    }
    spin_unlock(&d->life_lock);
    return err;
}

int domain_unpause(struct domain *d) {
    int err = -XEN_EINVAL;

    spin_lock(&d->life_lock);
    if (d->pause_count > 0) {
        set_state(d, d->state, d->pause_count - 1u);
        err = 0;
    }
    spin_unlock(&d->life_lock);
    return err;
}

bool domain_is_dying(const struct domain *d) {
    return d->state >= DOMAIN_DYING;
}

bool domain_is_off_cpu(const struct domain *d) {
    for (unsigned int i = 0; i < d->vcpu_count; i++) {
        if (d->vcpu[i]->sched.on_cpu) {
            return false;
        }
    }
    return true;
}
