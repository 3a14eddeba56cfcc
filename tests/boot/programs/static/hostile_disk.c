/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: hostile_disk VDEV ROUNDS SEED
 * The frontend of a disk that means harm, as a program: takes the disk from the kernel's driver and
 * speaks to dom0's backend itself.  Each round it connects, sends requests that are random or
 * nearly right, with grants that are good, in use, never given or somebody else's, moves the ring's
 * indices wherever it likes, takes grants back under way, and leaves, in order or not.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/io/blkif.h>
#include <xen/io/xenbus.h>
#include <xen/io/xs_wire.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/gntalloc.h>

#define PAGE         4096u
#define PAGES        5u /* the ring's, and what requests name */
#define TRIES        40
#define PAUSE        20000u /* us */
#define REQUESTS_MAX 40u

static uint32_t seed;
static int store, events, grants;

static void fail(const char *what) {
    perror(what);
    exit(1);
}

/* xorshift32 (Marsaglia 2003) */
static uint32_t any(uint32_t below) {
    seed ^= seed << 13;
    seed ^= seed >> 17;
    seed ^= seed << 5;
    return seed % below;
}

static int open_device(const char *path) {
    int fd = open(path, O_RDWR);

    if (fd < 0) {
        fail(path);
    }
    return fd;
}

/* ---- The store ---- */

static void transfer(char *bytes, size_t size, ssize_t (*how)(int, void *, size_t)) {
    while (size > 0) {
        ssize_t done = how(store, bytes, size);

        if (done <= 0) {
            fail("the store");
        }
        bytes += done;
        size -= (size_t)done;
    }
}

static ssize_t write_all(int fd, void *bytes, size_t size) {
    return write(fd, bytes, size);
}

/* What the store answers to @type of @size bytes. */
static char *ask_store(uint32_t type, const char *bytes, uint32_t size) {
    static char answer[PAGE + 1];
    struct xsd_sockmsg head = {.type = type, .len = size};
    char message[PAGE];

    memcpy(message, &head, sizeof(head));
    memcpy(message + sizeof(head), bytes, size);
    transfer(message, sizeof(head) + size, write_all);
    transfer((char *)&head, sizeof(head), read);
    transfer(answer, head.len, read);
    answer[head.len] = 0;
    return head.type == XS_ERROR ? NULL : answer;
}

static char *read_node(const char *directory, const char *name) {
    char path[256];

    return ask_store(XS_READ, path,
                     (uint32_t)snprintf(path, sizeof(path), "%s/%s", directory, name) + 1);
}

static void write_node(const char *directory, const char *name, uint32_t value) {
    char bytes[256];
    int at = snprintf(bytes, sizeof(bytes), "%s/%s", directory, name) + 1;

    at += snprintf(bytes + at, sizeof(bytes) - (size_t)at, "%u", value);
    if (!ask_store(XS_WRITE, bytes, (uint32_t)at)) {
        fail(name);
    }
}

static int wait_state(const char *directory, int wanted) {
    for (int i = 0; i < TRIES; i++) {
        const char *state = read_node(directory, "state");

        if (state && atoi(state) == wanted) {
            return 1;
        }
        usleep(PAUSE);
    }
    return 0;
}

/* ---- Ring and grants ---- */

struct connection {
    struct ioctl_gntalloc_alloc_gref *grant;
    uint8_t *memory; /* PAGES pages, the ring first */
    blkif_sring_t *ring;
    uint32_t prod;
    int port;
};

static void make_grants(struct connection *c) {
    size_t size = sizeof(*c->grant) + PAGES * sizeof(uint32_t);

    c->grant = calloc(1, size);
    c->grant->flags = GNTALLOC_FLAG_WRITABLE;
    c->grant->count = PAGES;
    if (ioctl(grants, IOCTL_GNTALLOC_ALLOC_GREF, c->grant) != 0) {
        fail("gntalloc");
    }
    c->memory = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, grants,
                     (off_t)c->grant->index);
    if (c->memory == MAP_FAILED) {
        fail("mmap");
    }
    c->ring = (blkif_sring_t *)c->memory;
    SHARED_RING_INIT(c->ring);
    c->prod = 0;
}

