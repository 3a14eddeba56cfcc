/* SPDX-License-Identifier: GPL-2.0-only */
/* What the code under test printed, formatted by the hypervisor's own code, and seeds. */
#ifndef SUPPORT_LOG_H
#define SUPPORT_LOG_H

/** support_log_start() - forget what was printed until now. */
void support_log_start(void);

/** support_log() - all that was printed since, as far as the log keeps it; until the next call. */
const char *support_log(void);

/**
 * support_seed() - seed random(): with @fixed in round 0, in others with what the environment's
 * UNIT_SEED says or, without it, the time; it is printed.
 */
void support_seed(unsigned int fixed, unsigned int round);

#endif /* SUPPORT_LOG_H */
