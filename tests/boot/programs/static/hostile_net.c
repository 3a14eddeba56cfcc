/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: hostile_net CARD ROUNDS SEED
 * The frontend of a network card that means harm, as a program: takes the card from the kernel's
 * driver and speaks to dom0's backend itself.  Each round it connects, with rings, ports and
 * features that are right or not, sends packets in pieces, with extra pieces, checksums to be
 * filled in and segments to be cut, offers memory to receive into, gives orders about hashes, and
 * leaves, in order or not.  The backend forgives some of it; at what it does not forgive it takes
 * the card out of use for good, and the program ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xen/io/netif.h>

#include "lib/xenbus.h"

#define TX_SLOTS        256u
#define RX_SLOTS        256u
#define CTRL_SLOTS      128u
#define FIRST_DATA      3u /* after the three rings */
#define PAGES           11u
#define HEADER          64u /* bytes of a packet that are nearly right */
#define PACKETS_MAX     40u
#define ORDERS_MAX      8u
#define ORDERS_TOO_MANY 4096u
#define PIECES_MAX      17u
#define ANSWER_TRIES    20
#define ETHERNET_TYPE   12

struct connection {
    struct pages pages;
    netif_tx_sring_t *tx;
    netif_rx_sring_t *rx;
    struct xen_netif_ctrl_sring *ctrl;
    uint32_t tx_prod, rx_prod, ctrl_prod;
    int port, ctrl_port;
    int forgivable; /* the backend must not take the card out of use */
};

static void make_rings(struct connection *c) {
    pages_grant(&c->pages, PAGES);
    c->tx = (netif_tx_sring_t *)c->pages.memory;
    c->rx = (netif_rx_sring_t *)(c->pages.memory + PAGE);
    c->ctrl = (struct xen_netif_ctrl_sring *)(c->pages.memory + 2 * PAGE);
    SHARED_RING_INIT(c->tx);
    SHARED_RING_INIT(c->rx);
    SHARED_RING_INIT(c->ctrl);
    c->port = port_offer();
    c->ctrl_port = port_offer();
}

/* ---- Connecting ---- */

static const char *const features[] = {
    "feature-rx-notify",       "feature-sg",
    "feature-gso-tcpv4",       "feature-gso-tcpv4-prefix",
    "feature-gso-tcpv6",       "feature-gso-tcpv6-prefix",
    "feature-no-csum-offload", "feature-ipv6-csum-offload",
    "feature-xdp-headroom",    "request-multicast-control",
};

static void write_features(const struct device *d) {
    store_write_number(d->frontend, "request-rx-copy", any(16) ? 1 : any(3));
    for (unsigned int i = 0; i < sizeof(features) / sizeof(features[0]); i++) {
        if (any(3) == 0) {
            store_remove(d->frontend, features[i]);
        } else {
            store_write_number(d->frontend, features[i], any(8) ? any(2) : any(0));
        }
    }
    store_write_number(d->frontend, "xdp-headroom", any(2) ? any(512) : any(0));
    store_write_number(d->frontend, "multi-queue-num-queues", any(24) ? 1 : any(0));
}

static void write_port(const struct device *d, const char *name, int port) {
    store_write_number(d->frontend, name, any(32) ? (uint32_t)port : any(64));
}

static void write_places(const struct connection *c, const struct device *d) {
    store_write_number(d->frontend, "tx-ring-ref", any(24) ? pages_ref(&c->pages, 0) : any(4096));
    store_write_number(d->frontend, "rx-ring-ref", any(24) ? pages_ref(&c->pages, 1) : any(4096));
    write_port(d, "event-channel-tx", c->port);
    write_port(d, "event-channel-rx", c->port);
    write_port(d, "event-channel", c->port);
    if (any(2)) {
        store_remove(d->frontend, "ctrl-ring-ref");
        return;
    }
    write_port(d, "event-channel-ctrl", c->ctrl_port);
    store_write_number(d->frontend, "ctrl-ring-ref", any(24) ? pages_ref(&c->pages, 2) : any(4096));
}

static int connect_to(struct connection *c, const struct device *d) {
    if (!device_begin(d)) {
        return 0;
    }
    make_rings(c);
    write_features(d);
    write_places(c, d);
    store_write_number(d->frontend, "state", XenbusStateConnected);
    return store_wait_state(d->backend, XenbusStateConnected);
}

static void leave(struct connection *c, const struct device *d) {
    if (any(4) == 0) {
        pages_take_back(&c->pages); /* before the backend knows */
    }
    device_end(d);
    port_close(c->port);
    port_close(c->ctrl_port);
    pages_free(&c->pages);
}

