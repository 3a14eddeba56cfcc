/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The hypervisor's own command line (/chosen, xen,xen-bootargs).
 */
#ifndef CORE_CMDLINE_H
#define CORE_CMDLINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CMDLINE_MAX 256 /* what is kept of it: copied to a guest between two looks */

struct cmdline {
    uint32_t dom0_mem;           /* dom0_mem=[<n>][,min:<n>][,max:<n>], bytes; 96 MiB by default */
    unsigned int dom0_max_vcpus; /* dom0_max_vcpus=<n>, 1 when not given */
    bool noreboot;               /* noreboot: stop, do not reset, when dom0 ends */
    uint32_t rt_reserve;         /* rt_reserve=<n>, per cent, 0 to 99; 5 when not given */
};

/**
 * cmdline_parse() - read @text (NULL = empty) into *@out; what is not given has its default.
 * @warn: called once for each option that is not known or whose value is wrong (it keeps its
 * default), however often it stands there, with the option (not NUL-terminated, @size bytes) and
 * what is wrong.  May be NULL.
 */
void cmdline_parse(const char *text, struct cmdline *out,
                   void (*warn)(const char *option, size_t size, const char *why));

/** cmdline_text() - what cmdline_parse() read last: its first CMDLINE_MAX - 1 bytes. */
const char *cmdline_text(void);

#endif /* CORE_CMDLINE_H */
