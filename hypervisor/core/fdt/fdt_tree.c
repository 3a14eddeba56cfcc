/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/fdt/fdt_tree.h"

#include <libfdt.h>
#include <stddef.h>

#define FDT_TREE_NODE_MAX  256
#define FDT_TREE_DEPTH_MAX 8

/* Written at boot only. */
static const void *tree;
static unsigned int node_count;
static struct {
    int node; /* ascending */
    int parent;
} nodes[FDT_TREE_NODE_MAX];

void fdt_tree_learn(const void *fdt) {
    int path[FDT_TREE_DEPTH_MAX + 1] = {0};
    int depth = 0;

    tree = fdt;
    node_count = 0;
    for (int node = fdt_next_node(fdt, 0, &depth); node >= 0 && depth > 0;
         node = fdt_next_node(fdt, node, &depth)) {
        if (node_count == FDT_TREE_NODE_MAX || depth > FDT_TREE_DEPTH_MAX) {
            return;
        }
        path[depth] = node;
        nodes[node_count].node = node;
        nodes[node_count++].parent = path[depth - 1];
    }
}

int fdt_tree_parent(const void *fdt, int node) {
    unsigned int low = 0, high = fdt == tree ? node_count : 0;

    while (low < high) {
        unsigned int middle = (low + high) / 2;

        if (nodes[middle].node == node) {
            return nodes[middle].parent;
        }
        if (nodes[middle].node < node) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return fdt_parent_offset(fdt, node);
}
