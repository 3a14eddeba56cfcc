/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Command line options; see option.h.
 */
#include "option.h"

#include <stdlib.h>
#include <string.h>

#define OPTION_MAX 256

static char words[OPTION_MAX + 2]; /* each word ended by a NUL, an empty one at the end */

void option_init(const char *text) {
    strncpy(words, text ? text : "", OPTION_MAX);
    for (char *c = words; *c; c++) {
        if (*c == ' ' || *c == '\n') {
            *c = '\0';
        }
    }
}

/* What follows @name in its word ("" or "=value"), or NULL. */
static const char *option_find(const char *name) {
    size_t length = strlen(name);

    for (const char *word = words; word < words + OPTION_MAX; word += strlen(word) + 1) {
        if (!strncmp(word, name, length) && (word[length] == '\0' || word[length] == '=')) {
            return word + length;
        }
    }
    return NULL;
}

uint32_t option_number(const char *name, uint32_t otherwise) {
    const char *found = option_find(name);

    return found && *found == '=' ? (uint32_t)strtoul(found + 1, NULL, 0) : otherwise;
}

bool option_is(const char *name, const char *value) {
    const char *found = option_find(name);

    return found && *found == '=' && !strcmp(found + 1, value);
}

bool option_given(const char *name) {
    return option_find(name) != NULL;
}
