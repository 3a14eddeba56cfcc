/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes: fork, vfork and exec, exit codes, pipes between them, signals and interval timers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int failures;
static volatile sig_atomic_t tick_count;

static void expect(const char *what, int is_true) {
    if (!is_true) {
        printf("abi: processes FAILED (%s)\n", what);
        failures++;
    }
}

static int exit_code(pid_t child) {
    int status;

    return waitpid(child, &status, 0) == child && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static pid_t vfork_and_exec(const char *program) {
    pid_t child = vfork();

    if (child == 0) {
        execlp(program, program, "child", (char *)NULL);
        _exit(1);
    }
    return child;
}

static void test_exit_codes(const char *self) {
    for (int i = 0; i < 50; i++) {
        pid_t child = fork();

        if (child == 0) {
            _exit(i);
        }
        expect("fork", exit_code(child) == i);
        expect("vfork and exec", exit_code(vfork_and_exec(self)) == 42);
    }
}

/* A child sends back each byte changed; the parent checks. */
static void test_pipes(void) {
    int there[2];
    int back[2];
    unsigned char buffer[512];
    ssize_t size;
    pid_t child;

    expect("pipe", pipe(there) == 0 && pipe(back) == 0);
    child = fork();
    if (child == 0) {
        close(there[1]);
        while ((size = read(there[0], buffer, sizeof(buffer))) > 0) {
            for (ssize_t i = 0; i < size; i++) {
                buffer[i] ^= 0x5a;
            }
            expect("write", write(back[1], buffer, (size_t)size) == size);
        }
        _exit(failures);
    }
    for (int round = 0; round < 200; round++) {
        memset(buffer, round, sizeof(buffer));
        expect("write", write(there[1], buffer, sizeof(buffer)) == sizeof(buffer));
        for (size_t got = 0; got < sizeof(buffer); got += (size_t)size) {
            struct pollfd ready = {.fd = back[0], .events = POLLIN};

            expect("poll", poll(&ready, 1, 10000) == 1);
            size = read(back[0], buffer + got, sizeof(buffer) - got);
            if (size <= 0) {
                expect("read", 0);
                break;
            }
        }
        expect("contents", buffer[0] == (unsigned char)(round ^ 0x5a) && buffer[511] == buffer[0]);
    }
    close(there[1]);
    expect("the other end", exit_code(child) == 0);
}

static void on_alarm(int number) {
    (void)number;
    tick_count++;
}

static void test_timers(void) {
    struct sigaction action = {.sa_handler = on_alarm};
    struct itimerval every = {{0, 5000}, {0, 5000}};
    struct itimerval never = {{0, 0}, {0, 0}};
    struct timespec rest = {0, 100 * 1000 * 1000};
    struct timespec before;
    struct timespec after;
    int64_t elapsed;

    sigaction(SIGALRM, &action, NULL);
    clock_gettime(CLOCK_MONOTONIC, &before);
    setitimer(ITIMER_REAL, &every, NULL);
    while (nanosleep(&rest, &rest) != 0) {
        expect("nanosleep", errno == EINTR);
    }
    setitimer(ITIMER_REAL, &never, NULL);
    clock_gettime(CLOCK_MONOTONIC, &after);
    elapsed = (after.tv_sec - before.tv_sec) * 1000000000ll + (after.tv_nsec - before.tv_nsec);
    expect("time passes as it sleeps", elapsed >= 100000000 && elapsed < 2000000000);
    expect("the timer rings", tick_count >= 10 && tick_count <= elapsed / 5000000 + 1);
}

int main(int argc, char **argv) {
    if (argc > 1 && strcmp(argv[1], "child") == 0) {
        return 42;
    }
    test_exit_codes(argv[0]);
    test_pipes();
    test_timers();
    if (failures == 0) {
        puts("abi: processes ok");
    }
    return failures != 0;
}
