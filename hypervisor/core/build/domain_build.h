/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes domains from what the boot loader left in memory: at boot all that the tree names, later
 * again those that rebooted.
 */
#ifndef CORE_DOMAIN_BUILD_H
#define CORE_DOMAIN_BUILD_H

#include <stdbool.h>

#include "core/boot/bootinfo.h"

struct domain_builder;

/**
 * domain_build_all() - create, load and start every domain of @boot.
 * Call after bootfdt_parse(), drivers_probe() and the allocators.  Boot only: copies images with
 * interrupts masked.  One that cannot be built is reported with a line and its memory freed for the
 * next.
 * Returns 0, or, if none was built or no devices could be given out, an error and in *@error a
 * sentence.
 */
int domain_build_all(const struct bootinfo *boot, const char **error);

/* For domain_reap_init(). */
extern const struct domain_builder domain_builder;

#endif /* CORE_DOMAIN_BUILD_H */
