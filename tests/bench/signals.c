/* SPDX-License-Identifier: GPL-2.0-only */
/* Signals: as lmbench's lat_sig, and the interval timer's interrupt with its signal. */
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>

#include "bench.h"

#define PAGE        4096
#define SPINS       1200000ul
#define INTERVAL_US 50
#define SPIN_TRIES  5

static volatile unsigned long seen;
static volatile char *protected_page;
static uint64_t spin_alone;

static void count(int number) {
    (void)number;
    seen++;
}

static void handle(int number, void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler};

    bench_check("sigaction", sigaction(number, &action, NULL));
}

static void run_install(unsigned long n) {
    while (n--) {
        handle(SIGUSR1, count);
    }
}

static void prepare_catch(void) {
    handle(SIGUSR1, count);
}

static void run_catch(unsigned long n) {
    pid_t self = getpid();

    while (n--) {
        kill(self, SIGUSR1);
    }
}

/* The store is one ARM instruction of 4 bytes: go on after it. */
static void skip(int number, siginfo_t *info, void *context) {
    ucontext_t *user = context;

    (void)number;
    (void)info;
    user->uc_mcontext.arm_pc += 4;
}

static void prepare_prot(void) {
    struct sigaction action = {.sa_sigaction = skip, .sa_flags = SA_SIGINFO};
    void *page = bench_memory(PAGE, 0);

    protected_page = page;
    *protected_page = 1;
    bench_check("mprotect", mprotect(page, PAGE, PROT_READ));
    bench_check("sigaction", sigaction(SIGSEGV, &action, NULL));
}

static void run_prot(unsigned long n) {
    while (n--) {
        __asm__ volatile("str %0, [%0]" : : "r"(protected_page) : "memory");
    }
}

static void end_prot(void) {
    handle(SIGSEGV, SIG_DFL);
    munmap((void *)protected_page, PAGE);
}

static uint64_t spin(void) {
    uint64_t start = bench_now();

    for (unsigned long i = 0; i < SPINS; i++) {
        __asm__ volatile("" ::: "memory");
    }
    return bench_now() - start;
}

static void prepare_itimer(void) {
    handle(SIGALRM, count);
    spin_alone = UINT64_MAX;
    for (int i = 0; i < SPIN_TRIES; i++) {
        uint64_t took = spin();

        spin_alone = took < spin_alone ? took : spin_alone;
    }
}

static void set_itimer(long us) {
    struct itimerval timer = {.it_interval = {0, us}, .it_value = {0, us}};

    bench_check("setitimer", setitimer(ITIMER_REAL, &timer, NULL));
}

/* How much longer the same work takes for each signal that came meanwhile. */
static uint64_t measure_itimer(unsigned long rounds) {
    uint64_t took;

    seen = 0;
    set_itimer(INTERVAL_US);
    took = spin();
    set_itimer(0);
    bench_check("SIGALRM did not come", seen ? 0 : -1);
    return (took - spin_alone) * rounds / seen;
}

const struct bench_op ops_signals[] = {
    {.name = "sig_install", .rounds = 5000, .run = run_install},
    {"sig_catch", 2000, prepare_catch, run_catch, NULL, NULL},
    {"sig_prot", 2000, prepare_prot, run_prot, NULL, end_prot},
    {"itimer_signal", 100, prepare_itimer, NULL, measure_itimer, NULL},
    {.name = NULL},
};
