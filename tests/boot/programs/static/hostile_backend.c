/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: hostile_backend disk|net DOMAIN ROUNDS SEED
 * A backend that means harm, as a program in dom0: gives the domain a disk or a network card in
 * each round, whose other end is Linux's own driver, and answers its requests rightly or not: with
 * numbers of requests that were never made, twice, out of turn, with indices, sizes and states at
 * random; it writes into pages that it was lent, for as long as it likes.  Each round is a device
 * of its own.  In the first half of them it does nothing that makes Linux wait for ever: a domain
 * whose disk does not answer takes no new one.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/io/blkif.h>
#include <xen/io/netif.h>

#include "lib/xenbus.h"

#define FIRST_DISK  51712u /* xvda */
#define DISKS_APART 16u
#define STEPS_MAX   60u
#define LENT_MAX    16u
#define RINGS       2u
#define PATIENCE    8 /* Linux may wait 5 s for the device before */

struct link {
    domid_t domain;
    unsigned int number;
    int answers; /* each request, once */
    struct device device;
    struct mapping ring[RINGS];
    struct mapping lent[LENT_MAX];
    uint32_t taken[RINGS]; /* requests that were looked at */
    int port;
};

/* One kind of device. */
struct kind {
    const char *name; /* in the store */
    unsigned int first, apart;
    enum xenbus_state ready; /* the frontend's, when its rings are there */
    const char *rings[RINGS];
    const char *port;
    void (*describe)(const struct link *link);
    void (*answer)(struct link *link);
};

/* ---- What both kinds do ---- */

static uint32_t number_in(const char *directory, const char *name) {
    const char *value = name ? store_read(directory, name) : NULL;

    return value ? (uint32_t)strtoul(value, NULL, 10) : 0;
}

/* Mostly @right, or something else. */
static uint32_t mostly(uint32_t right) {
    return any(6) ? right : any(2) ? any(300) : any(0);
}

/* What an answer must say, or else nobody knows what it belongs to. */
static uint32_t belongs(const struct link *link, uint32_t right) {
    return link->answers ? right : mostly(right);
}

/* How far the index of responses goes for one. */
static uint32_t one(const struct link *link) {
    return link->answers || any(16) ? 1 : any(300);
}

/* Writes into a page of the frontend's, and perhaps keeps it: then Linux uses the device no more.
 */
static void borrow(struct link *link, uint32_t ref) {
    struct mapping *m = &link->lent[any(LENT_MAX)];

    if (m->memory) {
        mapping_end(m);
    }
    if (mapping_make(m, link->domain, ref)) {
        memset(m->memory, (int)any(256), 1 + any(PAGE));
        if (link->answers || any(3)) {
            mapping_end(m);
        }
    }
}

/* ---- A disk ---- */

static void describe_disk(const struct link *link) {
    const char *directory = link->device.backend;

    store_write_number(directory, "sectors", mostly(2048));
    store_write_number(directory, "sector-size", any(8) ? 512 : any(0));
    store_write_number(directory, "info", any(8) ? 0 : any(0));
    store_write_number(directory, "feature-persistent", any(2));
    store_write_number(directory, "feature-flush-cache", any(2));
    store_write_number(directory, "feature-discard", any(2));
    store_write_number(directory, "discard-granularity", any(4) ? 512 : any(0));
    store_write_number(directory, "feature-max-indirect-segments", any(2) ? 0 : any(0));
    store_write_number(directory, "max-ring-page-order", any(4) ? 0 : any(0));
    store_write_number(directory, "multi-queue-max-queues", any(4) ? 1 : any(0));
}

static void answer_disk(struct link *link) {
    blkif_sring_t *ring = link->ring[0].memory;

    while (link->taken[0] != ring->req_prod) {
        union blkif_sring_entry *slot = &ring->ring[link->taken[0]++ % 32];
        blkif_request_t request = slot->req;

        if (any(3) == 0) {
            borrow(link, request.seg[0].gref);
        }
        slot = &ring->ring[ring->rsp_prod % 32];
        slot->rsp.id = belongs(link, (uint32_t)request.id);
        slot->rsp.operation = (uint8_t)belongs(link, request.operation);
        slot->rsp.status = (int16_t)(any(4) ? 0 : any(0));
        ring->rsp_prod += one(link);
    }
}

/* ---- A network card ---- */

static void describe_card(const struct link *link) {
    static const char *const features[] = {
        "feature-sg",           "feature-gso-tcpv4",         "feature-gso-tcpv6",
        "feature-rx-notify",    "feature-ipv6-csum-offload", "feature-split-event-channels",
        "feature-xdp-headroom", "feature-ctrl-ring",         "feature-multicast-control",
    };

    for (unsigned int i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        store_write_number(link->device.backend, features[i], any(8) ? any(2) : any(0));
    }
    store_write_number(link->device.backend, "feature-split-event-channels", 0);
    store_write_number(link->device.backend, "feature-rx-copy", any(16) ? 1 : 0);
    store_write_number(link->device.backend, "multi-queue-max-queues", any(8) ? 1 : any(0));
    store_write(link->device.frontend, "mac", any(16) ? "00:16:3e:00:00:77" : "nonsense");
}

static void answer_sent(struct link *link) {
    netif_tx_sring_t *ring = link->ring[0].memory;

    while (link->taken[0] != ring->req_prod && any(40)) {
        netif_tx_request_t request = ring->ring[link->taken[0]++ % 256].req;
        netif_tx_response_t *response = &ring->ring[ring->rsp_prod % 256].rsp;

        if (any(3) == 0) {
            borrow(link, request.gref);
        }
        response->id = (uint16_t)belongs(link, request.id);
        response->status = (int16_t)mostly(NETIF_RSP_OKAY);
        ring->rsp_prod += one(link);
    }
}

