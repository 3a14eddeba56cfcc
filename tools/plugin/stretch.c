/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks outside the range only add to a counter, without a call.  A block inside sees by that counter
 * whether anything ran outside since the one before it: then a new stay has begun.
 *
 * Instructions inside are counted one by one: a block in which a device is accessed is left and begun
 * again at the access (with -icount), so that its length says too much.
 */
#include <inttypes.h>
#include <stdlib.h>

#include "stretch.h"
#include "table.h"

#define KEPT       16
#define LOOKS_MAX  4
#define WORTH_KEPT 1000 /* instructions: shorter stays are not looked at further */

struct visit {
    uint32_t address; /* of a block */
    uint32_t insns;   /* that were executed of it */
};

struct stay {
    uint64_t insns;
    uint32_t entry;       /* address of its first block */
    uint32_t place;       /* address of the block where most of it went */
    struct visit *visits; /* in the order of their execution */
    size_t count, room;
};

static uint64_t inside, outside; /* instructions there, counted by translated code */
static uint64_t inside_seen;     /* when the last block inside began */
static uint64_t outside_seen;
static bool idle; /* the CPU slept since the last block inside */
static uint64_t vectors_start, vectors_end;
static uint32_t looks[LOOKS_MAX];
static unsigned int look_count;
static struct table heat; /* uint64_t: instructions of a stay in each of its blocks */
static struct stay now;
static struct stay kept[KEPT]; /* longest first, one for each pair of entry and place */

static uint32_t hottest(const struct stay *stay) {
    const struct visit *end = stay->visits + stay->count;
    uint64_t most = 0;
    uint32_t place = 0;

    for (const struct visit *v = stay->visits; v != end; v++) {
        uint64_t *insns = table_entry(&heat, v->address);

        *insns += v->insns;
        if (*insns > most) {
            most = *insns;
            place = v->address;
        }
    }
    for (const struct visit *v = stay->visits; v != end; v++) {
        *(uint64_t *)table_entry(&heat, v->address) = 0;
    }
    return place;
}

static void keep(struct stay *stay) {
    int place = KEPT - 1;

    for (int i = 0; i < KEPT; i++) {
        if (kept[i].insns && kept[i].entry == stay->entry && kept[i].place == stay->place) {
            place = i;
            break;
        }
    }
    if (stay->insns <= kept[place].insns) {
        return;
    }
    free(kept[place].visits);
    for (; place > 0 && kept[place - 1].insns < stay->insns; place--) {
        kept[place] = kept[place - 1];
    }
    kept[place] = *stay;
    *stay = (struct stay){.visits = NULL};
}

/* What ran since the last block inside began belongs to it. */
static void count_last(void) {
    if (now.count) {
        now.visits[now.count - 1].insns = (uint32_t)(inside - inside_seen);
    }
    now.insns += inside - inside_seen;
    inside_seen = inside;
}

static void begin(uint32_t address) {
    if (now.insns > WORTH_KEPT && now.entry >= vectors_start && now.entry < vectors_end) {
        now.place = hottest(&now);
        keep(&now);
    }
    now.count = 0;
    now.insns = 0;
    now.entry = address;
}

static void remember(uint32_t address) {
    if (now.count == now.room) {
        now.room = now.room ? 2 * now.room : 1024;
        now.visits = realloc(now.visits, now.room * sizeof(*now.visits));
        if (!now.visits) {
            abort();
        }
    }
    now.visits[now.count++] = (struct visit){.address = address};
}

static bool is_look(uint32_t address) {
    for (unsigned int i = 0; i < look_count; i++) {
        if (looks[i] == address) {
            return true;
        }
    }
    return false;
}

bool stretch_look(uint32_t address) {
    if (look_count < LOOKS_MAX) {
        looks[look_count++] = address;
        return true;
    }
    return false;
}

/* As on_block(), where the hypervisor looks for interrupts: the boot has none to look for. */
static void on_look(unsigned int vcpu, void *data) {
    (void)vcpu;
    count_last();
    if (now.entry >= vectors_start) {
        begin((uint32_t)vectors_start);
        remember((uint32_t)(uintptr_t)data);
    }
}

static void on_block(unsigned int vcpu, void *data) {
    uint32_t address = (uint32_t)(uintptr_t)data;

    (void)vcpu;
    count_last();
    if (outside != outside_seen || idle) {
        outside_seen = outside;
        /* What goes on after WFI is as good as an interrupt's entry. */
        begin(idle ? (uint32_t)vectors_start : address);
        idle = false;
    }
    /* The boot is not kept, so need not be remembered. */
    if (now.entry >= vectors_start) {
        remember(address);
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
    table_init(&heat, sizeof(uint64_t));
    qemu_plugin_register_vcpu_idle_cb(id, on_idle);
}

void stretch_translation(struct qemu_plugin_tb *tb, bool is_inside) {
    size_t insns = qemu_plugin_tb_n_insns(tb);
    uintptr_t address = (uintptr_t)qemu_plugin_tb_vaddr(tb);

    if (!is_inside) {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &outside, insns);
        return;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, is_look((uint32_t)address) ? on_look : on_block,
                                         QEMU_PLUGIN_CB_NO_REGS, (void *)address);
    for (size_t i = 0; i < insns; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i),
                                                   QEMU_PLUGIN_INLINE_ADD_U64, &inside, 1);
    }
}

void stretch_print(FILE *out) {
    for (int i = 0; i < KEPT && kept[i].insns; i++) {
        fprintf(out, "stretch %" PRIu64 " %08" PRIx32 " %08" PRIx32 "\n", kept[i].insns,
                kept[i].entry, kept[i].place);
        for (size_t j = 0; j < kept[i].count; j++) {
            fprintf(out, "in %08" PRIx32 " %" PRIu32 "\n", kept[i].visits[j].address,
                    kept[i].visits[j].insns);
        }
    }
}
