/* SPDX-License-Identifier: GPL-2.0-only */
/* The log: what is kept, from where it is read, and what is lost, to a byte. */
/* links: core/base */
#include "core/base/printk.h"

#include <stdlib.h>

#include "support_cmocka.h"

static unsigned int wakes, syncs;

static void count_wake(void) {
    wakes++;
}

static void count_sync(void) {
    syncs++;
}

static const struct printk_sink sink = {.wake = count_wake, .sync = count_sync};

/* Bytes [@from, @from + @count) of a text that has no end. */
static void make(char *text, uint32_t from, uint32_t count) {
    for (uint32_t i = 0; i < count; i++) {
        text[i] = (char)('A' + (from + i) % 53);
    }
    text[count] = '\0';
}

static uint32_t made; /* bytes of it that were logged */

static void log_bytes_of(uint32_t count) {
    char text[PRINTK_MAX];

    make(text, made, count);
    printk("%s", text);
    made += count;
}

/* Expects that @count bytes from log position @position are those of that text from @from on. */
static void expect(uint32_t *position, uint32_t from, uint32_t count) {
    char *wanted = malloc(count + 1), *found = malloc(count + 1);
    uint32_t before = *position;

    make(wanted, from, count);
    found[count] = '#';
    assert_int_equal(printk_log_read(position, found, count), count);
    assert_memory_equal(found, wanted, count);
    assert_int_equal(found[count], '#');
    assert_int_equal(*position, before + count);
    free(wanted);
    free(found);
}

static void without_a_sink_it_is_kept(void **state) {
    uint32_t position = printk_log_end();

    (void)state;
    made = 0;
    log_bytes_of(10);
    assert_int_equal(printk_log_end(), position + 10);
    expect(&position, 0, 4);
    expect(&position, 4, 6);
    char rest;
    assert_int_equal(printk_log_read(&position, &rest, 1), 0);
    assert_int_equal(position, printk_log_end());
}

/* The ring's end lies within what is read in one go. */
static void all_that_the_ring_holds_is_read(void **state) {
    uint32_t start = printk_log_end(), position;

    (void)state;
    made = 0;
    while (made + 200 <= PRINTK_LOG_SIZE) {
        log_bytes_of(200);
    }
    log_bytes_of(PRINTK_LOG_SIZE - made);
    position = start;
    assert_int_equal(printk_log_skip(&position), 0);
    assert_int_equal(position, start);
    expect(&position, 0, PRINTK_LOG_SIZE);
    /* One byte more, and the first is lost. */
    log_bytes_of(1);
    position = start;
    assert_int_equal(printk_log_skip(&position), 1);
    assert_int_equal(position, start + 1);
    assert_int_equal(printk_log_skip(&position), 0);
    expect(&position, 1, PRINTK_LOG_SIZE);
    log_bytes_of(77);
    position = start;
    char byte, wanted[2];
    make(wanted, 78, 1);
    assert_int_equal(printk_log_read(&position, &byte, 1), 1);
    assert_int_equal(byte, wanted[0]);
    assert_int_equal(position, start + 79);
}

static void any_length_lies_anywhere_in_the_ring(void **state) {
    uint32_t position = printk_log_end();
    uint32_t done = 0;

    (void)state;
    made = 0;
    srand(5);
    for (unsigned int i = 0; i < 2000; i++) {
        log_bytes_of((uint32_t)rand() % 200);
        uint32_t part = (uint32_t)rand() % (made - done + 1);
        expect(&position, done, part);
        done += part;
    }
}

static void a_text_is_cut_at_its_longest(void **state) {
    char text[2 * PRINTK_MAX], found[2 * PRINTK_MAX];
    uint32_t position = printk_log_end();

    (void)state;
    make(text, 0, sizeof(text) - 1);
    printk("%s", text);
    assert_int_equal(printk_log_read(&position, found, sizeof(found)), 255);
    assert_memory_equal(found, text, 255);
}

static void a_line_is_logged_once_and_when_it_is_said(void **state) {
    uint32_t position = printk_log_end();
    struct printk_line line;
    char text[2 * PRINTK_LINE_MAX], found[2 * PRINTK_LINE_MAX];

    (void)state;
    printk_prepare(&line, "%s %d", "line", 7);
    assert_int_equal(line.count, 6);
    assert_int_equal(printk_log_end(), position);
    printk_line(&line);
    assert_int_equal(line.count, 0);
    assert_int_equal(printk_log_read(&position, found, sizeof(found)), 6);
    assert_memory_equal(found, "line 7", 6);
    printk_line(&line);
    assert_int_equal(printk_log_end(), position);
    make(text, 0, sizeof(text) - 1);
    printk_prepare(&line, "%s", text);
    printk_line(&line);
    assert_int_equal(printk_log_read(&position, found, sizeof(found)), 127);
    assert_memory_equal(found, text, 127);
}

static void the_sink_is_woken_for_each_text(void **state) {
    struct printk_line line;

    (void)state;
    printk_set_sink(&sink);
    wakes = syncs = 0;
    printk("a");
    assert_int_equal(wakes, 1);
    printk_prepare(&line, "b");
    assert_int_equal(wakes, 1);
    printk_line(&line);
    assert_int_equal(wakes, 2);
    assert_int_equal(syncs, 0);
}

/* The last of all: from there on there are no locks. */
static void at_the_end_the_sink_is_told_once(void **state) {
    uint32_t position = printk_log_end();
    char found[8];

    (void)state;
    wakes = syncs = 0;
    printk_sync();
    assert_int_equal(syncs, 1);
    assert_int_equal(wakes, 0);
    printk("end");
    assert_int_equal(wakes, 1);
    assert_int_equal(printk_log_read(&position, found, sizeof(found)), 3);
    printk_set_sink(NULL);
    printk_sync();
    assert_int_equal(syncs, 1);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_sink_it_is_kept),
        cmocka_unit_test(all_that_the_ring_holds_is_read),
        cmocka_unit_test(any_length_lies_anywhere_in_the_ring),
        cmocka_unit_test(a_text_is_cut_at_its_longest),
        cmocka_unit_test(a_line_is_logged_once_and_when_it_is_said),
        cmocka_unit_test(the_sink_is_woken_for_each_text),
        cmocka_unit_test(at_the_end_the_sink_is_told_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
