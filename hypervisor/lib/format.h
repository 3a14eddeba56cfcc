/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Formatted text into a buffer of stated size.
 *
 * Conversions: %d %i %u %x %X %c %s %p %%, length l, ll and z, field width (also *),
 * flags 0 and -, precision for %s (also *; negative: none).  Anything else is copied as it stands.
 */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/**
 * format_text() - write at most @size bytes with the final NUL (nothing if @size is 0).
 * Returns the number of bytes written without the NUL: always less than @size, so that
 * pieces can be appended one after the other.
 */
size_t format_text(char *buf, size_t size, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/** format_args() - format_text() with a va_list. */
size_t format_args(char *buf, size_t size, const char *fmt, va_list args)
    __attribute__((format(printf, 3, 0)));

#endif /* LIB_FORMAT_H */
