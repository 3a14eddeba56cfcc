/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The guest's command line: words "name" or "name=value" in /chosen/bootargs.
 */
#ifndef GUEST_OPTION_H
#define GUEST_OPTION_H

#include <stdbool.h>
#include <stdint.h>

/** option_init() - keep @text (may be NULL). */
void option_init(const char *text);
/** option_number() - value of @name= (decimal or 0x), or @otherwise. */
uint32_t option_number(const char *name, uint32_t otherwise);
/** option_is() - is @name=@value there? */
bool option_is(const char *name, const char *value);
/** option_given() - is @name there, with or without a value? */
bool option_given(const char *name);

#endif /* GUEST_OPTION_H */
