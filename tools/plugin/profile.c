/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * TCG plugin: where a machine's instructions go.  Used by tools/profile and tools/bench.
 *
 *     -plugin profile.so,out=FILE[,hyp=START:END][,<place>=ADDRESS]...[,kernel=START][,counts=off]
 *         [,trace=on]
 *
 * hyp is the hypervisor's address range; kernel is where kernel addresses start, below which all
 * counts as one (user code, and code that runs before the MMU is on).  A place is the start of a
 * function:
 *     look      asks the interrupt controller what waits
 *     look_due  asks whether a timer is due
 *     blind     from here on the interrupt controller does not show a timer that is due
 *     seeing    from here on it does again
 * FILE gets
 *     mark NAME TOTAL              as soon as tests/bench/mark.S is executed
 * and, when QEMU ends,
 *     total INSNS
 *     user INSNS
 *     pc ADDRESS INSNS             of each instruction (not with counts=off)
 *     stretch INSNS ENTRY PLACE ROW   the longest stays in the hypervisor, longest first: from the
 *                                  vector at ENTRY, most of it in the block at PLACE
 *     in ADDRESS INSNS             and all blocks of that stay
 *     row ROW INSNS                the longest stay of each row that a guest said it was in
 *     trace ADDRESS INSNS          with trace=on, the blocks that ran before the last mark "worst"
 * If marks "begin" and "end" came, pc and user count only what ran between them.
 *
 * The hypervisor runs with interrupts masked, so a stay is a stretch with interrupts off.  One that
 * did not begin at a vector is its boot and is left out.  One ends, and the next begins, at WFI and
 * where the hypervisor looks whether an interrupt waits: it waits no longer than to there.  A look
 * while a timer that is due cannot be seen ends nothing, unless it is one that asks for due timers.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <qemu-plugin.h>

#include "stretch.h"
#include "stretch_blocks.h"
#include "table.h"
#include "trace.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define MARK_FIRST    0xe22cc000u /* eor r12, r12, #0 */
#define MARK_ROW      0xe35c0000u /* cmp r12, #ROW, as in tests/guests/lib/row.S */
#define MARK_ROW_MASK 0xffffff00u
#define VECTORS_START 0xffff0000u
#define VECTORS_END   0xffff0f00u /* the helpers of user programs start here */

struct mark {
    const char *name;
    uint32_t second; /* the opcode after MARK_FIRST */
};

/* As in tests/bench/mark.S. */
static const struct mark marks[] = {
    {"userland", 0xe3ccc000u}, /* bic r12, r12, #0 */
    {"begin", 0xe38cc000u},    /* orr r12, r12, #0 */
    {"end", 0xe28cc000u},      /* add r12, r12, #0 */
    {"worst", 0xe24cc000u},    /* sub r12, r12, #0, as in tests/guests/rt_asm.S */
};

struct counter {
    uint64_t now;   /* incremented by translated code */
    uint64_t begin; /* its value at the last mark "begin" */
    uint64_t kept;  /* between marks */
};

static FILE *out;
static uint64_t hyp_start = 0xfe100000, hyp_end = 0xfe200000, kernel_start = 0xc0000000;
static bool counting = true, tracing, marked;
static struct table counters;
static struct counter user, total;

static bool in_hypervisor(uint64_t address) {
    return (address >= hyp_start && address < hyp_end) ||
           (address >= VECTORS_START && address < VECTORS_END);
}

static struct counter *counter_of(uint64_t address) {
    return address < kernel_start ? &user : table_entry(&counters, (uint32_t)address);
}

static void counter_begin(uint32_t address, void *entry) {
    struct counter *counter = entry;

    (void)address;
    counter->begin = counter->now;
}

static void counter_end(uint32_t address, void *entry) {
    struct counter *counter = entry;

    (void)address;
    counter->kept += counter->now - counter->begin;
}

static void all_counters(void (*function)(uint32_t address, void *entry)) {
    table_walk(&counters, function);
    function(0, &user);
}

static void on_mark(unsigned int vcpu, void *data) {
    const struct mark *mark = data;

    (void)vcpu;
    if (strcmp(mark->name, "worst") == 0) {
        trace_keep(total.now);
        return;
    }
    fprintf(out, "mark %s %" PRIu64 "\n", mark->name, total.now);
    fflush(out);
    if (strcmp(mark->name, "begin") == 0) {
        marked = true;
        all_counters(counter_begin);
    } else if (strcmp(mark->name, "end") == 0) {
        all_counters(counter_end);
    }
}

static void on_row(unsigned int vcpu, void *data) {
    (void)vcpu;
    stretch_row((uint32_t)(uintptr_t)data);
}

