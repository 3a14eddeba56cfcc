/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address spaces that meet in a paravirtual hypervisor, each its own type,
 * so that one passed for another does not compile.  The hypervisor's own
 * virtual addresses are ordinary C pointers.
 */
#ifndef CORE_ADDR_H
#define CORE_ADDR_H

#include <stdbool.h>
#include <stdint.h>

#define PAGE_SHIFT     12
#define PAGE_SIZE      (1u << PAGE_SHIFT)
#define PAGE_MASK      (~(PAGE_SIZE - 1))
#define MIB_SHIFT      20
#define MIB            (1u << MIB_SHIFT)
#define FRAMES_PER_MIB (1u << (MIB_SHIFT - PAGE_SHIFT))

typedef struct {
    uint32_t v;
} maddr_t; /* machine address: what the bus sees */
typedef struct {
    uint32_t v;
} gpaddr_t; /* guest-physical address */
typedef struct {
    uint32_t v;
} gvaddr_t; /* guest virtual address, never dereferenced raw */
typedef struct {
    uint32_t v;
} mfn_t; /* machine frame number: maddr >> PAGE_SHIFT */
typedef struct {
    uint32_t v;
} gfn_t; /* guest frame number: gpaddr >> PAGE_SHIFT */

/* [start, start + size) on the bus; size > 0 unless it is said otherwise.  Lies below 4 GiB; start
 * + size may be 4 GiB exactly, which a sum in 32 bits has as 0. */
struct maddr_range {
    maddr_t start;
    uint32_t size;
};

#define INVALID_MFN ((mfn_t){~0u})
#define INVALID_GFN ((gfn_t){~0u})

static inline maddr_t maddr(uint32_t v) {
    return (maddr_t){v};
}
static inline gpaddr_t gpaddr(uint32_t v) {
    return (gpaddr_t){v};
}
static inline gvaddr_t gvaddr(uint32_t v) {
    return (gvaddr_t){v};
}
static inline mfn_t mfn(uint32_t v) {
    return (mfn_t){v};
}
static inline gfn_t gfn(uint32_t v) {
    return (gfn_t){v};
}

static inline mfn_t maddr_to_mfn(maddr_t a) {
    return mfn(a.v >> PAGE_SHIFT);
}
static inline maddr_t mfn_to_maddr(mfn_t m) {
    return maddr(m.v << PAGE_SHIFT);
}
static inline gfn_t gpaddr_to_gfn(gpaddr_t a) {
    return gfn(a.v >> PAGE_SHIFT);
}
static inline gpaddr_t gfn_to_gpaddr(gfn_t g) {
    return gpaddr(g.v << PAGE_SHIFT);
}
static inline bool mfn_eq(mfn_t a, mfn_t b) {
    return a.v == b.v;
}

#endif /* CORE_ADDR_H */
