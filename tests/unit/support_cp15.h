/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For a test of files of arch/arm that reach CP15: its registers are an array here, and what is
 * written, and every barrier, is noted in order.  To be included before them; what they have in
 * inline assembly else is noted as it stands.
 */
#ifndef SUPPORT_CP15_H
#define SUPPORT_CP15_H

#define ARCH_ARM_CP15_ACCESS_H /* instead of that file */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "arch/arm/include/arch/types.h" /* not the fake machine's */

#define CP15_PLACES (1u << 16)

static uint32_t cp15_registers[CP15_PLACES];
static char cp15_notes[1u << 16];
static size_t cp15_length;

/* CRn, opc1, CRm, opc2, as the manuals list them. */
static inline uint32_t *cp15_register(unsigned int crn, unsigned int opc1, unsigned int crm,
                                      unsigned int opc2) {
    return &cp15_registers[crn << 12 | opc1 << 8 | crm << 4 | opc2];
}

static inline void cp15_note(const char *text) {
    cp15_length += (size_t)snprintf(cp15_notes + cp15_length, sizeof(cp15_notes) - cp15_length,
                                    "%s%s", cp15_length ? " " : "", text);
}

/* Called before a register is read. */
static void (*cp15_on_read)(uint32_t *place);

static inline uint32_t cp15_get(uint32_t *place) {
    if (cp15_on_read) {
        cp15_on_read(place);
    }
    return *place;
}

static inline void cp15_set(const char *name, uint32_t *place, uint32_t value) {
    char text[64];

    *place = value;
    snprintf(text, sizeof(text), "%s=%x", name, value);
    cp15_note(text);
}

/* Up to the first quote: the instruction without its operands. */
static inline void cp15_asm(const char *text) {
    char name[64];

    snprintf(name, sizeof(name), "%.*s", (int)strcspn(text + 1, "\""), text + 1);
    cp15_note(name);
}

static inline void cp15_forget(void) {
    cp15_length = 0;
    cp15_notes[0] = '\0';
}

#define CP15_GET(crn, opc1, crm, opc2) cp15_get(cp15_register(crn, opc1, crm, opc2))
#define CP15_SET(crn, opc1, crm, opc2, value) \
    cp15_set(#crn "," #opc1 "," #crm "," #opc2, cp15_register(crn, opc1, crm, opc2), value)

/* A statement __asm__ volatile(...) without results. */
#define __asm__
#define volatile(...) cp15_asm(#__VA_ARGS__)

#endif /* SUPPORT_CP15_H */