/* ---- What is sent ---- */

static uint32_t some_grant(const struct connection *c) {
    switch (any(8)) {
    case 0: return any(4096);
    case 1: return any(0);
    case 2: return pages_ref(&c->pages, any(FIRST_DATA)); /* a ring */
    default: return pages_ref(&c->pages, FIRST_DATA + any(PAGES - FIRST_DATA));
    }
}

/* The start of a packet of IPv4 or IPv6 to everybody, with a few bytes that are wrong. */
static void fill_page(uint8_t *page) {
    static const uint8_t headers[2][HEADER] = {
        {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0x16, 0x3e, 0, 0, 0x66, 8,    0, /* Ethernet */
         0x45, 0,    2,    0,    0,    1,    0, 0,    64,   6, 0, 0,    10,   0,
         2,    99,   10,   0,    2,    15, /* IPv4, TCP */
         4,    0,    0,    80,   0,    0,    0, 0,    0,    0, 0, 0,    0x50, 2},
        {0x33, 0x33, 0,    0, 0, 1, 0, 0x16, 0x3e, 0,  0,    0x66,
         0x86, 0xdd, 0x60, 0, 0, 0, 2, 0,    6,    64, 0xfe, 0x80},
    };

    for (unsigned int i = 0; i < PAGE; i += sizeof(uint32_t)) {
        uint32_t word = any(0);

        memcpy(page + i, &word, sizeof(word));
    }
    if (any(8)) {
        memcpy(page, headers[any(4) == 0], HEADER);
    }
    for (uint32_t wrong = any(4); wrong > 0; wrong--) {
        page[ETHERNET_TYPE + any(HEADER - ETHERNET_TYPE)] = (uint8_t)any(256);
    }
}

static netif_tx_request_t *next_slot(struct connection *c) {
    return &c->tx->ring[c->tx_prod++ % TX_SLOTS].req;
}

/* @size: what the request says; @here: how much of it is in its page. */
static void send_piece(struct connection *c, uint32_t size, uint32_t here, uint16_t flags) {
    netif_tx_request_t *r = next_slot(c);

    *r = (netif_tx_request_t){.gref = some_grant(c),
                              .flags = flags,
                              .id = (uint16_t)any(any(8) ? TX_SLOTS : 0x10000),
                              .size = (uint16_t)size};
    r->offset = (uint16_t)(any(4) ? 0 : any(PAGE - here + 1));
    if (!c->forgivable && any(32) == 0) {
        r->offset = (uint16_t)any(0x10000);
    }
}

static void send_extra(struct connection *c, int more) {
    netif_extra_info_t *e = (netif_extra_info_t *)next_slot(c);

    for (unsigned int i = 0; i < sizeof(*e); i++) {
        ((uint8_t *)e)[i] = (uint8_t)any(256);
    }
    e->flags = more ? XEN_NETIF_EXTRA_FLAG_MORE : 0;
    e->type = (uint8_t)(1 + any(XEN_NETIF_EXTRA_TYPE_MAX - 1));
    if (!c->forgivable && any(8) == 0) {
        e->type = (uint8_t)any(256);
    }
    if (e->type == XEN_NETIF_EXTRA_TYPE_GSO && (c->forgivable || any(4))) {
        e->u.gso.type = (uint8_t)(1 + any(2));
        e->u.gso.size = (uint16_t)(1 + any(any(2) ? 1500 : 0xffff));
    }
}

/* A packet in pieces, which the backend puts together again; or sizes that do not fit. */
static void send_packet(struct connection *c) {
    uint32_t pieces = any(3) ? any(3) : any(PIECES_MAX);
    uint32_t extras = any(3) ? 0 : 1 + any(4);
    uint32_t piece = 1 + any(any(4) ? 200 : PAGE);
    uint32_t first = any(8) ? HEADER + any(PAGE - HEADER) : any(HEADER);
    uint16_t flags = (uint16_t)(any(4) ? 0 : any(4)); /* checksums */

    if (c->tx_prod - c->tx->rsp_prod + 1 + pieces + extras > TX_SLOTS) {
        return;
    }
    send_piece(c, any(8) ? first + pieces * piece : first, first,
               flags | (pieces ? NETTXF_more_data : 0) | (extras ? NETTXF_extra_info : 0));
    while (extras > 0) {
        send_extra(c, --extras > 0);
    }
    while (pieces > 0) {
        send_piece(c, piece, piece, --pieces > 0 ? NETTXF_more_data : 0);
    }
}

