/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads: each sees its own thread-local variable (the TLS word that the kernel switches), mutexes
 * and condition variables (futexes) work, atomics (the kuser helper on ARMv5) lose no update.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>

#define THREADS 4
#define ROUNDS  2000

static __thread unsigned int own;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t all_there = PTHREAD_COND_INITIALIZER;
static unsigned int there;
static unsigned int locked_sum;
static atomic_uint atomic_sum;

static void wait_for_all(void) {
    pthread_mutex_lock(&lock);
    there++;
    pthread_cond_broadcast(&all_there);
    while (there < THREADS) {
        pthread_cond_wait(&all_there, &lock);
    }
    pthread_mutex_unlock(&lock);
}

static void *run(void *argument) {
    unsigned int id = (unsigned int)(uintptr_t)argument;

    own = id * ROUNDS;
    wait_for_all();
    for (unsigned int i = 0; i < ROUNDS; i++) {
        own++;
        atomic_fetch_add(&atomic_sum, 1);
        pthread_mutex_lock(&lock);
        locked_sum++;
        pthread_mutex_unlock(&lock);
        if (i % 16 == 0) {
            sched_yield();
        }
    }
    return (void *)(uintptr_t)(own == (id + 1) * ROUNDS);
}

int main(void) {
    pthread_t threads[THREADS];
    unsigned int own_right = 0;

    for (uintptr_t i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, run, (void *)i) != 0) {
            puts("abi: threads FAILED (no thread)");
            return 1;
        }
    }
    for (unsigned int i = 0; i < THREADS; i++) {
        void *right;

        pthread_join(threads[i], &right);
        own_right += right != NULL;
    }
    if (own_right != THREADS || locked_sum != THREADS * ROUNDS || atomic_sum != THREADS * ROUNDS) {
        printf("abi: threads FAILED (%u %u %u)\n", own_right, locked_sum, atomic_sum);
        return 1;
    }
    puts("abi: threads ok");
    return 0;
}