static void take_grants_back(struct connection *c) {
    struct ioctl_gntalloc_dealloc_gref d = {.index = c->grant->index, .count = PAGES};

    (void)ioctl(grants, IOCTL_GNTALLOC_DEALLOC_GREF, &d);
}

static int connect_to(struct connection *c, const char *frontend, const char *backend) {
    struct ioctl_evtchn_bind_unbound_port bind = {.remote_domain = 0};

    write_node(frontend, "state", XenbusStateInitialising);
    if (!wait_state(backend, XenbusStateInitWait)) {
        return 0;
    }
    make_grants(c);
    c->port = ioctl(events, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);
    if (c->port < 0) {
        fail("evtchn");
    }
    write_node(frontend, "ring-ref", any(16) ? c->grant->gref_ids[0] : any(4096));
    write_node(frontend, "event-channel", any(16) ? (uint32_t)c->port : any(64));
    write_node(frontend, "feature-persistent", any(2));
    write_node(frontend, "state", XenbusStateInitialised);
    if (!wait_state(backend, XenbusStateConnected)) {
        return 0;
    }
    write_node(frontend, "state", XenbusStateConnected);
    return 1;
}

static void notify(const struct connection *c) {
    struct ioctl_evtchn_notify n = {.port = (unsigned int)c->port};

    (void)ioctl(events, IOCTL_EVTCHN_NOTIFY, &n);
}

static void leave(struct connection *c, const char *frontend, const char *backend) {
    struct ioctl_evtchn_unbind u = {.port = (unsigned int)c->port};

    if (any(4) == 0) {
        take_grants_back(c); /* before the backend knows */
    }
    if (any(2)) {
        write_node(frontend, "state", XenbusStateClosing);
    }
    write_node(frontend, "state", XenbusStateClosed);
    (void)wait_state(backend, XenbusStateClosed);
    (void)ioctl(events, IOCTL_EVTCHN_UNBIND, &u);
    munmap(c->memory, PAGES * PAGE);
    take_grants_back(c);
    free(c->grant);
}

/* ---- Requests ---- */

static uint32_t some_grant(const struct connection *c) {
    switch (any(5)) {
    case 0: return any(4096);
    case 1: return any(~0u);
    case 2: return c->grant->gref_ids[0]; /* the ring itself */
    default: return c->grant->gref_ids[1 + any(PAGES - 1)];
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
    r->sector_number = any(8) ? any(8192) : any(~0u) * 0x10001ull;
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
            notify(c);
        }
    }
    switch (any(6)) {
    case 0: c->ring->req_prod = any(~0u); break;
    case 1: c->ring->rsp_prod = any(~0u); break;
    case 2: c->ring->req_event = any(~0u); break;
    default: c->ring->req_prod = c->prod; break;
    }
    notify(c);
    usleep(any(PAUSE));
}

static void unbind(const char *vdev) {
    int fd = open("/sys/bus/xen/drivers/vbd/unbind", O_WRONLY);
    char name[32];

    if (fd < 0 || write(fd, name, (size_t)snprintf(name, sizeof(name), "vbd-%s", vdev)) < 0) {
        fail("unbind");
    }
    close(fd);
}

int main(int argc, char **argv) {
    char frontend[64], backend[128];
    unsigned int connected = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: hostile_disk VDEV ROUNDS SEED\n");
        return 1;
    }
    seed = (uint32_t)atoi(argv[3]);
    store = open_device("/dev/xen/xenbus");
    events = open_device("/dev/xen/evtchn");
    grants = open_device("/dev/xen/gntalloc");
    snprintf(frontend, sizeof(frontend), "device/vbd/%s", argv[1]);
    const char *name = read_node(frontend, "backend");
    if (!name) {
        fail("backend");
    }
    snprintf(backend, sizeof(backend), "%s", name);
    unbind(argv[1]);
    for (int i = 0; i < atoi(argv[2]); i++) {
        struct connection c = {.memory = NULL, .port = -1};

        write_node(frontend, "state", XenbusStateClosed);
        (void)wait_state(backend, XenbusStateClosed);
        if (connect_to(&c, frontend, backend)) {
            attack(&c);
            connected++;
        }
        if (c.memory) {
            leave(&c, frontend, backend);
        }
    }
    printf("attacked in %u connections\n", connected);
    return 0;
}
