/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Everything that core asks of the architecture, in parts.  arch/arm fills it for the target,
 * arch/fake for the host unit tests.  No weak defaults.
 */
#ifndef CORE_ARCH_H
#define CORE_ARCH_H

#include <arch/types.h>

#include "core/base/arch_cache.h"
#include "core/base/arch_cpu.h"
#include "core/base/arch_guest.h"
#include "core/base/arch_map.h"
#include "core/base/arch_pte.h"

#endif /* CORE_ARCH_H */
