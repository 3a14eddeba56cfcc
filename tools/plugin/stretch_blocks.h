/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells stretch.c of each block that QEMU runs. */
#ifndef STRETCH_BLOCKS_H
#define STRETCH_BLOCKS_H

#include <stdbool.h>

#include <qemu-plugin.h>

/* After stretch_init(). */
void stretch_blocks_init(qemu_plugin_id_t id);

/* For every block that is translated; @is_inside: it lies in the range. */
void stretch_blocks_translation(struct qemu_plugin_tb *tb, bool is_inside);

#endif
