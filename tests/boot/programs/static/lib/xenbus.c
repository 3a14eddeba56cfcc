/* SPDX-License-Identifier: GPL-2.0-only */
#include "xenbus.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xen/io/xs_wire.h>
#include <xen/sys/evtchn.h>
#include <xen/sys/gntalloc.h>
#include <xen/sys/gntdev.h>

#define TRIES 40

static uint32_t state;
static int store, events, grants, others;

void fail(const char *what) {
    perror(what);
    exit(1);
}

/* xorshift32 (Marsaglia 2003) */
uint32_t any(uint32_t below) {
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return below ? state % below : ~0u;
}

static int open_device(const char *path) {
    int fd = open(path, O_RDWR);

    if (fd < 0) {
        fail(path);
    }
    return fd;
}

void xenbus_open(uint32_t seed) {
    state = seed ? seed : 1;
    store = open_device("/dev/xen/xenbus");
    events = open_device("/dev/xen/evtchn");
    grants = open_device("/dev/xen/gntalloc");
    others = open_device("/dev/xen/gntdev");
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

/* What the store answers to @type of @size bytes; NULL: an error. */
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

/* About @directory itself if @name is empty. */
static char *ask_about(uint32_t type, const char *directory, const char *name) {
    char path[256];
    int size = snprintf(path, sizeof(path), "%s%s%s", directory, *name ? "/" : "", name) + 1;

    return ask_store(type, path, (uint32_t)size);
}

char *store_read(const char *directory, const char *name) {
    return ask_about(XS_READ, directory, name);
}

void store_remove(const char *directory, const char *name) {
    (void)ask_about(XS_RM, directory, name);
}

void store_write(const char *directory, const char *name, const char *value) {
    char bytes[512];
    int at = snprintf(bytes, sizeof(bytes), "%s/%s", directory, name) + 1;

    at += snprintf(bytes + at, sizeof(bytes) - (size_t)at, "%s", value);
    if (!ask_store(XS_WRITE, bytes, (uint32_t)at)) {
        fail(name);
    }
}

void store_write_number(const char *directory, const char *name, uint32_t value) {
    char text[16];

    snprintf(text, sizeof(text), "%u", value);
    store_write(directory, name, text);
}

void store_permit(const char *path, domid_t owner, domid_t reader) {
    char bytes[256];
    int at = snprintf(bytes, sizeof(bytes), "%s", path) + 1;

    at += snprintf(bytes + at, sizeof(bytes) - (size_t)at, "n%u", owner) + 1;
    at += snprintf(bytes + at, sizeof(bytes) - (size_t)at, "r%u", reader) + 1;
    if (!ask_store(XS_SET_PERMS, bytes, (uint32_t)at)) {
        fail(path);
    }
}

int store_wait_state(const char *directory, enum xenbus_state wanted) {
    for (int i = 0; i < TRIES; i++) {
        const char *value = store_read(directory, "state");

        if (value && atoi(value) == (int)wanted) {
            return 1;
        }
        usleep(PAUSE);
    }
    return 0;
}

/* ---- Pages ---- */

void pages_grant(struct pages *pages, unsigned int count) {
    size_t size = sizeof(*pages->grant) + count * sizeof(uint32_t);

    pages->count = count;
    pages->grant = calloc(1, size);
    pages->grant->flags = GNTALLOC_FLAG_WRITABLE;
    pages->grant->count = (uint16_t)count;
    if (ioctl(grants, IOCTL_GNTALLOC_ALLOC_GREF, pages->grant) != 0) {
        fail("gntalloc");
    }
    pages->memory = mmap(NULL, count * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, grants,
                         (off_t)pages->grant->index);
    if (pages->memory == MAP_FAILED) {
        fail("mmap");
    }
}

uint32_t pages_ref(const struct pages *pages, unsigned int page) {
    return pages->grant->gref_ids[page];
}

void pages_take_back(const struct pages *pages) {
    struct ioctl_gntalloc_dealloc_gref d = {.index = pages->grant->index, .count = pages->count};

    (void)ioctl(grants, IOCTL_GNTALLOC_DEALLOC_GREF, &d);
}

void pages_free(struct pages *pages) {
    munmap(pages->memory, pages->count * PAGE);
    pages_take_back(pages);
    free(pages->grant);
    pages->memory = NULL;
}

/* ---- Event channels ---- */

int port_offer(void) {
    struct ioctl_evtchn_bind_unbound_port bind = {.remote_domain = 0};
    int port = ioctl(events, IOCTL_EVTCHN_BIND_UNBOUND_PORT, &bind);

    if (port < 0) {
        fail("evtchn");
    }
    return port;
}

int port_bind(domid_t domain, unsigned int port) {
    struct ioctl_evtchn_bind_interdomain bind = {.remote_domain = domain, .remote_port = port};

    return ioctl(events, IOCTL_EVTCHN_BIND_INTERDOMAIN, &bind);
}

void port_notify(int port) {
    struct ioctl_evtchn_notify n = {.port = (unsigned int)port};

    (void)ioctl(events, IOCTL_EVTCHN_NOTIFY, &n);
}

void port_close(int port) {
    struct ioctl_evtchn_unbind u = {.port = (unsigned int)port};

    (void)ioctl(events, IOCTL_EVTCHN_UNBIND, &u);
}

/* ---- Others' pages ---- */

int mapping_make(struct mapping *mapping, domid_t domain, uint32_t ref) {
    struct ioctl_gntdev_map_grant_ref map = {.count = 1, .refs = {{.domid = domain, .ref = ref}}};

    if (ioctl(others, IOCTL_GNTDEV_MAP_GRANT_REF, &map) != 0) {
        fail("gntdev");
    }
    mapping->index = map.index;
    mapping->memory =
        mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, others, (off_t)map.index);
    if (mapping->memory == MAP_FAILED) {
        mapping_end(mapping);
        return 0;
    }
    return 1;
}

