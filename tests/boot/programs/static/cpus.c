/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Several CPUs of one Linux, a thread bound to each: what the kernel says of where they run, the
 * user helpers' compare and exchange, futexes from CPU to CPU, and many pipes at once.  A line
 * "cpus: <name> ok" for each.  usage: cpus [<rounds> [<name>, that one alone]]
 */
#define _GNU_SOURCE
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CPUS_MAX 8u

/* kernel_user_helpers.rst */
typedef int cmpxchg_fn(uint32_t old, uint32_t new, volatile uint32_t *word);
typedef int cmpxchg64_fn(const uint64_t *old, const uint64_t *new, volatile uint64_t *word);
#define KUSER_CMPXCHG   ((cmpxchg_fn *)0xffff0fc0)
#define KUSER_CMPXCHG64 ((cmpxchg64_fn *)0xffff0f60)
#define KUSER_BARRIER   ((void (*)(void))0xffff0fa0)

typedef bool part_fn(unsigned int id);

static unsigned int cpus, rounds;
static part_fn *part;

static bool bind_to(unsigned int cpu) {
    cpu_set_t set;

    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    return sched_setaffinity(0, sizeof(set), &set) == 0;
}

static void *begin(void *argument) {
    unsigned int id = (unsigned int)(uintptr_t)argument;

    return (void *)(uintptr_t)(bind_to(id) && part(id));
}

/* Does it on all CPUs at once, and says whether all were content. */
static bool on_all(part_fn *what) {
    pthread_t threads[CPUS_MAX];
    bool is_right = true;

    part = what;
    for (uintptr_t id = 0; id < cpus; id++) {
        if (pthread_create(&threads[id], NULL, begin, (void *)id) != 0) {
            exit(2);
        }
    }
    for (unsigned int id = 0; id < cpus; id++) {
        void *result;

        pthread_join(threads[id], &result);
        is_right = is_right && result;
    }
    return is_right;
}

/* ---- Where a thread runs ---- */

static bool stay(unsigned int id) {
    for (unsigned int i = 0; i < rounds; i++) {
        if (sched_getcpu() != (int)id) {
            return false;
        }
        sched_yield();
    }
    return true;
}

static bool move_around(void) {
    for (unsigned int i = 0; i < rounds; i++) {
        if (!bind_to(i % cpus) || sched_getcpu() != (int)(i % cpus)) {
            return false;
        }
    }
    return true;
}

/* ---- The user helpers ---- */

static volatile uint32_t word;
static volatile uint64_t pair __attribute__((aligned(8)));

static bool add_by_helpers(unsigned int id) {
    (void)id;
    for (unsigned int i = 0; i < 20 * rounds; i++) {
        uint32_t old;
        uint64_t old_pair, new_pair;

        do {
            old = word;
        } while (KUSER_CMPXCHG(old, old + 1, &word) != 0);
        do {
            old_pair = pair;
            new_pair = old_pair + 0x100000001;
        } while (KUSER_CMPXCHG64(&old_pair, &new_pair, &pair) != 0);
    }
    return true;
}

static bool helpers_lose_nothing(void) {
    uint64_t all = 20ull * rounds * cpus;

    return on_all(add_by_helpers) && word == all && pair == (all << 32 | all);
}

/* ---- Futexes: a word goes round, from each CPU to the next ---- */

static volatile uint32_t turn;

static void futex(int operation, uint32_t value) {
    syscall(SYS_futex, &turn, operation, value, NULL, NULL, 0);
}

static bool pass_on(unsigned int id) {
    for (unsigned int i = 0; i < rounds; i++) {
        uint32_t seen = turn;

        while (seen != i * cpus + id) {
            futex(FUTEX_WAIT_PRIVATE, seen);
            seen = turn;
        }
        KUSER_BARRIER();
        turn = seen + 1;
        futex(FUTEX_WAKE_PRIVATE, CPUS_MAX);
    }
    return true;
}

static bool futexes_go_round(void) {
    return on_all(pass_on) && turn == rounds * cpus;
}

/* ---- Pipes: as hackbench, each of some processes writes to each of others ---- */

#define PROCESSES 5u

static void child_writes(const int ends[PROCESSES][2]) {
    for (unsigned int i = 0; i < rounds; i++) {
        for (unsigned int to = 0; to < PROCESSES; to++) {
            uint32_t message[25] = {[0] = i, [24] = ~i};

            if (write(ends[to][1], message, sizeof(message)) != (ssize_t)sizeof(message)) {
                _exit(1);
            }
        }
    }
    _exit(0);
}

static void child_reads(int end) {
    uint64_t sum = 0;

    for (unsigned int i = 0; i < rounds * PROCESSES; i++) {
        uint32_t message[25];

        /* A write of less than PIPE_BUF bytes is not divided. */
        if (read(end, message, sizeof(message)) != (ssize_t)sizeof(message) ||
            message[24] != ~message[0]) {
            _exit(1);
        }
        sum += message[0];
    }
    _exit(sum == (uint64_t)PROCESSES * rounds * (rounds - 1) / 2 ? 0 : 1);
}

static bool pipes_carry_all(void) {
    int ends[PROCESSES][2];
    bool is_right = true;
    int status;

    for (unsigned int i = 0; i < PROCESSES; i++) {
        if (pipe(ends[i]) != 0) {
            return false;
        }
    }
    for (unsigned int i = 0; i < PROCESSES; i++) {
        if (fork() == 0) {
            child_reads(ends[i][0]);
        }
        if (fork() == 0) {
            child_writes(ends);
        }
    }
    while (wait(&status) > 0) {
        is_right = is_right && status == 0;
    }
    return is_right;
}

static bool stay_on_all(void) {
    return on_all(stay);
}

int main(int argc, char **argv) {
    static const struct {
        const char *name;
        bool (*fn)(void);
    } parts[] = {{"pipes", pipes_carry_all},
                 {"bound", stay_on_all},
                 {"moved", move_around},
                 {"helpers", helpers_lose_nothing},
                 {"futexes", futexes_go_round}};
    bool is_right = true;

    cpus = (unsigned int)sysconf(_SC_NPROCESSORS_ONLN);
    rounds = argc > 1 ? (unsigned int)strtoul(argv[1], NULL, 10) : 1000;
    if (cpus > CPUS_MAX || rounds == 0) {
        return 2;
    }
    for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (argc > 2 && strcmp(argv[2], parts[i].name) != 0) {
            continue;
        }
        bool is_done = parts[i].fn();

        printf("cpus: %s %s\n", parts[i].name, is_done ? "ok" : "FAILED");
        is_right = is_right && is_done;
    }
    return is_right ? 0 : 1;
}
