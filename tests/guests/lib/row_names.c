/* SPDX-License-Identifier: GPL-2.0-only */
#include <stdio.h>

#include "row.h"
#include "test.h"

#define ROW_MAX 255u

static uint32_t rows;

void row_begin(const char *name) {
    REQUIRE_EQ(++rows <= ROW_MAX, 1);
    printf("row %lu %s\n", rows, name);
    row_mark(rows);
}

void row_end(void) {
    row_mark(0);
}
