/* SPDX-License-Identifier: GPL-2.0-only */
/* Which functions a unit test comes to: gcc calls this at the beginning of each
 * (-finstrument-functions).  Their addresses are written to the file that $REACH names, if it names
 * one. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define SLOTS  (1u << 14) /* more than twice as many as there are functions */
#define UNSEEN __attribute__((no_instrument_function))

extern const char __executable_start;

static uintptr_t seen[SLOTS];
static const char *file;

UNSEEN void __cyg_profile_func_enter(void *function, void *caller);
UNSEEN void __cyg_profile_func_exit(void *function, void *caller);

UNSEEN static void __attribute__((constructor)) begin(void) {
    file = getenv("REACH");
}

UNSEEN static void __attribute__((destructor)) end(void) {
    FILE *out = file ? fopen(file, "w") : NULL;

    for (unsigned int i = 0; out && i < SLOTS; i++) {
        if (seen[i]) {
            fprintf(out, "%zx\n", (size_t)(seen[i] - (uintptr_t)&__executable_start));
        }
    }
    if (out) {
        fclose(out);
    }
}

void __cyg_profile_func_enter(void *function, void *caller) {
    uintptr_t address = (uintptr_t)function;

    (void)caller;
    if (file) {
        uintptr_t i = address * 0x9e3779b97f4a7c15u >> 50;

        while (seen[i] && seen[i] != address) {
            i = (i + 1) % SLOTS;
        }
        seen[i] = address;
    }
}

void __cyg_profile_func_exit(void *function, void *caller) {
    (void)function;
    (void)caller;
}
