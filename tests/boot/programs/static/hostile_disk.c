/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: hostile_disk VDEV ROUNDS SEED
 * The frontend of a disk that means harm, as a program: takes the disk from the kernel's driver and
 * speaks to dom0's backend itself.  Each round it connects, sends requests that are random or
 * nearly right, with grants that are good, in use, never given or somebody else's, moves the ring's
 * indices wherever it likes, takes grants back under way, and leaves, in order or not.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <xen/io/blkif.h>

#include "lib/xenbus.h"

#define PAGES        5u /* the ring's, and what requests name */
#define REQUESTS_MAX 40u

/* ---- Ring and grants ---- */

struct connection {
    struct pages pages; /* the ring's first */
    blkif_sring_t *ring;
    uint32_t prod;
    int port;
};

static void make_ring(struct connection *c) {
    pages_grant(&c->pages, PAGES);
    c->ring = (blkif_sring_t *)c->pages.memory;
    SHARED_RING_INIT(c->ring);
    c->prod = 0;
}

static int connect_to(struct connection *c, const struct device *d) {
    if (!device_begin(d)) {
        return 0;
    }
    make_ring(c);
    c->port = port_offer();
    store_write_number(d->frontend, "ring-ref", any(16) ? pages_ref(&c->pages, 0) : any(4096));
    store_write_number(d->frontend, "event-channel", any(16) ? (uint32_t)c->port : any(64));
    store_write_number(d->frontend, "feature-persistent", any(2));
    store_write_number(d->frontend, "state", XenbusStateInitialised);
    if (!store_wait_state(d->backend, XenbusStateConnected)) {
        return 0;
    }
    store_write_number(d->frontend, "state", XenbusStateConnected);
    return 1;
}

static void leave(struct connection *c, const struct device *d) {
    if (any(4) == 0) {
        pages_take_back(&c->pages); /* before the backend knows */
    }
    device_end(d);
    port_close(c->port);
    pages_free(&c->pages);
}

/* ---- Requests ---- */

static uint32_t some_grant(const struct connection *c) {
    switch (any(5)) {
    case 0: return any(4096);
    case 1: return any(0);
    case 2: return pages_ref(&c->pages, 0); /* the ring itself */
    default: return pages_ref(&c->pages, 1 + any(PAGES - 1));
    }
}

static void send(struct connection *c) {
    uint8_t *request = (uint8_t *)&c->ring->ring[c->prod++ % 32].req;
    blkif_request_t *r = (blkif_request_t *)request;

    for (unsigned int i = 0; i < sizeof(*r); i++) {
        request[i] = (uint8_t)any(256);
    }
    if (any(8) == 0) {
        return; /* nothing in it makes sense */
    }
    r->operation = (uint8_t)(any(4) ? any(2) : any(8));
    r->nr_segments = (uint8_t)(any(8) ? any(12) : any(256));
    r->id = c->prod;
    r->sector_number = any(8) ? any(8192) : any(0) * 0x10001ull;
    for (unsigned int i = 0; i < BLKIF_MAX_SEGMENTS_PER_REQUEST; i++) {
        r->seg[i].gref = some_grant(c);
        r->seg[i].first_sect = (uint8_t)(any(8) ? any(8) : any(256));
        r->seg[i].last_sect = (uint8_t)(any(8) ? any(8) : any(256));
    }
}

static void attack(struct connection *c) {
    uint32_t count = 1 + any(REQUESTS_MAX);

    for (uint32_t i = 0; i < count; i++) {
        send(c);
        if (any(3) == 0) {
            c->ring->req_prod = c->prod;
            port_notify(c->port);
        }
    }
    switch (any(6)) {
    case 0: c->ring->req_prod = any(0); break;
    case 1: c->ring->rsp_prod = any(0); break;
    case 2: c->ring->req_event = any(0); break;
    default: c->ring->req_prod = c->prod; break;
    }
    port_notify(c->port);
    usleep(any(PAUSE));
}

int main(int argc, char **argv) {
    unsigned int connected = 0;
    struct device d;

    if (argc != 4) {
        fprintf(stderr, "usage: hostile_disk VDEV ROUNDS SEED\n");
        return 1;
    }
    xenbus_open((uint32_t)atoi(argv[3]));
    device_take(&d, "vbd", argv[1]);
    for (int i = 0; i < atoi(argv[2]); i++) {
        struct connection c = {.port = -1};

        if (connect_to(&c, &d)) {
            attack(&c);
            connected++;
        }
        if (c.pages.memory) {
            leave(&c, &d);
        }
    }
    printf("attacked in %u connections\n", connected);
    return 0;
}
