/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/base/percpu.h"

struct percpu percpu[ARCH_CPU_MAX];
