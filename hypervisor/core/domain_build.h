/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes domains from what the boot loader left in memory: at boot all that the tree names, later
 * again those that rebooted.
 */
#ifndef CORE_DOMAIN_BUILD_H
#define CORE_DOMAIN_BUILD_H

#include <stdbool.h>

#include "core/bootinfo.h"

struct domain;

/**
 * domain_build_all() - create, load and start every domain of @boot.
 * Call after bootfdt_parse(), drivers_probe() and the allocators.  Boot only: copies images with
 * interrupts masked.  Returns 0, or an error and in *@error a sentence about it.
 */
int domain_build_all(const struct bootinfo *boot, const char **error);

/**
 * domain_build_restart() - build again the domain that @record (struct domain.boot) describes.
 * The old domain must be gone: memory freed, domain_by_id() NULL.  The new one has the same name
 * and id.  Only notes the request; domain_build_step() does the work.
 */
void domain_build_restart(void *record);

/**
 * domain_build_step() - do a bounded piece (about one frame) of the restarts that wait.
 * Not in a guest's context.  Returns true if there is more to do.  A restart that fails (no memory)
 * is given up with one line on the console.
 */
bool domain_build_step(void);

#endif /* CORE_DOMAIN_BUILD_H */