static void on_traced_block(unsigned int vcpu, void *data) {
    (void)vcpu;
    trace_block((uint32_t)(uintptr_t)data, total.now);
}

static uint32_t opcode(const struct qemu_plugin_insn *insn) {
    uint32_t value = 0;

    if (qemu_plugin_insn_size(insn) == sizeof(value)) {
        memcpy(&value, qemu_plugin_insn_data(insn), sizeof(value));
    }
    return value;
}

static void look_for_mark(struct qemu_plugin_insn *insn, struct qemu_plugin_insn *next) {
    uint32_t second = opcode(next);

    if (opcode(insn) != MARK_FIRST) {
        return;
    }
    if ((second & MARK_ROW_MASK) == MARK_ROW) {
        qemu_plugin_register_vcpu_insn_exec_cb(next, on_row, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(uintptr_t)(second & ~MARK_ROW_MASK));
    }
    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        if (second == marks[i].second) {
            qemu_plugin_register_vcpu_insn_exec_cb(next, on_mark, QEMU_PLUGIN_CB_NO_REGS,
                                                   (void *)&marks[i]);
        }
    }
}

static void on_translation(qemu_plugin_id_t id, struct qemu_plugin_tb *tb) {
    size_t count = qemu_plugin_tb_n_insns(tb);
    struct qemu_plugin_insn *before = NULL;

    (void)id;
    stretch_blocks_translation(tb, in_hypervisor(qemu_plugin_tb_vaddr(tb)));
    if (tracing) {
        qemu_plugin_register_vcpu_tb_exec_cb(tb, on_traced_block, QEMU_PLUGIN_CB_NO_REGS,
                                             (void *)(uintptr_t)qemu_plugin_tb_vaddr(tb));
    }
    for (size_t i = 0; i < count; i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &total.now, 1);
        if (counting) {
            struct counter *counter = counter_of(qemu_plugin_insn_vaddr(insn));

            qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                                       &counter->now, 1);
        }
        if (before) {
            look_for_mark(before, insn);
        }
        before = insn;
    }
}

static uint64_t counted(const struct counter *counter) {
    return marked ? counter->kept : counter->now;
}

static void print_counter(uint32_t address, void *entry) {
    if (counted(entry)) {
        fprintf(out, "pc %08" PRIx32 " %" PRIu64 "\n", address, counted(entry));
    }
}

static void on_exit_of_qemu(qemu_plugin_id_t id, void *data) {
    (void)id;
    (void)data;
    fprintf(out, "total %" PRIu64 "\nuser %" PRIu64 "\n", total.now, counted(&user));
    table_walk(&counters, print_counter);
    stretch_print(out);
    trace_print(out);
    fclose(out);
}

static bool is(const char *argument, const char *key) {
    return strncmp(argument, key, strlen(key)) == 0;
}

/* A place of the hypervisor; false if @argument is none, or one too many. */
static bool place_option(const char *argument, const char *value) {
    static const struct {
        const char *key;
        enum stretch_place place;
    } keys[] = {
        {"look=", STRETCH_LOOK},
        {"look_due=", STRETCH_LOOK_DUE},
        {"blind=", STRETCH_BLIND},
        {"seeing=", STRETCH_SEEING},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (is(argument, keys[i].key)) {
            return stretch_place_at((uint32_t)strtoul(value, NULL, 16), keys[i].place);
        }
    }
    return false;
}

static bool option(const char *argument) {
    const char *value = strchr(argument, '=');

    if (!value++) {
        return false;
    }
    if (is(argument, "out=")) {
        out = fopen(value, "w");
        return out != NULL;
    }
    if (is(argument, "hyp=")) {
        return sscanf(value, "%" SCNx64 ":%" SCNx64, &hyp_start, &hyp_end) == 2;
    }
    if (is(argument, "kernel=")) {
        return sscanf(value, "%" SCNx64, &kernel_start) == 1;
    }
    if (is(argument, "counts=")) {
        return qemu_plugin_bool_parse("counts", value, &counting);
    }
    if (is(argument, "trace=")) {
        return qemu_plugin_bool_parse("trace", value, &tracing);
    }
    return place_option(argument, value);
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                           char **argv) {
    (void)info;
    for (int i = 0; i < argc; i++) {
        if (!option(argv[i])) {
            fprintf(stderr, "profile.so: cannot take the option %s\n", argv[i]);
            return -1;
        }
    }
    if (!out) {
        fprintf(stderr, "profile.so: out=FILE is missing\n");
        return -1;
    }
    table_init(&counters, sizeof(struct counter));
    stretch_init(VECTORS_START, VECTORS_END);
    stretch_blocks_init(id);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    qemu_plugin_register_atexit_cb(id, on_exit_of_qemu, NULL);
    return 0;
}
