/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Thumb-2 code: an IT block goes on where a fault, a system call or a signal interrupted it; an
 * instruction that lies in two pages faults on the one that is missing.
 */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define PAGE   4096u
#define ROUNDS 200u
#define LOOPS  3000000u

static char *fresh_pages(unsigned int count, int protection) {
    return mmap(NULL, count * PAGE, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static int fault_in_it(void) {
    char *page = fresh_pages(ROUNDS, PROT_READ | PROT_WRITE);

    for (unsigned int i = 0; i < ROUNDS; i++, page += PAGE) {
        uint32_t value = 77;

        __asm__ volatile("cmp %1, %1\n\t"
                         "ittte eq\n\t"
                         "streq %1, [%1]\n\t"
                         "ldreq %0, [%1]\n\t"
                         "addeq %0, %0, #1\n\t"
                         "movne %0, #0\n\t"
                         : "+r"(value)
                         : "r"(page)
                         : "cc", "memory");
        if (value != (uint32_t)(uintptr_t)page + 1) {
            return 1;
        }
    }
    return 0;
}

static int call_in_it(void) {
    register long r7 __asm__("r7") = SYS_sched_yield;
    register long r0 __asm__("r0") = 0;
    uint32_t after = 0;

    __asm__ volatile("cmp r7, r7\n\t"
                     "itte eq\n\t"
                     "svceq #0\n\t"
                     "moveq %1, #7\n\t"
                     "movne %1, #9\n\t"
                     : "+r"(r0), "+r"(after)
                     : "r"(r7)
                     : "cc", "memory");
    return after != 7;
}

static volatile sig_atomic_t alarms;

static void on_alarm(int number) {
    alarms += number == SIGALRM;
}

/* Each turn adds 3 if the count is even, else 5, in a block long enough to be interrupted. */
static int signals_in_it(void) {
    struct itimerval often = {.it_value.tv_usec = 1000, .it_interval.tv_usec = 1000};
    struct itimerval never = {.it_value.tv_usec = 0};
    uint32_t sum = 0;

    signal(SIGALRM, on_alarm);
    setitimer(ITIMER_REAL, &often, NULL);
    for (uint32_t i = 0; i < LOOPS; i++) {
        __asm__ volatile("tst %1, #1\n\t"
                         "itete eq\n\t"
                         "addeq %0, %0, #1\n\t"
                         "addne %0, %0, #2\n\t"
                         "addeq %0, %0, #2\n\t"
                         "addne %0, %0, #3\n\t"
                         : "+r"(sum)
                         : "r"(i)
                         : "cc");
    }
    setitimer(ITIMER_REAL, &never, NULL);
    return sum != LOOPS / 2 * 8 || alarms == 0;
}

static char *second_page;
static volatile uintptr_t fault_address;

static void on_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    fault_address = (uintptr_t)info->si_addr;
    mprotect(second_page, PAGE, PROT_READ | PROT_EXEC);
}

static int fetch_across_pages(void) {
    static const uint16_t code[] = {0xf241, 0x2034, 0x4770}; /* movw r0, #0x1234; bx lr */
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};
    char *pages = fresh_pages(2, PROT_READ | PROT_WRITE | PROT_EXEC);
    char *start = pages + PAGE - 2;
    uint32_t (*function)(void);

    memcpy(start, code, sizeof(code));
    __builtin___clear_cache(start, start + sizeof(code));
    second_page = pages + PAGE;
    sigaction(SIGSEGV, &action, NULL);
    mprotect(second_page, PAGE, PROT_NONE);
    function = (uint32_t(*)(void))(uintptr_t)(start + 1);
    return function() != 0x1234 || fault_address != (uintptr_t)second_page;
}

int main(void) {
    unsigned int failed = (unsigned int)(fault_in_it() | call_in_it() << 1 | signals_in_it() << 2 |
                                         fetch_across_pages() << 3);

    printf(failed ? "armhf: thumb2 FAILED (%x)\n" : "armhf: thumb2 ok\n", failed);
    return failed != 0;
}
