/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * usage: frames <address>...
 *
 * A process maps machine memory that its domain has not, at those addresses and beyond 4 GiB, and a
 * page of the domain's own that is given back to the hypervisor meanwhile: by /dev/mem and by a
 * driver (tests/boot/module/frames.c).  It gets an error or a signal, never more.  A line a probe;
 * exits 0 if all was refused.
 */
#define _GNU_SOURCE
#define _FILE_OFFSET_BITS 64
#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE    4096u
#define COLOURS (4 * PAGE) /* SHMLBA of Linux */
#define GIVE    "/sys/module/frames/parameters/give"
#define OWN     "/sys/module/frames/parameters/page"

static sigjmp_buf recovery;
static volatile sig_atomic_t caught;
static unsigned int failures;
static int mem, now, fault;

static void on_signal(int number) {
    caught = number;
    siglongjmp(recovery, 1);
}

static void expect(bool good, const char *what, uint64_t address) {
    failures += !good;
    printf("%s %s %llx (signal %d, %s)\n", good ? "PASS" : "FAIL", what,
           (unsigned long long)address, (int)caught, strerror(errno));
}

/* The signal that a read of @at ends in, 0 if none. */
static int read_signal(volatile uint32_t *at) {
    caught = 0;
    if (sigsetjmp(recovery, 1) == 0) {
        (void)*at;
    }
    return caught;
}

static int write_signal(volatile uint32_t *at) {
    caught = 0;
    if (sigsetjmp(recovery, 1) == 0) {
        *at = 0xbad;
    }
    return caught;
}

static void *map(int file, int protection, uint64_t address) {
    return mmap(NULL, PAGE, protection, MAP_SHARED, file, (off_t)address);
}

/* A child process that touches the mapping ends by the same signal. */
static int child_signal(volatile uint32_t *at) {
    pid_t child = fork();
    int status = 0;

    if (child == 0) {
        signal(SIGBUS, SIG_DFL);
        signal(SIGSEGV, SIG_DFL);
        (void)*at;
        _exit(0);
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? WTERMSIG(status) : 0;
}

/* System calls on memory that is mapped but not there: the kernel's own accesses fail. */
static bool system_calls_fail(void *at) {
    int ends[2];
    bool failed;

    if (pipe(ends) != 0) {
        return false;
    }
    failed = write(ends[1], at, 16) < 0 && errno == EFAULT &&
             syscall(SYS_futex, at, FUTEX_WAKE_OP, 1, 1, at, FUTEX_OP(FUTEX_OP_SET, 1, 0, 0)) < 0 &&
             errno == EFAULT;
    close(ends[0]);
    close(ends[1]);
    return failed;
}

/* Free addresses where a shared page at @at may be moved to: of the same colour in an aliasing
 * cache. */
static void *place_for(char *at) {
    char *free = mmap(NULL, 2 * COLOURS, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    return free + ((at - free) & (COLOURS - 1));
}

/* All that can be done with a mapping of what is not there. */
static void expect_hole(volatile uint32_t *at, uint64_t address) {
    void *elsewhere;

    expect(read_signal(at) == SIGBUS, "read", address);
    expect(write_signal(at) == SIGBUS, "write", address);
    expect(child_signal(at) == SIGBUS, "read in a child", address);
    expect(system_calls_fail((void *)at), "system calls", address);
    expect(mprotect((void *)at, PAGE, PROT_READ) == 0 && read_signal(at) == SIGBUS,
           "mprotect, then read", address);
    elsewhere =
        mremap((void *)at, PAGE, PAGE, MREMAP_MAYMOVE | MREMAP_FIXED, place_for((void *)at));
    expect(elsewhere != MAP_FAILED && read_signal(elsewhere) == SIGBUS, "mremap, then read",
           address);
    munmap(elsewhere, PAGE);
}

static void map_foreign(uint64_t address) {
    uint32_t word = 0;

    expect(map(mem, PROT_READ | PROT_WRITE, address) == MAP_FAILED, "/dev/mem, mmap", address);
    expect(map(mem, PROT_READ, address) == MAP_FAILED, "/dev/mem, mmap to read", address);
    expect(mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, mem, (off_t)address) == MAP_FAILED,
           "/dev/mem, private mmap", address);
    expect(pread(mem, &word, sizeof(word), (off_t)address) <= 0, "/dev/mem, read", address);
    expect(pwrite(mem, &word, sizeof(word), (off_t)address) < 0, "/dev/mem, write", address);
    expect(map(now, PROT_READ | PROT_WRITE, address) == MAP_FAILED, "driver's mmap", address);
}

static void touch_foreign(uint64_t address) {
    volatile uint32_t *at = map(fault, PROT_READ | PROT_WRITE, address);

    expect(at != MAP_FAILED, "driver's mapping to be filled", address);
    if (at != MAP_FAILED) {
        expect_hole(at, address);
    }
}

static uint64_t own_page(void) {
    FILE *file = fopen(OWN, "r");
    unsigned long address = 0;

    if (!file || fscanf(file, "%lu", &address) != 1) {
        printf("FAIL no page of our own\n");
        exit(1);
    }
    fclose(file);
    return address;
}

static void give_back(void) {
    int file = open(GIVE, O_WRONLY);

    expect(file >= 0 && write(file, "1", 1) == 1, "page given back", 0);
    close(file);
}

/* Mapped while it was ours; the entries go with the frame, and no other may come in their place. */
static void lose_own(void) {
    uint64_t address = own_page();
    int files[] = {mem, now, fault};
    volatile uint32_t *at[3];

    for (unsigned int i = 0; i < 3; i++) {
        at[i] = map(files[i], PROT_READ | PROT_WRITE, address);
        expect(at[i] != MAP_FAILED && write_signal(at[i]) == 0, "our own page", address);
    }
    give_back();
    for (unsigned int i = 0; i < 3; i++) {
        if (at[i] != MAP_FAILED) {
            expect_hole(at[i], address);
        }
    }
    map_foreign(address);
}

int main(int count, char **arguments) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    signal(SIGBUS, on_signal);
    signal(SIGSEGV, on_signal);
    mem = open("/dev/mem", O_RDWR);
    now = open("/dev/frames-now", O_RDWR);
    fault = open("/dev/frames-fault", O_RDWR);
    for (int i = 1; i < count; i++) {
        uint64_t address = strtoull(arguments[i], NULL, 0);

        map_foreign(address);
        touch_foreign(address);
    }
    map_foreign(0x100000000ull);
    map_foreign(0x4001e2000ull);
    lose_own();
    printf("frames: %u failures\n", failures);
    return failures != 0;
}
