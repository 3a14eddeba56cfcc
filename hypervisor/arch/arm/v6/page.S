/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Pages for cache.c, which knows when what was stored must go to memory as well.
 */
#include "arch/arm/extended/page.inc"