static void deliver(struct link *link) {
    netif_rx_sring_t *ring = link->ring[1].memory;

    while (link->taken[1] != ring->req_prod && any(40)) {
        netif_rx_request_t request = ring->ring[link->taken[1]++ % 256].req;
        netif_rx_response_t *response = &ring->ring[ring->rsp_prod % 256].rsp;

        if (any(3) == 0) {
            borrow(link, request.gref);
        }
        response->id = (uint16_t)belongs(link, request.id);
        response->offset = (uint16_t)mostly(0);
        response->flags = (uint16_t)(any(3) ? 0 : any(32));
        response->status = (int16_t)mostly(60 + any(1400));
        ring->rsp_prod += one(link);
    }
}

static void answer_card(struct link *link) {
    answer_sent(link);
    deliver(link);
}

static const struct kind kinds[] = {
    {"vbd",
     FIRST_DISK + 4 * DISKS_APART,
     DISKS_APART,
     XenbusStateInitialised,
     {"ring-ref", NULL},
     "event-channel",
     describe_disk,
     answer_disk},
    {"vif",
     4,
     1,
     XenbusStateConnected,
     {"tx-ring-ref", "rx-ring-ref"},
     "event-channel",
     describe_card,
     answer_card},
};

/* ---- A round ---- */

static void publish(const struct link *link, const struct kind *kind) {
    const struct device *d = &link->device;

    store_write(d->backend, "frontend", d->frontend);
    store_write_number(d->backend, "frontend-id", link->domain);
    store_write_number(d->backend, "online", 1);
    store_permit(d->backend, 0, link->domain);
    store_write(d->frontend, "backend", d->backend);
    store_write_number(d->frontend, "backend-id", 0);
    store_write_number(d->frontend, "virtual-device", link->number);
    store_write_number(d->frontend, "handle", link->number);
    store_write(d->frontend, "device-type", "disk");
    kind->describe(link);
    store_write_number(d->backend, "state", XenbusStateInitWait);
    store_permit(d->frontend, link->domain, 0);
    store_write_number(d->frontend, "state", XenbusStateInitialising);
}

static int meet(struct link *link, const struct kind *kind) {
    const struct device *d = &link->device;

    int ready = 0;

    publish(link, kind);
    for (int i = 0; i < PATIENCE && !ready; i++) {
        ready = store_wait_state(d->frontend, kind->ready);
    }
    if (!ready) {
        return 0;
    }
    for (unsigned int i = 0; i < RINGS && kind->rings[i]; i++) {
        if (!mapping_make(&link->ring[i], link->domain, number_in(d->frontend, kind->rings[i]))) {
            return 0;
        }
    }
    link->port = port_bind(link->domain, number_in(d->frontend, kind->port));
    return link->port >= 0;
}

static void harm(struct link *link, const struct kind *kind) {
    store_write_number(link->device.backend, "state", XenbusStateConnected);
    for (uint32_t steps = 1 + any(STEPS_MAX); steps > 0; steps--) {
        kind->answer(link);
        port_notify(link->port);
        usleep(any(PAUSE));
    }
    kind->answer(link);
    if (any(4) == 0) {
        store_write_number(link->device.backend, "state", any(16));
    }
}

/* In order or not; what stays mapped is until the program ends. */
static void part(struct link *link) {
    if (any(2)) {
        store_write_number(link->device.backend, "state", XenbusStateClosing);
        (void)store_wait_state(link->device.frontend, XenbusStateClosed);
    }
    for (unsigned int i = 0; i < RINGS; i++) {
        if (link->ring[i].memory && any(4)) {
            mapping_end(&link->ring[i]);
        }
    }
    if (link->port >= 0) {
        port_close(link->port);
    }
    store_write_number(link->device.backend, "state", XenbusStateClosed);
    store_remove(link->device.frontend, "");
    store_remove(link->device.backend, "");
}

static int attack(domid_t domain, const struct kind *kind, unsigned int round, int answers) {
    struct link link = {.domain = domain,
                        .number = kind->first + round * kind->apart,
                        .answers = answers,
                        .port = -1};

    snprintf(link.device.frontend, sizeof(link.device.frontend), "/local/domain/%u/device/%s/%u",
             domain, kind->name, link.number);
    snprintf(link.device.backend, sizeof(link.device.backend),
             "/local/domain/0/backend/hostile/%u/%s%u", domain, kind->name, link.number);
    int met = meet(&link, kind);
    if (met) {
        harm(&link, kind);
    }
    part(&link);
    return met;
}

int main(int argc, char **argv) {
    unsigned int met = 0;

    if (argc != 5) {
        fprintf(stderr, "usage: hostile_backend disk|net DOMAIN ROUNDS SEED\n");
        return 1;
    }
    xenbus_open((uint32_t)atoi(argv[4]));
    const struct kind *kind = &kinds[strcmp(argv[1], "net") == 0];
    domid_t domain = (domid_t)atoi(argv[2]);
    unsigned int rounds = (unsigned int)atoi(argv[3]);
    for (unsigned int round = 0; round < rounds; round++) {
        met += (unsigned int)attack(domain, kind, round, round < rounds / 2);
    }
    printf("met %u frontends\n", met);
    return 0;
}