void mapping_end(struct mapping *mapping) {
    struct ioctl_gntdev_unmap_grant_ref u = {.index = mapping->index, .count = 1};

    if (mapping->memory != MAP_FAILED) {
        munmap(mapping->memory, PAGE);
    }
    (void)ioctl(others, IOCTL_GNTDEV_UNMAP_GRANT_REF, &u);
    mapping->memory = NULL;
}

/* ---- Devices ---- */

static void unbind(const char *kind, const char *number) {
    char path[64], name[32];
    int size = snprintf(name, sizeof(name), "%s-%s", kind, number);

    snprintf(path, sizeof(path), "/sys/bus/xen/drivers/%s/unbind", kind);
    int fd = open(path, O_WRONLY);
    if (fd < 0 || write(fd, name, (size_t)size) < 0) {
        fail(path);
    }
    close(fd);
}

void device_take(struct device *device, const char *kind, const char *number) {
    snprintf(device->frontend, sizeof(device->frontend), "device/%s/%s", kind, number);
    const char *path = store_read(device->frontend, "backend");
    if (!path) {
        fail("backend");
    }
    snprintf(device->backend, sizeof(device->backend), "%s", path);
    unbind(kind, number);
}

int device_begin(const struct device *device) {
    store_write_number(device->frontend, "state", XenbusStateClosed);
    (void)store_wait_state(device->backend, XenbusStateClosed);
    store_write_number(device->frontend, "state", XenbusStateInitialising);
    return store_wait_state(device->backend, XenbusStateInitWait);
}

void device_end(const struct device *device) {
    if (any(2)) {
        store_write_number(device->frontend, "state", XenbusStateClosing);
    }
    store_write_number(device->frontend, "state", XenbusStateClosed);
    (void)store_wait_state(device->backend, XenbusStateClosed);
}
