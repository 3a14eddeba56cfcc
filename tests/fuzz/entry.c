/* SPDX-License-Identifier: GPL-2.0-only */
/* Where libFuzzer and replay.c enter. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    fuzz_one((struct fuzz_input){data, size});
    return 0;
}
