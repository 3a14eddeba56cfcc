/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Doubly linked lists of records that are known by 16-bit numbers from 1 on: half the size of
 * pointers, and a table of records that is still zero is one of empty lists.  The lock is that of
 * the records.
 */
#ifndef CORE_INDEX_LIST_H
#define CORE_INDEX_LIST_H

#include <stdint.h>

/* Numbers of records; 0 = the end.  A list's head is a number, too. */
struct index_link {
    uint16_t next, prev;
};

/* Where the link of record @index, which is not 0, is. */
typedef struct index_link *index_link_fn(unsigned int index);

/** index_list_add() - record @index, which is on no list, becomes the first of the list *@head. */
static inline void index_list_add(index_link_fn *link, uint16_t *head, unsigned int index) {
    link(index)->prev = 0;
    link(index)->next = *head;
    if (*head) {
        link(*head)->prev = (uint16_t)index;
    }
    *head = (uint16_t)index;
}

/** index_list_remove() - record @index, which is on the list *@head, leaves it. */
static inline void index_list_remove(index_link_fn *link, uint16_t *head, unsigned int index) {
    const struct index_link *l = link(index);

    if (l->next) {
        link(l->next)->prev = l->prev;
    }
    if (l->prev) {
        link(l->prev)->next = l->next;
    } else {
        *head = l->next;
    }
}

#endif /* CORE_INDEX_LIST_H */
