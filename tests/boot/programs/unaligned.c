/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What unaligned accesses do in the modes 2 to 5 of /proc/cpu/alignment: the value, or the signal,
 * of each kind at each offset; what the kernel counted and said, its own accesses to a process's
 * memory among it; and a jump to where no ARM instruction can be.  Says nothing of what is right: a
 * guest prints what the same kernel prints natively.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/klog.h>
#include <unistd.h>

#define CONTROL "/proc/cpu/alignment"
#define COUNTS  7u /* how many lines there are before that of the mode */
#define SIZE    64u

static uint8_t bytes[SIZE] __attribute__((aligned(8)));
static sigjmp_buf recovery;
static volatile int caught, code;
static volatile uintptr_t where;

static void on_signal(int number, siginfo_t *info, void *context) {
    (void)context;
    caught = number;
    code = info->si_code;
    where = (uintptr_t)info->si_addr;
    siglongjmp(recovery, 1);
}

/* One access: @value is what is stored, or comes out of what is loaded. */
#define LOAD(name, text)                                                                  \
    static uint32_t name(uint8_t *at, uint32_t value) {                                   \
        register uint32_t first __asm__("r4") = value;                                    \
        register uint32_t second __asm__("r5") = 0;                                       \
        __asm__ volatile(text : "+r"(first), "+r"(second), "+r"(at) : "r"(4) : "memory"); \
        return first + 0x1001 * second + 0x10000000 * ((uintptr_t)at & 7);                \
    }
