/* SPDX-License-Identifier: GPL-2.0-only */
/* Formatted text: what is written, and that nothing is written beyond. */
#include "lib/format.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define check(want, ...)                                                            \
    do {                                                                            \
        char buf[80];                                                               \
        assert_int_equal(format_text(buf, sizeof(buf), __VA_ARGS__), strlen(want)); \
        assert_string_equal(buf, want);                                             \
    } while (0)

static void numbers_in_all_lengths(void **state) {
    (void)state;
    check("0 -1 2147483647 -2147483648", "%d %d %d %i", 0, -1, INT_MAX, INT_MIN);
    check("4294967295 ffffffff FFFF", "%u %x %X", UINT_MAX, UINT_MAX, 0xffffu);
    check("18446744073709551615", "%llu", ULLONG_MAX);
    check("-9223372036854775808", "%lld", LLONG_MIN);
    check("4294967296 123456789abcdef0", "%llu %llx", 1ull << 32, 0x123456789abcdef0ull);
    check("7 8", "%lu %zu", 7ul, (size_t)8);
}

static void width_padding_and_alignment(void **state) {
    (void)state;
    check("   42|42   |00042", "%5d|%-5d|%05d", 42, 42, 42);
    check("-0042|  -42|-42  ", "%05d|%5d|%-5d", -42, -42, -42);
    check("0000beef", "%08x", 0xbeefu);
    check("123456", "%3d", 123456);
    check("  ab|ab  |ab", "%4s|%-4s|%1s", "ab", "ab", "ab");
    check("   4|4   ", "%*d|%*d", 4, 4, -4, 4);
}

static void strings_and_characters(void **state) {
    const char *volatile none = NULL;

    (void)state;
    check("a%b", "%c%%%c", 'a', 'b');
    check("abc", "%.3s", "abcdef");
    check("", "%s", "");
    check("(null)", "%s", none);
    check("|  ab|abcdef", "%.*s|%*.*s|%.*s", 0, "abcdef", 4, 2, "abcdef", -1, "abcdef");
}

static void a_string_without_nul_is_not_read_beyond_its_precision(void **state) {
    const char text[3] = {'x', 'y', 'z'};

    (void)state;
    check("xyz", "%.3s", text);
    check("xy is not known", "%.*s %s", 2, text, "is not known");
}

static void a_pointer_has_all_its_digits(void **state) {
    char buf[40];

    (void)state;
    assert_int_equal(format_text(buf, sizeof(buf), "%p", (void *)0x1a), 2 * sizeof(void *));
    assert_string_equal(buf + 2 * sizeof(void *) - 4, "001a");
}

static void what_is_unknown_is_copied(void **state) {
    size_t (*format)(char *, size_t, const char *, ...) = format_text; /* unseen by the compiler */
    char buf[80];

    (void)state;
    assert_int_equal(format(buf, sizeof(buf), "%y %5", 0), 5);
    assert_string_equal(buf, "%y %5");
}

static void output_ends_at_the_size(void **state) {
    char buf[8];

    (void)state;
    memset(buf, '#', sizeof(buf));
    assert_int_equal(format_text(buf, 5, "%d", 1234567), 4);
    assert_string_equal(buf, "1234");
    assert_int_equal(buf[5], '#');
    assert_int_equal(format_text(buf, 1, "abc"), 0);
    assert_string_equal(buf, "");
    buf[0] = '#';
    assert_int_equal(format_text(buf, 0, "abc"), 0);
    assert_int_equal(buf[0], '#');
}

static void a_huge_width_is_bounded_by_the_size(void **state) {
    char buf[8];

    (void)state;
    assert_int_equal(format_text(buf, sizeof(buf), "%*d", INT_MAX, 1), 7);
    assert_string_equal(buf, "       ");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_in_all_lengths),
        cmocka_unit_test(width_padding_and_alignment),
        cmocka_unit_test(strings_and_characters),
        cmocka_unit_test(a_string_without_nul_is_not_read_beyond_its_precision),
        cmocka_unit_test(a_pointer_has_all_its_digits),
        cmocka_unit_test(what_is_unknown_is_copied),
        cmocka_unit_test(output_ends_at_the_size),
        cmocka_unit_test(a_huge_width_is_bounded_by_the_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
