/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What newlib asks of a system: output goes to the console, the heap is an array,
 * and there is nothing else.
 */
#include <errno.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "hypercall.h"

#define HEAP_SIZE 65536

int _write(int fd, const char *text, int length);
int _read(int fd, char *text, int length);
int _close(int fd);
int _fstat(int fd, struct stat *status);
int _isatty(int fd);
off_t _lseek(int fd, off_t offset, int whence);
void *_sbrk(ptrdiff_t increment);
_Noreturn void _exit(int status);
int _kill(int pid, int number);
int _getpid(void);

int _write(int fd, const char *text, int length) {
    (void)fd;
    console_write(text, (uint32_t)length);
    return length;
}

int _read(int fd, char *text, int length) {
    (void)fd, (void)text, (void)length;
    return 0;
}

int _close(int fd) {
    (void)fd;
    return 0;
}

int _fstat(int fd, struct stat *status) {
    (void)fd;
    status->st_mode = S_IFCHR;
    return 0;
}

int _isatty(int fd) {
    (void)fd;
    return 1;
}

off_t _lseek(int fd, off_t offset, int whence) {
    (void)fd, (void)offset, (void)whence;
    return 0;
}

void *_sbrk(ptrdiff_t increment) {
    static char heap[HEAP_SIZE] __attribute__((aligned(8)));
    static ptrdiff_t used;

    if (used + increment > HEAP_SIZE) {
        errno = ENOMEM;
        return (void *)-1;
    }
    used += increment;
    return heap + used - increment;
}

void _exit(int status) {
    shutdown(status ? SHUTDOWN_crash : SHUTDOWN_poweroff);
}

int _kill(int pid, int number) {
    (void)pid, (void)number;
    _exit(1);
}

int _getpid(void) {
    return 1;
}