LOAD(ldr, "ldr %0, [%2]")
LOAD(ldr_after, "ldr %0, [%2], #4")
LOAD(ldr_register, "ldr %0, [%2, %3, lsl #1]")
LOAD(ldr_translated, "ldrt %0, [%2]")
LOAD(ldrh, "ldrh %0, [%2]")
LOAD(ldrsh, "ldrsh %0, [%2]")
LOAD(ldrh_before, "ldrh %0, [%2, #2]!")
LOAD(ldrd, "ldrd %0, %1, [%2]")
LOAD(ldm, "ldmia %2, {r4, r5}")
LOAD(ldm_back, "ldmdb %2!, {r4, r5}")
LOAD(str, "str %0, [%2]")
LOAD(str_before, "str %0, [%2, #4]!")
LOAD(strh, "strh %0, [%2]")
LOAD(strd, "strd %0, %1, [%2]")
LOAD(stm, "stmia %2, {r4, r5}")
LOAD(stm_after, "stmia %2!, {r4, r5}")
LOAD(vldr, ".fpu vfp\n\tfldd d0, [%2]\n\tfmrrd %0, %1, d0")
LOAD(vstr, ".fpu vfp\n\tfmdrr d0, %0, %1\n\tfstd d0, [%2]")
__attribute__((target("thumb"))) LOAD(thumb_ldr, "ldr %0, [%2]") __attribute__((target("thumb")))
LOAD(thumb_strh, "strh %0, [%2]") __attribute__((target("thumb")))
LOAD(thumb_stm, "stmia %2!, {r4, r5}")

    static const struct {
    const char *name;
    uint32_t (*access)(uint8_t *at, uint32_t value);
} accesses[] = {
#define ACCESS(name) \
    { #name, name }
    ACCESS(ldr),       ACCESS(ldr_after), ACCESS(ldr_register), ACCESS(ldr_translated),
    ACCESS(ldrh),      ACCESS(ldrsh),     ACCESS(ldrh_before),  ACCESS(ldrd),
    ACCESS(ldm),       ACCESS(ldm_back),  ACCESS(str),          ACCESS(str_before),
    ACCESS(strh),      ACCESS(strd),      ACCESS(stm),          ACCESS(stm_after),
    ACCESS(vldr),      ACCESS(vstr),      ACCESS(thumb_ldr),    ACCESS(thumb_strh),
    ACCESS(thumb_stm),
};

static void fill(void) {
    for (unsigned int i = 0; i < SIZE; i++) {
        bytes[i] = (uint8_t)(i * 29 + 131);
    }
}

static uint32_t sum(void) {
    uint32_t all = 0;

    for (unsigned int i = 0; i < SIZE; i++) {
        all = all * 31 + bytes[i];
    }
    return all;
}

static uint32_t digest(uint32_t all, uint32_t more) {
    return all * 0x1000193u + more;
}

/* Adds what came of one access to @all; returns '.', or the signal's number. */
static char try_access(unsigned int index, unsigned int offset, uint32_t *all) {
    uint8_t *at = bytes + 16 + offset;

    fill();
    if (sigsetjmp(recovery, 1) == 0) {
        uint32_t value = accesses[index].access(at, 0x12348765);

        *all = digest(digest(*all, value), sum());
        return '.';
    }
    *all = digest(digest(digest(*all, code), where - (uintptr_t)at), sum());
    return (char)('0' + caught % 10);
}

/* A short line for all offsets: which signals, and a digest of values, memory and addresses. */
static void try_offsets(char mode, unsigned int index) {
    char ends[9] = "";
    uint32_t all = 0;

    for (unsigned int offset = 0; offset < 8; offset++) {
        ends[offset] = try_access(index, offset, &all);
    }
    printf("unaligned: %c-%s %s %08lx\n", mode, accesses[index].name, ends, (unsigned long)all);
}

static unsigned long counts[COUNTS];

/* Reads the lines "name: value" of /proc/cpu/alignment; prints what each has grown by, if @mode is
 * not 0. */
static void print_counts(char mode) {
    FILE *file = fopen(CONTROL, "r");
    char line[80], name[16];
    unsigned long value;

    for (unsigned int i = 0; file && i < COUNTS && fgets(line, sizeof(line), file); i++) {
        if (sscanf(line, "%15[^:]: %lu", name, &value) == 2 && mode) {
            printf("unaligned: %c-%s-faults %lu\n", mode, name, value - counts[i]);
        }
        counts[i] = value;
    }
    if (file) {
        fclose(file);
    }
}

/* The kernel stores and fetches a word: at an odd address, and at one where nothing is. */
static void kernel_accesses(char mode) {
    int ends[2], on = 0;

    if (pipe(ends) != 0 || write(ends[1], "seven b", 7) != 7) {
        return;
    }
    fill();
    printf("unaligned: %c-kernel %d", mode, ioctl(ends[0], FIONREAD, bytes + 17));
    memcpy(&on, bytes + 17, sizeof(on));
    printf(" %d", on);
    on = ioctl(ends[0], FIONBIO, bytes + 17);
    printf(" %d %x", on, (unsigned int)fcntl(ends[0], F_GETFL));
    on = ioctl(ends[0], FIONREAD, 1);
    printf(" %d %d\n", on, errno);
    close(ends[0]);
    close(ends[1]);
}

static void set_mode(char mode) {
    int file = open(CONTROL, O_WRONLY);

    (void)!write(file, &mode, 1);
    close(file);
}

/* Lines of the kernel's log that begin as its warnings do. */
static void print_messages(void) {
    static char log[1 << 18];
    int length = klogctl(3, log, sizeof(log) - 1);
    unsigned int count = 0;

    for (char *at = log; length > 0 && (at = strstr(at, "Alignment trap: unaligned")); at++) {
        count++;
    }
    printf("unaligned: messages %u\n", count);
}

static __attribute__((noinline)) int landing(void) {
    __asm__ volatile("");
    return 42;
}

/* To where no ARM instruction can begin. */
static void try_jump(void) {
    int (*volatile misaligned)(void) = (int (*)(void))((uintptr_t)landing + 2);

    if (sigsetjmp(recovery, 1) == 0) {
        printf("unaligned: jump came back with %d\n", misaligned());
    } else {
        printf("unaligned: jump signal %d, code %d, at %+d\n", caught, code,
               (int)(where - (uintptr_t)landing));
    }
}

int main(void) {
    struct sigaction action = {.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO};

    sigaction(SIGBUS, &action, NULL);
    sigaction(SIGSEGV, &action, NULL);
    sigaction(SIGILL, &action, NULL);
    print_counts(0);
    for (char mode = '2'; mode <= '5'; mode++) {
        set_mode(mode);
        for (unsigned int i = 0; i < sizeof(accesses) / sizeof(accesses[0]); i++) {
            try_offsets(mode, i);
        }
        kernel_accesses(mode);
        print_counts(mode);
    }
    set_mode('2');
    print_messages();
    try_jump();
    return 0;
}
