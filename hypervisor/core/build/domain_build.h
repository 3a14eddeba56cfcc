/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes domains from what the boot loader left in memory: at boot all that the tree names, later
 * again those that rebooted.
 */
#ifndef CORE_DOMAIN_BUILD_H
#define CORE_DOMAIN_BUILD_H

#include <stdbool.h>

#include "core/boot/bootinfo.h"

struct domain;

/**
 * domain_build_all() - create, load and start every domain of @boot.
 * Call after bootfdt_parse(), drivers_probe() and the allocators.  Boot only: copies images with
 * interrupts masked.  One that cannot be built is reported with a line and its memory freed for the next.
 * Returns 0, or, if none was built or no devices could be given out, an error and in *@error a sentence.
 */
int domain_build_all(const struct bootinfo *boot, const char **error);

/**
 * domain_build_restart() - build again the domain that @record (struct domain.boot) describes, as background
 * work.  The old domain is gone; its pool still has its memory.  The new one has the same name and id.
 * While there is too little memory it waits, which is said on the console; on any other failure it is given
 * up, with a line about it.
 */
void domain_build_restart(void *record);

/** domain_build_cancel() - @d is torn down: if it is still being built, that ends here. */
void domain_build_cancel(const struct domain *d);

/** domain_build_end() - @d is gone and does not start again: what was kept for that, but its pool, is freed. */
void domain_build_end(const struct domain *d);

#endif /* CORE_DOMAIN_BUILD_H */
