/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CORE_DOMAIN_KEYS_H
#define CORE_DOMAIN_KEYS_H

/** domain_keys_init() - the console's keys that show domains and the machine that they run on.
 * Boot, after console_keys_init(). */
void domain_keys_init(void);

#endif /* CORE_DOMAIN_KEYS_H */
