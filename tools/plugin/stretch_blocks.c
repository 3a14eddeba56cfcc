/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Blocks outside the range only add to a counter, without a call.  A block inside sees by that
 * counter whether anything ran outside since the one before it: then a new stay has begun.
 *
 * Instructions inside are counted one by one: a block in which a device is accessed is left and
 * begun again at the access (with -icount), so that its length says too much.
 */
#include "stretch_blocks.h"

#include "stretch.h"

static void on_block(unsigned int vcpu, void *data) {
    (void)vcpu;
    stretch_block((uint32_t)(uintptr_t)data, STRETCH_PLAIN);
}

static void on_place(unsigned int vcpu, void *data) {
    uint32_t address = (uint32_t)(uintptr_t)data;

    (void)vcpu;
    stretch_block(address, stretch_place_of(address));
}

static void on_idle(qemu_plugin_id_t id, unsigned int vcpu) {
    (void)id;
    (void)vcpu;
    stretch_idle();
}

void stretch_blocks_init(qemu_plugin_id_t id) {
    qemu_plugin_register_vcpu_idle_cb(id, on_idle);
}

void stretch_blocks_translation(struct qemu_plugin_tb *tb, bool is_inside) {
    size_t insns = qemu_plugin_tb_n_insns(tb);
    uintptr_t address = (uintptr_t)qemu_plugin_tb_vaddr(tb);
    bool is_plain = stretch_place_of((uint32_t)address) == STRETCH_PLAIN;

    if (!is_inside) {
        qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64, &stretch_outside,
                                                 insns);
        return;
    }
    qemu_plugin_register_vcpu_tb_exec_cb(tb, is_plain ? on_block : on_place, QEMU_PLUGIN_CB_NO_REGS,
                                         (void *)address);
    for (size_t i = 0; i < insns; i++) {
        qemu_plugin_register_vcpu_insn_exec_inline(qemu_plugin_tb_get_insn(tb, i),
                                                   QEMU_PLUGIN_INLINE_ADD_U64, &stretch_inside, 1);
    }
}
