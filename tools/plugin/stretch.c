/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "stretch.h"

#include <inttypes.h>
#include <stdlib.h>

#include "table.h"

#define KEPT       64
#define PLACES_MAX 8
#define WORTH_KEPT 500 /* instructions: shorter stays are not looked at further */

struct visit {
    uint32_t address; /* of a block */
    uint32_t insns;   /* that were executed of it */
};

struct stay {
    uint64_t insns;
    uint32_t entry; /* address of its first block */
    uint32_t place; /* address of the block where most of it went */
    uint32_t row;
    struct visit *visits; /* in the order of their execution */
    size_t count, room;
};

uint64_t stretch_inside, stretch_outside;

static uint64_t inside_seen; /* when the last block inside began */
static uint64_t outside_seen;
static bool idle;  /* the CPU slept since the last block inside */
static bool blind; /* the stay cannot see a timer that is due */
static uint64_t vectors_start, vectors_end;
static struct {
    uint32_t address;
    enum stretch_place place;
} places[PLACES_MAX];
static unsigned int place_count;
static struct table heat; /* uint64_t: instructions of a stay in each of its blocks */
static struct stay now;
static struct stay kept[KEPT]; /* longest first, one for each row, entry and place */
static uint32_t row;
static uint64_t longest_of_row[STRETCH_ROWS];

static uint32_t hottest(const struct stay *stay) {
    const struct visit *end = stay->visits + stay->count;
    uint64_t most = 0;
    uint32_t place = 0;

    for (const struct visit *v = stay->visits; v != end; v++) {
        uint64_t *insns = table_entry(&heat, v->address);

        *insns += v->insns;
        if (*insns > most) {
            most = *insns;
            place = v->address;
        }
    }
    for (const struct visit *v = stay->visits; v != end; v++) {
        *(uint64_t *)table_entry(&heat, v->address) = 0;
    }
    return place;
}

static void keep(struct stay *stay) {
    int place = KEPT - 1;

    for (int i = 0; i < KEPT; i++) {
        if (kept[i].insns && kept[i].entry == stay->entry && kept[i].place == stay->place &&
            kept[i].row == stay->row) {
            place = i;
            break;
        }
    }
    if (stay->insns <= kept[place].insns) {
        return;
    }
    free(kept[place].visits);
    for (; place > 0 && kept[place - 1].insns < stay->insns; place--) {
        kept[place] = kept[place - 1];
    }
    kept[place] = *stay;
    *stay = (struct stay){.visits = NULL};
}

/* What ran since the last block inside began belongs to it. */
static void count_last(void) {
    if (now.count) {
        now.visits[now.count - 1].insns = (uint32_t)(stretch_inside - inside_seen);
    }
    now.insns += stretch_inside - inside_seen;
    inside_seen = stretch_inside;
}

/* The stay is over. */
static void end(void) {
    if (now.entry < vectors_start || now.entry >= vectors_end) {
        return;
    }
    now.row = row;
    if (now.insns > longest_of_row[row]) {
        longest_of_row[row] = now.insns;
    }
    if (now.insns > WORTH_KEPT) {
        now.place = hottest(&now);
        keep(&now);
    }
}

static void begin(uint32_t address) {
    end();
    now.count = 0;
    now.insns = 0;
    now.entry = address;
}

static void remember(uint32_t address) {
    if (now.count == now.room) {
        now.room = now.room ? 2 * now.room : 1024;
        now.visits = realloc(now.visits, now.room * sizeof(*now.visits));
        if (!now.visits) {
            abort();
        }
    }
    now.visits[now.count++] = (struct visit){.address = address};
}

bool stretch_place_at(uint32_t address, enum stretch_place place) {
    if (place_count == PLACES_MAX) {
        return false;
    }
    places[place_count].address = address;
    places[place_count++].place = place;
    return true;
}

enum stretch_place stretch_place_of(uint32_t address) {
    for (unsigned int i = 0; i < place_count; i++) {
        if (places[i].address == address) {
            return places[i].place;
        }
    }
    return STRETCH_PLAIN;
}

/* The boot is not in the vectors and is not kept. */
static bool is_boot(void) {
    return now.entry < vectors_start;
}

/* A look is the end of what came before it, and the block itself belongs to what comes next. */
static void pass(enum stretch_place place) {
    if (place == STRETCH_BLIND || place == STRETCH_SEEING) {
        blind = place == STRETCH_BLIND;
    } else if (!is_boot() && (place == STRETCH_LOOK_DUE || (place == STRETCH_LOOK && !blind))) {
        begin((uint32_t)vectors_start);
    }
}

void stretch_block(uint32_t address, enum stretch_place place) {
    count_last();
    if (stretch_outside != outside_seen || idle) {
        outside_seen = stretch_outside;
        /* What goes on after WFI is as good as an interrupt's entry. */
        begin(idle ? (uint32_t)vectors_start : address);
        idle = false;
        blind = false;
    }
    if (place != STRETCH_PLAIN) {
        pass(place);
    }
    if (!is_boot()) {
        remember(address);
    }
}

void stretch_idle(void) {
    idle = true;
}

void stretch_row(uint32_t next) {
    count_last();
    begin(0);
    row = next < STRETCH_ROWS ? next : 0;
}

void stretch_init(uint64_t start, uint64_t end_of_vectors) {
    vectors_start = start;
    vectors_end = end_of_vectors;
    table_init(&heat, sizeof(uint64_t));
}

static void print_stay(FILE *out, const struct stay *stay) {
    fprintf(out, "stretch %" PRIu64 " %08" PRIx32 " %08" PRIx32 " %" PRIu32 "\n", stay->insns,
            stay->entry, stay->place, stay->row);
    for (size_t i = 0; i < stay->count; i++) {
        fprintf(out, "in %08" PRIx32 " %" PRIu32 "\n", stay->visits[i].address,
                stay->visits[i].insns);
    }
}

void stretch_print(FILE *out) {
    for (int i = 0; i < KEPT && kept[i].insns; i++) {
        print_stay(out, &kept[i]);
    }
    for (unsigned int i = 0; i < STRETCH_ROWS; i++) {
        if (longest_of_row[i]) {
            fprintf(out, "row %u %" PRIu64 "\n", i, longest_of_row[i]);
        }
    }
}
