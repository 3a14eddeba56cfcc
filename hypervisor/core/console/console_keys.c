/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_keys.h. */
#include "core/console/console_keys.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/base/printk.h"

static struct console_key *keys; /* in the order in which they were added; constant after boot */

void console_key_add(struct console_key *key) {
    struct console_key **link = &keys;

    while (*link) {
        CHECK((*link)->key != key->key);
        link = &(*link)->next;
    }
    key->next = NULL;
    *link = key;
}

static void print_help(void) {
    for (const struct console_key *k = keys; k; k = k->next) {
        printk("%c: %s\n", k->key, k->help);
    }
}

void console_keys_init(void) {
    static struct console_key help = {.key = 'h', .action = print_help, .help = "this help"};

    keys = NULL;
    console_key_add(&help);
}

void console_key(uint8_t key) {
    for (const struct console_key *k = keys; k; k = k->next) {
        if (k->key == (char)key) {
            k->action();
        }
    }
}
