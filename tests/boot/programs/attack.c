/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Attacks from a user process of a Linux guest.  Each access must end in a signal, the same that a
 * native kernel gives; the process prints a line a probe and exits 0 if all were refused.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static sigjmp_buf recovery;
static volatile sig_atomic_t caught;
static unsigned int failures;

static void on_signal(int number) {
    caught = number;
    siglongjmp(recovery, 1);
}

static void probe_read(uint32_t address) {
    (void)*(volatile uint32_t *)address;
}

static void probe_write(uint32_t address) {
    *(volatile uint32_t *)address = 0xbad;
}

static void probe_byte(uint32_t address) {
    *(volatile uint8_t *)address = 0xbd;
}

/* Unaligned, so that the kernel is asked to fix it up: with the process's rights, not its own. */
static void probe_read_unaligned(uint32_t address) {
    __asm__ volatile("ldr r4, [%0]\n\tldmia %0, {r4, r5}" : : "r"(address + 1) : "r4", "r5");
}

static void probe_write_unaligned(uint32_t address) {
    __asm__ volatile("stmia %0, {r4, r5}" : : "r"(address + 1) : "memory");
}

static void probe_half_unaligned(uint32_t address) {
    __asm__ volatile("strh %0, [%0]" : : "r"(address + 1) : "memory");
}

static void probe_double_unaligned(uint32_t address) {
    __asm__ volatile("ldrd r4, r5, [%0]" : : "r"(address + 1) : "r4", "r5");
}

static void probe_jump(uint32_t address) {
    ((void (*)(void))address)();
}

/* The signal that @probe ends in, 0 if none. */
static int attempt(void (*probe)(uint32_t), uint32_t address) {
    caught = 0;
    if (sigsetjmp(recovery, 1) == 0) {
        probe(address);
    }
    return caught;
}

static void expect(const char *what, void (*probe)(uint32_t), uint32_t address, int wanted) {
    int got = attempt(probe, address);

    if (got != wanted) {
        failures++;
    }
    printf("%s %s %08lx: signal %d%s\n", got == wanted ? "PASS" : "FAIL", what,
           (unsigned long)address, got, got == wanted ? "" : " (unexpected)");
}

/* Kernel text, vmalloc, the vCPU page, the hole, beyond the vectors. */
static void attack_forbidden(void) {
    static const uint32_t address[] = {
        0xc0000000, 0xc0008000, 0xc0100000, 0xc8000000, 0xe0000000, 0xf8000000, 0xfe000000,
        0xfe0ff000, 0xfe100000, 0xff000000, 0xffe00000, 0xfff00000, 0xfffeff00,
    };

    for (unsigned int i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
        expect("read", probe_read, address[i], SIGSEGV);
        expect("write", probe_write, address[i], SIGSEGV);
        expect("write byte", probe_byte, address[i], SIGSEGV);
        expect("jump", probe_jump, address[i], SIGSEGV);
        expect("read unaligned", probe_read_unaligned, address[i], SIGSEGV);
        expect("read double unaligned", probe_double_unaligned, address[i], SIGSEGV);
        expect("write unaligned", probe_write_unaligned, address[i], SIGSEGV);
        expect("write half unaligned", probe_half_unaligned, address[i], SIGSEGV);
    }
}

/* The vector page: user programs read the helpers there, and write nothing. */
static void attack_vectors(void) {
    for (uint32_t address = 0xffff0000; address < 0xffff1000; address += 0x70) {
        expect("write", probe_write, address, SIGSEGV);
    }
    expect("write", probe_write, 0xffff0ff0, SIGSEGV);
    expect("read", probe_read, 0xffff0ff0, 0);
    expect("read", probe_read, 0xffff0ffc, 0);
}

/* A hypercall from user mode is a system call: r12 is nothing to the kernel, r7 decides. */
static long swi_with_r12(uint32_t number) {
    register long r0 __asm__("r0") = 2;
    register long r1 __asm__("r1") = 0;
    register long r7 __asm__("r7") = 20; /* getpid */
    register long r12 __asm__("r12") = (long)number;

    __asm__ volatile("swi 0" : "+r"(r0) : "r"(r1), "r"(r7), "r"(r12) : "memory");
    return r0;
}

