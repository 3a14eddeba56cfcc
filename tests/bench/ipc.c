/* SPDX-License-Identifier: GPL-2.0-only */
/* Round trips of one byte between two processes, and the bandwidth of a pipe. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define CHUNK 65536

/* What the measuring process and its helper write to and read from. */
static int to_helper[2], from_helper[2];
static int helper;
static char buffer[CHUNK];

static void echo(void) {
    char c;

    while (read(to_helper[0], &c, 1) == 1 && write(from_helper[1], &c, 1) == 1) {
    }
}

static void start_pipe(void) {
    bench_check("pipe", pipe(to_helper));
    bench_check("pipe", pipe(from_helper));
    helper = bench_helper(echo);
}

/* Both directions of one connection: [0] is read, [1] is written, on each side its own end. */
static void start_connected(int ours, int theirs) {
    to_helper[1] = from_helper[0] = ours;
    to_helper[0] = from_helper[1] = theirs;
    helper = bench_helper(echo);
}

static void start_unix(void) {
    int ends[2];

    bench_check("socketpair", socketpair(AF_UNIX, SOCK_STREAM, 0, ends));
    start_connected(ends[0], ends[1]);
}

static void no_delay(int fd) {
    int on = 1;

    bench_check("TCP_NODELAY", setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)));
}

static void start_tcp(void) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = (int)bench_check("socket", socket(AF_INET, SOCK_STREAM, 0));
    int ours = (int)bench_check("socket", socket(AF_INET, SOCK_STREAM, 0));
    int theirs;

    bench_check("bind", bind(listener, (struct sockaddr *)&address, length));
    bench_check("listen", listen(listener, 1));
    bench_check("getsockname", getsockname(listener, (struct sockaddr *)&address, &length));
    bench_check("connect", connect(ours, (struct sockaddr *)&address, length));
    theirs = (int)bench_check("accept", accept(listener, NULL, NULL));
    no_delay(ours);
    no_delay(theirs);
    close(listener);
    start_connected(ours, theirs);
}

static void run_round_trips(unsigned long n) {
    char c = 'x';

    while (n--) {
        bench_check("write", write(to_helper[1], &c, 1));
        bench_check("read", read(from_helper[0], &c, 1) - 1);
    }
}

static void end_helper(void) {
    bench_helper_end(helper);
    for (int i = 0; i < 2; i++) {
        close(to_helper[i]);
        close(from_helper[i]);
    }
}

static void swallow(void) {
    while (read(to_helper[0], buffer, CHUNK) > 0) {
    }
}

static void start_swallowing(void) {
    bench_check("pipe", pipe(to_helper));
    bench_check("pipe", pipe(from_helper));
    helper = bench_helper(swallow);
}

static void run_bandwidth(unsigned long n) {
    while (n--) {
        bench_check("write", write(to_helper[1], buffer, CHUNK));
    }
}

/* Of unix so few that a batch is over before Linux's scheduler changes its mind about who goes
 * first. */
const struct bench_op ops_ipc[] = {
    {"pipe", 500, start_pipe, run_round_trips, NULL, end_helper},
    {"unix", 60, start_unix, run_round_trips, NULL, end_helper},
    {"tcp", 100, start_tcp, run_round_trips, NULL, end_helper},
    {"bw_pipe_64k", 16, start_swallowing, run_bandwidth, NULL, end_helper},
    {.name = NULL},
};
