/* SPDX-License-Identifier: GPL-2.0-only */
/* See format.h. */
#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* Longest conversion of a number: 20 decimal digits of 64 bits and a sign. */
#define DIGITS_MAX 21

struct sink {
    char *buf;
    size_t size;
    size_t count;
};

struct spec {
    bool zero, left, upper;
    unsigned int width;
    unsigned int precision; /* UINT32_MAX = none */
    unsigned int longs;     /* 0 int, 1 long, 2 long long */
};

static void put(struct sink *sink, char c) {
    if (sink->count + 1 < sink->size) {
        sink->buf[sink->count++] = c;
    }
}

static void put_padding(struct sink *sink, char c, unsigned int width, size_t used) {
    for (size_t i = used; i < width && sink->count + 1 < sink->size; i++) {
        put(sink, c);
    }
}

/* In one go: interrupts are masked while a line is formatted. */
static void put_text(struct sink *sink, const char *text, size_t length) {
    size_t room = sink->size - 1 - sink->count;

    length = length < room ? length : room;
    memcpy(sink->buf + sink->count, text, length);
    sink->count += length;
}

static void put_field(struct sink *sink, const struct spec *spec, const char *text, size_t length) {
    if (spec->width <= length) {
        put_text(sink, text, length);
        return;
    }
    if (!spec->left) {
        put_padding(sink, ' ', spec->width, length);
    }
    put_text(sink, text, length);
    if (spec->left) {
        put_padding(sink, ' ', spec->width, length);
    }
}

static void put_string(struct sink *sink, const struct spec *spec, const char *text) {
    size_t length = 0;

    if (!text) {
        text = "(null)";
    }
    while (length < spec->precision && text[length] != '\0') {
        length++;
    }
    put_field(sink, spec, text, length);
}

/* Both: digits of @value end at text[DIGITS_MAX]; returns the index of the first.  Arithmetic of 64
 * bits, for division a library call on 32-bit cores, only while it is needed.  Hex has at least
 * @least digits. */
static size_t make_hex(char text[DIGITS_MAX], uint64_t value, bool upper, unsigned int least) {
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    size_t first = DIGITS_MAX;

    for (; value > UINT32_MAX; value >>= 4) {
        text[--first] = digits[value & 15];
    }
    uint32_t low = (uint32_t)value;
    size_t enough = DIGITS_MAX - (least < DIGITS_MAX ? least : DIGITS_MAX);
    do {
        text[--first] = digits[low & 15];
        low >>= 4;
    } while (low != 0 || first > enough);
    return first;
}

static size_t make_decimal(char text[DIGITS_MAX], uint64_t value) {
    size_t first = DIGITS_MAX;

    for (; value > UINT32_MAX; value /= 10) {
        text[--first] = (char)('0' + value % 10);
    }
    uint32_t low = (uint32_t)value;
    do {
        text[--first] = (char)('0' + low % 10);
        low /= 10;
    } while (low != 0);
    return first;
}

static void put_number(struct sink *sink, const struct spec *spec, uint64_t value,
                       unsigned int base, bool negative) {
    char text[DIGITS_MAX];
    size_t first =
        base == 16 ? make_hex(text, value, spec->upper, spec->zero && !spec->left ? spec->width : 0)
                   : make_decimal(text, value);

    if (!spec->zero || spec->left) {
        if (negative) {
            text[--first] = '-';
        }
        put_field(sink, spec, &text[first], DIGITS_MAX - first);
        return;
    }
    if (negative) {
        put(sink, '-');
    }
    put_padding(sink, '0', spec->width, DIGITS_MAX - first + (negative ? 1 : 0));
    put_text(sink, &text[first], DIGITS_MAX - first);
}

static unsigned int parse_number(const char **fmt) {
    unsigned int value = 0;

    while (**fmt >= '0' && **fmt <= '9') {
        if (value < 1000) {
            value = value * 10 + (unsigned int)(**fmt - '0');
        }
        (*fmt)++;
    }
    return value;
}

static void parse_flags(const char **fmt, struct spec *spec) {
    for (;; (*fmt)++) {
        if (**fmt == '0') {
            spec->zero = true;
        } else if (**fmt == '-') {
            spec->left = true;
        } else {
            return;
        }
    }
}

static void parse_length(const char **fmt, struct spec *spec) {
    for (;; (*fmt)++) {
        if (**fmt == 'l') {
            spec->longs++;
        } else if (**fmt == 'z') {
            spec->longs = 1;
        } else {
            return;
        }
    }
}

