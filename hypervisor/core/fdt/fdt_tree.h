/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parents of nodes.  libfdt finds one by walking the tree from its start, twice: for the devices of
 * a board that adds up to more than all else until the first guest runs.  Here one walk serves all.
 */
#ifndef CORE_FDT_TREE_H
#define CORE_FDT_TREE_H

/**
 * fdt_tree_learn() - walk @fdt, which does not change from now on, and remember it in place of
 * another.  A node beyond the first 256, or from the first one that lies deeper than 8 on, is not
 * remembered: libfdt finds its parent.
 */
void fdt_tree_learn(const void *fdt);

/** fdt_tree_parent() - the offset of the node that @node is in, or libfdt's error, as of the
 * root. */
int fdt_tree_parent(const void *fdt, int node);

#endif
