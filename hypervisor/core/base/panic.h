/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of the hypervisor: for its own broken invariants and for what a boot cannot do
 * without.  Never for anything that a guest can cause.
 */
#ifndef CORE_PANIC_H
#define CORE_PANIC_H

/**
 * panic() - stop all pCPUs; print the message, a backtrace and the log's unsent rest.
 * Any context, any lock held.
 */
_Noreturn void panic(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#define CHECK(condition)                                               \
    do {                                                               \
        if (__builtin_expect(!(condition), 0)) {                       \
            panic("%s:%d: CHECK(%s)", __FILE__, __LINE__, #condition); \
        }                                                              \
    } while (0)

#endif /* CORE_PANIC_H */