/* A va_list in a structure, so that a pointer to it means the same on every ABI. */
struct args {
    va_list list;
};

static uint64_t next_unsigned(const struct spec *spec, struct args *args) {
    switch (spec->longs) {
    case 0: return va_arg(args->list, unsigned int);
    case 1: return va_arg(args->list, unsigned long);
    default: return va_arg(args->list, unsigned long long);
    }
}

static int64_t next_signed(const struct spec *spec, struct args *args) {
    switch (spec->longs) {
    case 0: return va_arg(args->list, int);
    case 1: return va_arg(args->list, long);
    default: return va_arg(args->list, long long);
    }
}

static void put_signed(struct sink *sink, const struct spec *spec, int64_t value) {
    put_number(sink, spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, value < 0);
}

static void put_pointer(struct sink *sink, struct spec *spec, const void *pointer) {
    spec->zero = true;
    spec->width = 2 * sizeof(pointer);
    put_number(sink, spec, (uintptr_t)pointer, 16, false);
}

static bool convert(struct sink *sink, struct spec *spec, char kind, struct args *args) {
    switch (kind) {
    case 'd':
    case 'i': put_signed(sink, spec, next_signed(spec, args)); return true;
    case 'u': put_number(sink, spec, next_unsigned(spec, args), 10, false); return true;
    case 'X': spec->upper = true; /* fall through */
    case 'x': put_number(sink, spec, next_unsigned(spec, args), 16, false); return true;
    case 'p': put_pointer(sink, spec, va_arg(args->list, const void *)); return true;
    case 's': put_string(sink, spec, va_arg(args->list, const char *)); return true;
    case 'c': put_field(sink, spec, &(char){(char)va_arg(args->list, int)}, 1); return true;
    case '%': put(sink, '%'); return true;
    default: return false;
    }
}

static void parse_width(const char **fmt, struct spec *spec, struct args *args) {
    if (**fmt == '*') {
        int width = va_arg(args->list, int);

        (*fmt)++;
        spec->left |= width < 0;
        spec->width = width < 0 ? 0 - (unsigned int)width : (unsigned int)width;
    } else {
        spec->width = parse_number(fmt);
    }
}

static void parse_precision(const char **fmt, struct spec *spec, struct args *args) {
    if (**fmt != '.') {
        return;
    }
    (*fmt)++;
    if (**fmt == '*') {
        int precision = va_arg(args->list, int);

        (*fmt)++;
        spec->precision = precision < 0 ? UINT32_MAX : (unsigned int)precision;
    } else {
        spec->precision = parse_number(fmt);
    }
}

/* @fmt is after the '%'; returns what follows the conversion. */
static const char *put_conversion(struct sink *sink, const char *fmt, struct args *args) {
    const char *start = fmt;
    struct spec spec = {.precision = UINT32_MAX};

    if (*fmt < 'a') { /* most conversions are a letter alone */
        parse_flags(&fmt, &spec);
        parse_width(&fmt, &spec, args);
        parse_precision(&fmt, &spec, args);
    }
    parse_length(&fmt, &spec);
    if (*fmt != '\0' && convert(sink, &spec, *fmt, args)) {
        return fmt + 1;
    }
    put(sink, '%');
    return start;
}

/* Up to the next conversion, or the end, which it returns. */
static const char *put_literal(struct sink *sink, const char *fmt) {
    const char *end = fmt;

    while (*end != '\0') {
        if (*end == '%') {
            break;
        }
        end++;
    }
    put_text(sink, fmt, (size_t)(end - fmt));
    return end;
}

size_t format_args(char *buf, size_t size, const char *fmt, va_list list) {
    struct sink sink = {.buf = buf, .size = size};
    struct args args;

    if (size == 0) {
        return 0;
    }
    va_copy(args.list, list);
    while (*fmt != '\0') {
        fmt = put_literal(&sink, fmt);
        if (*fmt == '%') {
            fmt = put_conversion(&sink, fmt + 1, &args);
        }
    }
    va_end(args.list);
    buf[sink.count] = '\0';
    return sink.count;
}

size_t format_text(char *buf, size_t size, const char *fmt, ...) {
    va_list list;

    va_start(list, fmt);
    size_t count = format_args(buf, size, fmt, list);
    va_end(list);
    return count;
}
