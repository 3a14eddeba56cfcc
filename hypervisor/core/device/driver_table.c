/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The drivers that the linker gathered.  A file of its own, so that unit tests
 * bring a table of theirs.
 */
#include "core/device/driver.h"

extern const struct driver drivers_start[], drivers_end[];

const struct driver *driver_table(unsigned int *count) {
    *count = (unsigned int)(drivers_end - drivers_start);
    return drivers_start;
}
