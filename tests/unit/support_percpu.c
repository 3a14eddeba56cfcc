/* SPDX-License-Identifier: GPL-2.0-only */
/* The CPU's own part, for tests that do not link core/base/percpu.c. */
#include "core/base/percpu.h"

struct percpu percpu[ARCH_CPU_MAX];
