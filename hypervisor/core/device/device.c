/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/device/device.h"

struct devices devices;
