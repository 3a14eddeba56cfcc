/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a program needs that plays one end of a paravirtual device: the store, pages that it
 * grants, event channels, and numbers at random.  Whatever the kernel refuses ends the program,
 * but where it says otherwise.
 */
#ifndef XENBUS_H
#define XENBUS_H

#include <stddef.h>
#include <stdint.h>
#include <xen/io/xenbus.h>
#include <xen/xen.h>

#define PAGE  4096u
#define PAUSE 20000u /* us, between two looks at a state */

/* Says what failed, and why, and ends the program. */
void fail(const char *what);

/* Opens the devices; the same seed makes the same numbers. */
void xenbus_open(uint32_t seed);
/* A number below @below, at random; all ones if that is 0. */
uint32_t any(uint32_t below);

/* ---- The store: paths are absolute, or below the domain's own directory ---- */

/* The value of @directory/@name, until the next call; NULL: it is not there. */
char *store_read(const char *directory, const char *name);
void store_write(const char *directory, const char *name, const char *value);
void store_write_number(const char *directory, const char *name, uint32_t value);
/* The path is @owner's, and @reader may read it. */
void store_permit(const char *path, domid_t owner, domid_t reader);
/* With all below it, and @directory itself if @name is empty.  Nothing happens if it is not there.
 */
void store_remove(const char *directory, const char *name);
/* Whether the state in @directory becomes @wanted within some 40 looks. */
int store_wait_state(const char *directory, enum xenbus_state wanted);

/* ---- Pages that this domain grants to dom0 ---- */

struct pages {
    struct ioctl_gntalloc_alloc_gref *grant;
    uint8_t *memory; /* NULL: none are there */
    unsigned int count;
};

void pages_grant(struct pages *pages, unsigned int count);
uint32_t pages_ref(const struct pages *pages, unsigned int page);
/* Ends the grants; the memory stays mapped. */
void pages_take_back(const struct pages *pages);
void pages_free(struct pages *pages);

/* ---- Event channels ---- */

/* A port that dom0 may bind to. */
int port_offer(void);
void port_notify(int port);
void port_close(int port);

/* Binds to port @port of @domain; -1: it is not offered to dom0. */
int port_bind(domid_t domain, unsigned int port);

/* ---- In dom0: pages that another domain grants ---- */

struct mapping {
    void *memory; /* NULL: none is there */
    uint64_t index;
};

/* Whether the grant is there. */
int mapping_make(struct mapping *mapping, domid_t domain, uint32_t ref);
void mapping_end(struct mapping *mapping);

/* ---- A device's two directories in the store ---- */

struct device {
    char frontend[64];
    char backend[128];
};

/* Takes device @number of a kind, as "vbd", from the kernel's driver. */
void device_take(struct device *device, const char *kind, const char *number);
/* Both ends begin anew; whether the backend takes part. */
int device_begin(const struct device *device);
/* The frontend's end, in order or not; the backend may need longer. */
void device_end(const struct device *device);

#endif
