/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The benchmark as the first process (rdinit=/bin/bench): what else would be set up by a shell
 * script, so that the way to userland is the kernel's alone.
 */
#include <fcntl.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

static void mount_at(const char *type, const char *where) {
    mkdir(where, 0755);
    bench_check(where, mount(type, where, type, 0, NULL));
}

static void open_console(void) {
    int fd = open("/dev/console", O_RDWR);

    for (int i = 0; fd >= 0 && i < 3; i++) {
        dup2(fd, i);
    }
}

static void loopback_up(void) {
    int fd = (int)bench_check("socket", socket(AF_INET, SOCK_DGRAM, 0));
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};

    bench_check("interface lo", ioctl(fd, SIOCSIFFLAGS, &request));
    close(fd);
}

void start_as_init(void) {
    mkdir("/dev", 0755);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    open_console();
    mount_at("proc", "/proc");
    mount_at("tmpfs", "/tmp");
    chdir("/tmp");
    loopback_up();
}

const char *start_option(const char *name) {
    static char line[1024];
    char key[32];
    char *value;
    int fd = open("/proc/cmdline", O_RDONLY);
    ssize_t got = read(fd, line, sizeof(line) - 1);

    close(fd);
    line[got > 0 ? got : 0] = '\0';
    snprintf(key, sizeof(key), "bench.%s=", name);
    value = strstr(line, key);
    if (!value) {
        return NULL;
    }
    value += strlen(key);
    return strndup(value, strcspn(value, " \n"));
}

/* A board that cannot switch itself off is reset, which ends QEMU (-no-reboot). */
void start_end(void) {
    fflush(stdout);
    sync();
    reboot(start_option("end") ? RB_AUTOBOOT : RB_POWER_OFF);
    for (;;) {
        pause();
    }
}
