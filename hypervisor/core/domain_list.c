/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/domain_list.h"

#include <stddef.h>

static spinlock_t list_lock = SPINLOCK_INIT; /* protects list[] */
static struct domain *list[DOMAIN_MAX];      /* ascending ids, NULLs at the end */

static unsigned int count(void) {
    unsigned int n = 0;

    while (n < DOMAIN_MAX && list[n]) {
        n++;
    }
    return n;
}

static int insert(struct domain *d) {
    unsigned int n = count();
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
    return 0;
}

int domain_list_add(struct domain *d) {
    int rc;

    spin_lock(&list_lock);
    rc = insert(d);
    spin_unlock(&list_lock);
    return rc;
}

void domain_list_remove(const struct domain *d) {
    unsigned int i = 0;

    spin_lock(&list_lock);
    while (i < DOMAIN_MAX && list[i] != d) {
        i++;
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
