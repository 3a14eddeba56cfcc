/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks outside the range only add to a counter, without a call.  A block inside sees by that counter
 * whether anything ran outside since the one before it: then a new stay has begun.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "stretch.h"
#include "table.h"

#define KEPT 12

struct block {
    uint64_t address;
    uint64_t insns;
    struct block *next; /* another that begins at the same address and ends elsewhere */
};

struct stay {
    uint64_t insns;
    uint64_t entry, last;  /* addresses of its first and last block */
    struct block **blocks; /* in the order of their execution */
    size_t count, room;
};

static uint64_t outside;      /* instructions outside, counted by translated code */
static uint64_t outside_seen; /* its value when the last block inside ran */
static bool idle;             /* the CPU slept since the last block inside */
static uint64_t vectors_start, vectors_end;
static struct table blocks; /* struct block * by the address where it begins */
static struct stay now;
static struct stay kept[KEPT]; /* longest first */

static void keep(struct stay *stay) {
    int place = KEPT - 1;

    if (stay->insns <= kept[place].insns) {
        return;
    }
    for (int i = 0; i < KEPT; i++) {
        if (kept[i].insns && kept[i].entry == stay->entry && kept[i].last == stay->last) {
            if (kept[i].insns >= stay->insns) {
                return;
            }
            place = i;
            break;
        }
    }
    free(kept[place].blocks);
    for (; place > 0 && kept[place - 1].insns < stay->insns; place--) {
        kept[place] = kept[place - 1];
    }
    kept[place] = *stay;
    *stay = (struct stay){.blocks = NULL};
}

static void begin(const struct block *block) {
    if (now.insns && now.entry >= vectors_start && now.entry < vectors_end) {
        keep(&now);
    }
    now.count = 0;
    now.insns = 0;
    now.entry = block->address;
}

static void remember(struct block *block) {
    if (now.count == now.room) {
        now.room = now.room ? 2 * now.room : 1024;
        now.blocks = realloc(now.blocks, now.room * sizeof(*now.blocks));
        if (!now.blocks) {
            abort();
        }
    }
    now.blocks[now.count++] = block;
}

static void on_block(unsigned int vcpu, void *data) {
    struct block *block = data;

    (void)vcpu;
    if (outside != outside_seen || idle) {
        outside_seen = outside;
        begin(block);
        /* What goes on after WFI is as good as an interrupt's entry. */
        if (idle) {
            now.entry = vectors_start;
        }
        idle = false;
    }
    now.insns += block->insns;
    now.last = block->address;
    /* The boot is not kept, so need not be remembered. */
    if (now.entry >= vectors_start) {
        remember(block);
    }
}

static void on_idle(qemu_plugin_id_t id, unsigned int vcpu) {
    (void)id;
    (void)vcpu;
    idle = true;
}

void stretch_init(qemu_plugin_id_t id, uint64_t start, uint64_t end) {
    vectors_start = start;
    vectors_end = end;
    table_init(&blocks, sizeof(struct block *));
    qemu_plugin_register_vcpu_idle_cb(id, on_idle);
}

void stretch_translation(struct qemu_plugin_tb *tb, bool inside) {
    uint64_t address = qemu_plugin_tb_vaddr(tb), insns = qemu_plugin_tb_n_insns(tb);
    struct block **first, *block;

    if (!inside) {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &outside, insns);
        return;
    }
    first = table_entry(&blocks, (uint32_t)address);
    for (block = *first; block && block->insns != insns;) {
        block = block->next;
    }
    if (!block) {
        block = table_allocate(1, sizeof(*block));
        *block = (struct block){address, insns, *first};
        *first = block;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, on_block, QEMU_PLUGIN_CB_NO_REGS, block);
}

void stretch_print(FILE *out) {
    for (int i = 0; i < KEPT && kept[i].insns; i++) {
        fprintf(out, "stretch %" PRIu64 " %08" PRIx64 " %08" PRIx64 "\n", kept[i].insns,
                kept[i].entry, kept[i].last);
        for (size_t j = 0; j < kept[i].count; j++) {
            fprintf(out, "in %08" PRIx64 " %" PRIu64 "\n", kept[i].blocks[j]->address,
                    kept[i].blocks[j]->insns);
        }
    }
}