static void tell_tx(struct connection *c) {
    c->tx->req_prod = c->tx_prod;
    port_notify(c->port);
}

/* One packet that is right; whether the backend answers. */
static int still_serves(struct connection *c) {
    uint32_t before = c->tx->rsp_prod;

    *next_slot(c) = (netif_tx_request_t){.gref = pages_ref(&c->pages, FIRST_DATA), .size = HEADER};
    tell_tx(c);
    for (int i = 0; i < ANSWER_TRIES && c->tx->rsp_prod == before; i++) {
        usleep(PAUSE);
    }
    return c->tx->rsp_prod != before;
}

static void offer_memory(struct connection *c) {
    for (uint32_t count = any(RX_SLOTS); count > 0; count--) {
        netif_rx_request_t *r = &c->rx->ring[c->rx_prod++ % RX_SLOTS].req;

        r->id = (uint16_t)any(0x10000);
        r->gref = some_grant(c);
    }
    c->rx->req_prod = any(16) ? c->rx_prod : any(0);
    port_notify(c->port);
}

/* Linux 6.12's backend takes as many orders as the index says, be it 2^32 (docs/caveats.md). */
static void give_orders(struct connection *c) {
    for (uint32_t count = any(ORDERS_MAX); count > 0; count--) {
        struct xen_netif_ctrl_request *r = &c->ctrl->ring[c->ctrl_prod++ % CTRL_SLOTS].req;

        r->id = (uint16_t)c->ctrl_prod;
        r->type = (uint16_t)(any(8) ? any(11) : any(0x10000));
        r->data[0] = any(4) ? some_grant(c) : any(256);
        r->data[1] = any(2) ? any(256) : any(0);
        r->data[2] = any(2) ? any(256) : any(0);
    }
    c->ctrl->req_prod = c->ctrl_prod + (any(16) ? 0 : any(ORDERS_TOO_MANY));
    port_notify(c->ctrl_port);
}

/* What no backend can forgive, or should not notice. */
static void break_ring(struct connection *c) {
    switch (any(6)) {
    case 0: c->tx->req_prod = any(0); break;
    case 1: c->rx->req_prod = any(0); break;
    case 2: c->tx->req_prod = c->tx_prod + TX_SLOTS + 1 + any(TX_SLOTS); break;
    case 3: c->tx->rsp_prod = any(0); break;
    case 4: c->rx->rsp_prod = any(0); break;
    default: memset(c->tx, (int)any(256), PAGE); break;
    }
    port_notify(c->port);
}

/* While it is connected: features, and states that are out of turn, but for 0, which is the card's
 * end. */
static void change_mind(const struct device *d) {
    switch (any(8)) {
    case 0: write_features(d); break;
    case 1: store_write_number(d->frontend, "state", XenbusStateReconfiguring); break;
    case 2: store_write_number(d->frontend, "state", 1 + any(15)); break;
    case 3: store_write_number(d->frontend, "request-multicast-control", any(2)); break;
    default: break;
    }
}

static void attack(struct connection *c, const struct device *d) {
    for (unsigned int page = FIRST_DATA; page < PAGES; page++) {
        fill_page(c->pages.memory + page * PAGE);
    }
    offer_memory(c);
    for (uint32_t count = 1 + any(PACKETS_MAX); count > 0; count--) {
        send_packet(c);
        if (any(3) == 0) {
            tell_tx(c);
        }
    }
    tell_tx(c);
    give_orders(c);
    change_mind(d);
    usleep(any(PAUSE));
    if (!c->forgivable) {
        break_ring(c);
        usleep(any(PAUSE));
    }
}

int main(int argc, char **argv) {
    unsigned int connected = 0, served = 0;
    struct device d;

    if (argc != 4) {
        fprintf(stderr, "usage: hostile_net CARD ROUNDS SEED\n");
        return 1;
    }
    xenbus_open((uint32_t)atoi(argv[3]));
    device_take(&d, "vif", argv[1]);
    for (int i = 0; i < atoi(argv[2]); i++) {
        struct connection c = {.forgivable = i < atoi(argv[2]) / 2};

        if (connect_to(&c, &d)) {
            connected++;
            served += (unsigned int)still_serves(&c);
            attack(&c, &d);
        }
        if (c.pages.memory) {
            leave(&c, &d);
        }
    }
    printf("attacked in %u connections, served in %u\n", connected, served);
    return 0;
}
