/* SPDX-License-Identifier: GPL-2.0-only */
/* See support_log.h. */
#include "support_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/base/printk.h"

static uint32_t start;

void support_log_start(void) {
    start = printk_log_end();
}

const char *support_log(void) {
    static char text[PRINTK_LOG_SIZE + 1];
    uint32_t position = start;

    text[printk_log_read(&position, text, PRINTK_LOG_SIZE)] = '\0';
    return text;
}

void support_seed(unsigned int fixed, unsigned int round) {
    const char *given = getenv("UNIT_SEED");
    unsigned int seed = round == 0 ? fixed
                        : given    ? (unsigned int)atoi(given)
                                   : (unsigned int)time(NULL);

    printf("seed %u\n", seed);
    srandom(seed);
}
