/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * level_clear_page() and level_copy_page(): as on ARMv7, since the data cache does not alias.
 */
#include "arch/arm/v7/page.S"
