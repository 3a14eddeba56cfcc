/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "trace.h"

#include <inttypes.h>
#include <string.h>

#define BLOCKS 4096u /* a power of two; more than any delay that is looked at has */

struct visit {
    uint32_t address;
    uint64_t begin; /* instructions since the machine's start */
};

static struct visit ring[BLOCKS], kept[BLOCKS];
static uint32_t next, kept_first, kept_count;
static uint64_t kept_end;

void trace_block(uint32_t address, uint64_t now) {
    ring[next++ % BLOCKS] = (struct visit){address, now};
}

void trace_keep(uint64_t now) {
    memcpy(kept, ring, sizeof(kept));
    kept_count = next < BLOCKS ? next : BLOCKS;
    kept_first = next - kept_count;
    kept_end = now;
}

void trace_print(FILE *out) {
    for (uint32_t i = 0; i < kept_count; i++) {
        const struct visit *v = &kept[(kept_first + i) % BLOCKS];
        uint64_t end = i + 1 < kept_count ? kept[(kept_first + i + 1) % BLOCKS].begin : kept_end;

        fprintf(out, "trace %08" PRIx32 " %" PRIu64 "\n", v->address, end - v->begin);
    }
}
