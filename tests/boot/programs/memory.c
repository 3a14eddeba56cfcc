/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory of a process: demand paging, copy-on-write, mprotect, mremap, and faults that arrive as
 * signals with the right address, also for the kernel's and the hypervisor's addresses.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE  4096u
#define PAGES 64u

static sigjmp_buf resume;
static volatile uintptr_t fault_address;
static int failures;

static void expect(const char *what, int is_true) {
    if (!is_true) {
        printf("abi: memory FAILED (%s)\n", what);
        failures++;
    }
}

static void on_fault(int number, siginfo_t *info, void *context) {
    (void)number;
    (void)context;
    fault_address = (uintptr_t)info->si_addr;
    siglongjmp(resume, 1);
}

static int faults_on_read(uintptr_t address) {
    fault_address = 1;
    if (sigsetjmp(resume, 1) == 0) {
        (void)*(volatile char *)address;
        return 0;
    }
    return fault_address == address;
}

static int faults_on_write(uintptr_t address) {
    fault_address = 1;
    if (sigsetjmp(resume, 1) == 0) {
        *(volatile char *)address = 1;
        return 0;
    }
    return fault_address == address;
}

static char *map(unsigned int pages) {
    return mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void test_demand_paging(void) {
    char *area = map(PAGES);
    unsigned int sum = 0;

    for (unsigned int i = 0; i < PAGES; i++) {
        sum += (unsigned int)area[i * PAGE];
        area[i * PAGE + i] = (char)i;
    }
    expect("fresh pages are zero", sum == 0);
    for (unsigned int i = 0; i < PAGES; i++) {
        sum += (unsigned int)area[i * PAGE + i];
    }
    expect("pages keep what is written", sum == PAGES * (PAGES - 1) / 2);
    munmap(area, PAGES * PAGE);
    expect("unmapped memory faults", faults_on_read((uintptr_t)area));
}

static void test_copy_on_write(void) {
    char *area = map(PAGES);
    int status;

    memset(area, 'p', PAGES * PAGE);
    if (fork() == 0) {
        memset(area, 'c', PAGES * PAGE / 2);
        _exit(area[0] == 'c' && area[PAGES * PAGE - 1] == 'p' ? 0 : 1);
    }
    wait(&status);
    expect("the child sees its own copy", status == 0);
    expect("the parent's pages are as before", area[0] == 'p' && area[PAGES * PAGE / 2] == 'p');
    munmap(area, PAGES * PAGE);
}

static void test_protection(void) {
    char *area = map(2);
    uintptr_t second = (uintptr_t)area + PAGE;

    memset(area, 1, 2 * PAGE);
    mprotect(area + PAGE, PAGE, PROT_READ);
    expect("read-only memory is read", !faults_on_read(second));
    expect("read-only memory is not written", faults_on_write(second));
    expect("its neighbour is", !faults_on_write(second - 1));
    mprotect(area + PAGE, PAGE, PROT_NONE);
    expect("protected memory is not read", faults_on_read(second));
    mprotect(area + PAGE, PAGE, PROT_READ | PROT_WRITE);
    expect("and is again", !faults_on_write(second) && area[PAGE + 1] == 1);
    munmap(area, 2 * PAGE);
}

static void test_moving(void) {
    char *area = map(PAGES);
    char *moved;

    for (unsigned int i = 0; i < PAGES; i++) {
        area[i * PAGE] = (char)i;
    }
    moved = mremap(area, PAGES * PAGE, 4 * PAGES * PAGE, MREMAP_MAYMOVE);
    expect("a mapping grows", moved != MAP_FAILED);
    for (unsigned int i = 0; i < PAGES; i++) {
        expect("moved pages keep their contents", moved[i * PAGE] == (char)i);
    }
    munmap(moved, 4 * PAGES * PAGE);
}

static void test_forbidden(void) {
    static const uintptr_t addresses[] = {0,          0xc0008000, 0xdfffffff, 0xfe000000,
                                          0xfe100000, 0xfe800000, 0xffefffff, 0xffff1000};

    for (unsigned int i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
        char what[64];

        snprintf(what, sizeof(what), "%#x is not the process's to touch",
                 (unsigned int)addresses[i]);
        expect(what, faults_on_read(addresses[i]) && faults_on_write(addresses[i]));
    }
    expect("the helper page is read", !faults_on_read(0xffff0ffc));
    expect("the helper page is not written", faults_on_write(0xffff0ffc));
}

int main(void) {
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO};

    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGBUS, &action, NULL);
    test_demand_paging();
    test_copy_on_write();
    test_protection();
    test_moving();
    test_forbidden();
    if (failures == 0) {
        puts("abi: memory ok");
    }
    return failures != 0;
}
