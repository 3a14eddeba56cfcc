/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What table entries and fault status codes of all levels have in common; a level's core.h includes
 * it after CORE_L1_TABLE and CORE_L1_SECTION.
 */
#ifndef GUEST_CORE_COMMON_H
#define GUEST_CORE_COMMON_H

#include <stdint.h>

/* Rights of USR mode in both levels of tables: AP encodings (with APX = 0). */
#define CORE_NO_ACCESS          0u
#define CORE_PRIVILEGED         1u
#define CORE_READ_ONLY          2u
#define CORE_READ_WRITE         3u

#define CORE_BUFFERED           0x4u
#define CORE_CACHED             0x8u
#define CORE_WRITEBACK          (CORE_BUFFERED | CORE_CACHED)

/* Fault status within CORE_FSR_MASK. */
#define CORE_FSR_TRANSLATION_L1 0x5u
#define CORE_FSR_TRANSLATION_L2 0x7u
#define CORE_FSR_DOMAIN_L1      0x9u
#define CORE_FSR_DOMAIN_L2      0xbu
#define CORE_FSR_PERMISSION_L1  0xdu
#define CORE_FSR_PERMISSION_L2  0xfu

static inline uint32_t core_section(uint32_t gpa, uint32_t domain, uint32_t rights) {
    return gpa | rights << 10 | domain << 5 | CORE_WRITEBACK | CORE_L1_SECTION;
}

static inline uint32_t core_table(uint32_t gpa, uint32_t domain) {
    return gpa | domain << 5 | CORE_L1_TABLE;
}

/** core_small_uncached() - a small page; of the level. */
static inline uint32_t core_small_uncached(uint32_t gpa, uint32_t rights);

static inline uint32_t core_small(uint32_t gpa, uint32_t rights) {
    return core_small_uncached(gpa, rights) | CORE_WRITEBACK;
}

#endif /* GUEST_CORE_COMMON_H */
