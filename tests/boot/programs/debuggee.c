/* SPDX-License-Identifier: GPL-2.0-only */
/* What the debugger is tried on: a known call chain, a watched variable, and a fault at its end. */
#include <stdio.h>

int watched;
int *volatile nowhere;

void checkpoint(int value);
void crash_here(void);

__attribute__((noinline)) void checkpoint(int value) {
    watched = value * 3;
    printf("debuggee: %d\n", watched);
    fflush(stdout);
}

__attribute__((noinline)) void crash_here(void) {
    *nowhere = watched;
}

int main(void) {
    for (int i = 1; i <= 3; i++) {
        checkpoint(i);
    }
    crash_here();
    return 0;
}
