/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/domain/domain_list.h"

#include <stddef.h>

#include "core/base/panic.h"

/* Protects all that is static here. */
static spinlock_t list_lock = SPINLOCK_INIT(LOCK_DOMAIN_LIST);
static struct domain *list[DOMAIN_MAX]; /* ascending ids, NULLs at the end */

static unsigned int count_domains(void) {
    unsigned int n = 0;

    while (n < DOMAIN_MAX && list[n]) {
        n++;
    }
    return n;
}

/* Numbers below DOMAIN_MAX that domains have as long as they are listed. */
static struct place {
    bool is_taken;
    domid_t id;    /* who has it, or had it last */
    uint32_t left; /* left_count when it was left; 0 = nobody had it yet */
} places[DOMAIN_MAX];
static uint32_t left_count; /* how often any was left */

/* Should a domain @id rather have @a than @b? */
static bool is_better(const struct place *a, const struct place *b, domid_t id) {
    bool a_was = a->left != 0 && a->id == id, b_was = b->left != 0 && b->id == id;

    return a_was != b_was ? a_was : left_count - a->left > left_count - b->left;
}

/* There is a free one: fewer than DOMAIN_MAX are listed. */
static void take_place(struct domain *d) {
    struct place *best = NULL;

    for (struct place *p = places; p < places + DOMAIN_MAX; p++) {
        if (!p->is_taken && (!best || is_better(p, best, d->id))) {
            best = p;
        }
    }
    CHECK(best);
    best->is_taken = true;
    best->id = d->id;
    d->place = (uint8_t)(best - places);
}

static void leave_place(const struct domain *d) {
    places[d->place].is_taken = false;
    places[d->place].left = ++left_count;
}

static int insert_domain(struct domain *d) {
    unsigned int n = count_domains();
    unsigned int at = 0;

    if (n == DOMAIN_MAX) {
        return -XEN_ENOSPC;
    }
    while (at < n && list[at]->id < d->id) {
        at++;
    }
    if (at < n && list[at]->id == d->id) {
        return -XEN_EEXIST;
    }
    for (unsigned int i = n; i > at; i--) {
        list[i] = list[i - 1];
    }
    list[at] = d;
    take_place(d);
    return 0;
}

int domain_list_add(struct domain *d) {
    int err;

    spin_lock(&list_lock);
    err = insert_domain(d);
    spin_unlock(&list_lock);
    return err;
}

void domain_list_remove(const struct domain *d) {
    unsigned int i = 0;

    spin_lock(&list_lock);
    while (i < DOMAIN_MAX && list[i] != d) {
        i++;
    }
    if (i < DOMAIN_MAX) {
        leave_place(d);
    }
    for (; i < DOMAIN_MAX; i++) {
        list[i] = i + 1 < DOMAIN_MAX ? list[i + 1] : NULL;
    }
    spin_unlock(&list_lock);
}

struct domain *domain_by_id(domid_t id) {
    struct domain *found = NULL;

    spin_lock(&list_lock);
    for (unsigned int i = 0; i < DOMAIN_MAX && list[i]; i++) {
        if (list[i]->id == id) {
            found = list[i];
        }
    }
    spin_unlock(&list_lock);
    return found;
}

struct domain *domain_next(const struct domain *prev) {
    struct domain *next = NULL;

    spin_lock(&list_lock);
    for (unsigned int i = 0; i < DOMAIN_MAX && list[i] && !next; i++) {
        if (!prev || list[i]->id > prev->id) {
            next = list[i];
        }
    }
    spin_unlock(&list_lock);
    return next;
}

struct domain *domain_from(domid_t id) {
    struct domain *found = NULL;

    spin_lock(&list_lock);
    for (unsigned int i = 0; i < DOMAIN_MAX && list[i] && !found; i++) {
        if (list[i]->id >= id) {
            found = list[i];
        }
    }
    spin_unlock(&list_lock);
    return found;
}
