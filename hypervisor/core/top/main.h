/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_MAIN_H
#define CORE_MAIN_H

#include <stdint.h>

#include "core/base/addr.h"

/** hypervisor_early_init() - from arch's start code, as soon as the image is mapped: what is
 * printed from now on goes to the UART, if there is one yet.  Else it waits. */
void hypervisor_early_init(void);

/**
 * hypervisor_main() - from arch's start code: MMU on, stack there, nothing else.
 * @fdt: the machine's device tree, mapped for good; @fdt_start: its machine address
 * @image_start, @image_size: the hypervisor's own memory
 */
_Noreturn void hypervisor_main(const void *fdt, maddr_t fdt_start, maddr_t image_start,
                               uint32_t image_size);

#endif /* CORE_MAIN_H */
