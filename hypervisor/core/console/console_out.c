/* SPDX-License-Identifier: GPL-2.0-only */
/* See console_out.h. */
#include "core/console/console_out.h"

#include "core/base/panic.h"

/* Bytes taken from a source at a time, so that the choice is not made for each byte. */
#define RUN_MAX    32u
/* A line's end, a prefix, a run and what its last byte becomes, the end of a line once more. */
#define STAGED_MAX (CONSOLE_PREFIX_MAX + RUN_MAX + 8)

static struct {
    struct console_out *turn; /* whose turn it is; NULL = no sources */
    struct console_out *foreground;
    struct console_out *line; /* who began the line that the cursor is in; NULL = column 0 */
    uint32_t line_length;     /* bytes of it in this turn */
    char staged[STAGED_MAX];  /* on their way before anything else */
    uint32_t staged_count, staged_next;
} mux;

void console_out_add(struct console_out *out, char *bytes, uint32_t size) {
    CHECK((size & (size - 1)) == 0);
    out->bytes = bytes;
    out->size = size;
    out->head = out->tail = out->newline_count = 0;
    out->is_urgent = out->has_return = false;
    if (!mux.turn) {
        mux.turn = out->next = out;
    } else {
        out->next = mux.turn->next;
        mux.turn->next = out;
    }
}

static void stage(const char *text) {
    while (*text != '\0' && mux.staged_count < STAGED_MAX) {
        mux.staged[mux.staged_count++] = *text++;
    }
}

static void end_line(void) {
    stage("\r\n");
    mux.line = NULL;
}

/* Back to the first column of @out's own text: the prefix is printed again, or what comes next
 * would stand over it.  It counts as part of the line, so that returns do not buy a longer turn. */
static void return_in_line(const struct console_out *out) {
    uint32_t before = mux.staged_count;

    stage("\r");
    stage(out->prefix);
    mux.line_length += mux.staged_count - before;
}

void console_out_remove(struct console_out *out) {
    struct console_out *before = out;

    while (before->next != out) {
        before = before->next;
    }
    CHECK(before != out);
    before->next = out->next;
    if (mux.turn == out) {
        mux.turn = before;
    }
    if (mux.foreground == out) {
        mux.foreground = NULL;
    }
    if (mux.line == out) {
        end_line();
    }
}

/* Copies @count bytes; returns how many of them end a line. */
static uint32_t copy_text(char *to, const char *text, size_t count) {
    uint32_t newline_count = 0;

    for (const char *end = text + count; text != end;) {
        char c = *text++;

        *to++ = c;
        newline_count += c == '\n';
    }
    return newline_count;
}

size_t console_out_put(struct console_out *out, const char *text, size_t count) {
    size_t room = console_out_room(out);

    if (count > room) {
        count = room;
    }
    uint32_t at = out->head & (out->size - 1);
    size_t part = count < out->size - at ? count : out->size - at;
    out->newline_count += copy_text(out->bytes + at, text, part);
    out->newline_count += copy_text(out->bytes, text + part, count - part);
    out->head += (uint32_t)count;
    return count;
}

void console_out_foreground(struct console_out *out) {
    mux.foreground = out;
}

static bool is_ready(const struct console_out *out) {
    if (console_out_used(out) == 0) {
        return false;
    }
    return out->newline_count > 0 || out->is_urgent || out == mux.foreground ||
           console_out_room(out) == 0;
}

/* The next source in turn that has something to print, @after itself last; NULL = none. */
static struct console_out *next_ready(struct console_out *after) {
    struct console_out *out = after;

    if (!after) {
        return NULL;
    }
    do {
        out = out->next;
        if (is_ready(out)) {
            return out;
        }
    } while (out != after);
    return NULL;
}

/* Whose byte comes next: who began the line goes on until its turn is used up. */
static struct console_out *choose(void) {
    if (mux.line && console_out_used(mux.line) > 0 && mux.line_length < CONSOLE_TURN_MAX) {
        return mux.line;
    }
    return next_ready(mux.turn);
}

bool console_out_ready(void) {
    return mux.staged_next < mux.staged_count || choose();
}

/* Give the turn to @out; a line that another one began is ended first. */
static void begin_turn(struct console_out *out) {
    if (mux.line && mux.line != out) {
        end_line();
    }
    if (!mux.line) {
        stage(out->prefix);
        out->has_return = false; /* it would put the text over the prefix */
    }
    mux.turn = mux.line = out;
    mux.line_length = 0;
}

/* Take one byte of @out and stage what it becomes: a newline is always CR LF, returns in a row are
 * one. */
static void stage_byte(struct console_out *out) {
    char c = out->bytes[out->tail++ & (out->size - 1)];

    mux.line_length++;
    if (c == '\n') {
        out->newline_count--;
        end_line();
        return;
    }
    if (c == '\r') {
        out->has_return = mux.line_length > 1; /* at the start of a line it says nothing */
    } else {
        if (out->has_return) {
            return_in_line(out);
        }
        out->has_return = false;
        mux.staged[mux.staged_count++] = c; /* may be NUL, which stage() would drop */
    }
}

/* Ordinary bytes, in locals as well. */
static void take_plain(struct console_out *out) {
    uint32_t staged = mux.staged_count;
    uint32_t tail = out->tail;
    uint32_t limit = out->head - tail < RUN_MAX - staged ? out->head : tail + RUN_MAX - staged;

    for (; tail != limit; tail++) {
        char c = out->bytes[tail & (out->size - 1)];

        if (c == '\n' || c == '\r') {
            break;
        }
        mux.staged[staged++] = c;
    }
    mux.line_length += tail - out->tail;
    mux.staged_count = staged;
    out->tail = tail;
}

/* A run of bytes, up to the end of the line. */
static void take_run(struct console_out *out) {
    while (mux.line == out && console_out_used(out) > 0 && mux.staged_count < RUN_MAX) {
        if (!out->has_return) {
            take_plain(out);
        }
        if (console_out_used(out) > 0) {
            stage_byte(out);
        }
    }
}

static void refill(void) {
    struct console_out *out;

    mux.staged_count = mux.staged_next = 0;
    /* Each round takes bytes; a carriage return alone stages nothing. */
    while (mux.staged_count == 0 && (out = choose())) {
        if (out != mux.line || mux.line_length >= CONSOLE_TURN_MAX) {
            begin_turn(out);
        }
        take_run(out);
    }
}

size_t console_out_run(const char **run) {
    if (mux.staged_next == mux.staged_count) {
        refill();
    }
    *run = &mux.staged[mux.staged_next];
    return mux.staged_count - mux.staged_next;
}

void console_out_sent(size_t count) {
    mux.staged_next += (uint32_t)count;
}
