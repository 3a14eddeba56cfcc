/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "table.h"

#include <stdlib.h>

#define PAGE    4096u
#define ENTRIES (PAGE / 4)

void *table_allocate(size_t count, size_t size) {
    void *memory = calloc(count, size);

    if (!memory) {
        abort();
    }
    return memory;
}

void table_init(struct table *table, size_t size) {
    table->size = size;
}

void *table_entry(struct table *table, uint32_t address) {
    char **page = &table->pages[address / PAGE];

    if (!*page) {
        *page = table_allocate(ENTRIES, table->size);
    }
    return *page + address % PAGE / 4 * table->size;
}

void table_walk(struct table *table, void (*function)(uint32_t address, void *entry)) {
    for (uint32_t page = 0; page < TABLE_PAGES; page++) {
        for (uint32_t i = 0; table->pages[page] && i < ENTRIES; i++) {
            function(page * PAGE + i * 4, table->pages[page] + i * table->size);
        }
    }
}
