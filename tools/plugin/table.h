/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An array over all 32-bit addresses, one entry for each 4 bytes, that exists where it was used. */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>
#include <stdint.h>

#define TABLE_PAGES (1u << 20)

struct table {
    size_t size; /* of an entry, bytes */
    char *pages[TABLE_PAGES];
};

/* Of an empty table; @size of an entry in bytes. */
void table_init(struct table *table, size_t size);

/* The entry for @address, zeroed when first asked for.  It never moves. */
void *table_entry(struct table *table, uint32_t address);

/* Calls @function for each entry of each 4 KiB of addresses that was ever asked for. */
void table_walk(struct table *table, void (*function)(uint32_t address, void *entry));

/* calloc() that does not fail. */
void *table_allocate(size_t count, size_t size);

#endif