static void attack_hypercalls(void) {
    unsigned int wrong = 0;

    for (uint32_t number = 0; number < 64; number++) {
        wrong += swi_with_r12(number) != getpid();
    }
    failures += wrong != 0;
    printf("%s hypercall numbers in r12 mean nothing in a process\n", wrong ? "FAIL" : "PASS");
}

#define INSTRUCTION(name, text)                            \
    static void name(uint32_t address) {                   \
        (void)address;                                     \
        __asm__ volatile(text : : : "r3", "cc", "memory"); \
    }
INSTRUCTION(do_mrc_id, "mrc p15, 0, r3, c0, c0, 0")
INSTRUCTION(do_mcr_dacr, "mvn r3, #0\n\tmcr p15, 0, r3, c3, c0, 0")
INSTRUCTION(do_mcr_ttbr, "mov r3, #0\n\tmcr p15, 0, r3, c2, c0, 0")
INSTRUCTION(do_tlb, "mcr p15, 0, r3, c8, c7, 0")
INSTRUCTION(do_udf, ".inst 0xe7f000f0")
INSTRUCTION(do_hvc, ".inst 0xe1400070")
INSTRUCTION(do_cdp, "cdp p1, 0, c0, c0, c0, 0")
INSTRUCTION(do_bkpt, "bkpt #0")

static void attack_instructions(void) {
    expect("mrc id", do_mrc_id, 0, SIGILL);
    expect("mcr dacr", do_mcr_dacr, 0, SIGILL);
    expect("mcr ttbr", do_mcr_ttbr, 0, SIGILL);
    expect("mcr tlb", do_tlb, 0, SIGILL);
    expect("udf", do_udf, 0, SIGILL);
    expect("hvc", do_hvc, 0, SIGILL);
    expect("cdp", do_cdp, 0, SIGILL);
    /* Without hardware breakpoints the kernel has no handler for debug events. */
    expect("bkpt", do_bkpt, 0, SIGBUS);
}

/* Mapping memory over what is not the process's. */
static void attack_mappings(void) {
    static const uint32_t address[] = {0xc0000000, 0xfe000000, 0xff000000, 0xffff0000};

    for (unsigned int i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
        void *got = mmap((void *)address[i], 4096, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

        failures += got != MAP_FAILED;
        printf("%s mmap %08lx\n", got == MAP_FAILED ? "PASS" : "FAIL", (unsigned long)address[i]);
    }
}

/* System calls with pointers into kernel and hypervisor: -EFAULT. */
static void attack_syscalls(void) {
    static const uint32_t address[] = {0xc0008000, 0xfe000000, 0xff000000, 0xfffffffc};
    int zero = open("/dev/zero", O_RDONLY);

    for (unsigned int i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
        int ok = read(zero, (void *)address[i], 16) < 0 && write(1, (void *)address[i], 16) < 0;

        failures += !ok;
        printf("%s system call with %08lx\n", ok ? "PASS" : "FAIL", (unsigned long)address[i]);
    }
    close(zero);
}

/* The same with single words, of which the kernel tells the rights otherwise than of bytes. */
static void attack_words(void) {
    static const uint32_t address[] = {0xc0008000, 0xc0008001, 0xbffffffd, 0xfe000000, 0xff000000};
    int ends[2];

    failures += pipe(ends) != 0;
    for (unsigned int i = 0; i < sizeof(address) / sizeof(address[0]); i++) {
        int stored = ioctl(ends[0], FIONREAD, address[i]) < 0;
        int stored_two = syscall(SYS_gettimeofday, address[i], NULL) < 0;
        int fetched = ioctl(ends[0], FIONBIO, address[i]) < 0;
        int ok = stored && stored_two && fetched;

        failures += !ok;
        printf("%s words of %08lx: %d %d %d\n", ok ? "PASS" : "FAIL", (unsigned long)address[i],
               stored, stored_two, fetched);
    }
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    static const int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGSYS};

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        signal(signals[i], on_signal);
    }
    attack_forbidden();
    attack_vectors();
    attack_hypercalls();
    attack_instructions();
    attack_mappings();
    attack_syscalls();
    attack_words();
    printf("attack: %u failures\n", failures);
    return failures != 0;
}
