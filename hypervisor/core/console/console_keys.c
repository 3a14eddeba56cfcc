/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_keys.h. */
#include "core/console/console_keys.h"

#include <stddef.h>

#include "core/base/panic.h"
#include "core/base/printk.h"
#include "core/time/background.h"

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

/* A line a step: a key may be pressed by a hypercall, which has no time for more. */
static struct background_work help_work;
static const struct console_key *next_help; /* the key begins anew */

static bool print_help_step(struct background_work *work) {
    (void)work;
    if (next_help) {
        printk("%c: %s\n", next_help->key, next_help->help);
        next_help = next_help->next;
    }
    return next_help != NULL;
}

static void print_help(void) {
    next_help = keys;
    background_start(&help_work);
}

void console_keys_init(void) {
    static struct console_key help = {.key = 'h', .action = print_help, .help = "this help"};

    keys = NULL;
    next_help = NULL;
    background_init(&help_work, print_help_step, 0, BACKGROUND_NEEDED);
    console_key_add(&help);
}

void console_key(uint8_t key) {
    for (const struct console_key *k = keys; k; k = k->next) {
        if (k->key == (char)key) {
            k->action();
        }
    }
}
