/* SPDX-License-Identifier: GPL-2.0-only */
/* sysctl: what a toolstack is told about the machine and its domains, in pieces where it is long.
 */
/* links: core/hypercall */
#include <arch/fake.h>
#include <arch/fake_mm.h>
#include <string.h>

#include "core/base/percpu.h"
#include "core/base/printk.h"
#include "core/console/console_keys.h"
#include "core/hypercall/hypercall_table.h"
#include "core/mm/page.h"
#include "core/sched/sched_edf.h"
#include "core/time/clock.h"
#include "support_cmocka.h"
#include "support_domain.h"
#include "support_mm.h"

#define AT   0u     /* of the structure in guest memory */
#define ELSE 0x400u /* of what it points to */

static struct domain *dom0, *domu;
static struct xen_sysctl op; /* the caller's copy: in and out */
static unsigned int again_count;

static int power_on(void **state) {
    (void)state;
    mm_setup();
    clock_init();
    dom0 = mm_domain(0, 2);
    domu = mm_domain(1, 2);
    support_run(dom0->vcpu[0]);
    memset(fake_guest, 0, sizeof(fake_guest));
    this_cpu()->work = 0;
    fake_board.pending[FAKE_UART_IRQ] = false;
    return 0;
}

static void begin(uint32_t cmd) {
    memset(&op, 0, sizeof(op));
    op.cmd = cmd;
    op.interface_version = XEN_SYSCTL_INTERFACE_VERSION;
}

static int32_t call_by(struct domain *d) {
    uint32_t args[HYPERCALL_ARGS] = {fake_put(AT, &op, sizeof(op)).v};
    int32_t result;

    again_count = 0;
    while ((result = hypercall_table[__HYPERVISOR_sysctl](d->vcpu[0], args)) == HYPERCALL_AGAIN) {
        assert_true(++again_count < 10000);
    }
    memcpy(&op, fake_guest + AT, sizeof(op));
    return result;
}

static int32_t call(void) {
    return call_by(dom0);
}

/* An interrupt waits all the time: each step is one by itself. */
static void hurry(void) {
    fake_board.pending[FAKE_UART_IRQ] = true;
    fake_board.masked[FAKE_UART_IRQ] = false;
}

static void a_domu_learns_nothing(void **state) {
    uint32_t args[HYPERCALL_ARGS] = {4};

    (void)state;
    for (uint32_t cmd = 0; cmd < 40; cmd++) {
        begin(cmd);
        op.interface_version += cmd & 1;
        assert_int_equal(call_by(domu), -XEN_EPERM);
    }
    assert_int_equal(hypercall_table[__HYPERVISOR_sysctl](domu->vcpu[0], args), -XEN_EPERM);
    assert_int_equal(hypercall_table[__HYPERVISOR_sysctl](dom0->vcpu[0], args), -XEN_EFAULT);
}

static void wrong_calls_are_refused(void **state) {
    (void)state;
    begin(XEN_SYSCTL_physinfo);
    op.interface_version--;
    assert_int_equal(call(), -XEN_EACCES);
    begin(0);
    assert_int_equal(call(), -XEN_ENOSYS);
    begin(XEN_SYSCTL_tbuf_op);
    assert_int_equal(call(), -XEN_ENOSYS);
    begin(~0u);
    assert_int_equal(call(), -XEN_ENOSYS);
}

static void the_machine_is_described(void **state) {
    const struct xen_sysctl_physinfo *p = &op.u.physinfo;

    (void)state;
    begin(XEN_SYSCTL_physinfo);
    memset(&op.u, 0xff, sizeof(op.u));
    assert_int_equal(call(), 0);
    assert_int_equal(p->nr_cpus, ARCH_CPU_MAX);
    assert_int_equal(p->max_cpu_id, ARCH_CPU_MAX - 1);
    assert_int_equal(p->nr_nodes, 1);
    assert_int_equal(p->max_node_id, 0);
    assert_int_equal(p->threads_per_core * p->cores_per_socket, ARCH_CPU_MAX);
    assert_int_equal(p->capabilities, XEN_SYSCTL_PHYSCAP_hvm | XEN_SYSCTL_PHYSCAP_hap |
                                          XEN_SYSCTL_PHYSCAP_gnttab_v1);
    assert_int_equal(p->cpu_khz, FAKE_HZ / 1000);
    assert_int_equal(p->total_pages, FAKE_RAM_MIB * FRAMES_PER_MIB);
    assert_int_equal(p->free_pages, (FAKE_RAM_MIB - 4) * FRAMES_PER_MIB);
    assert_int_equal(p->scrub_pages, 0);
    assert_int_equal(p->max_mfn, (FAKE_RAM_PA >> 12) + FAKE_RAM_MIB * FRAMES_PER_MIB - 1);
    assert_int_equal(p->hw_cap[7], 0);
    begin(XEN_SYSCTL_availheap);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.availheap.avail_bytes, (FAKE_RAM_MIB - 4) * MIB);
    op.u.availheap.node = 1;
    assert_int_equal(call(), -XEN_EINVAL);
}

/* Frames that wait to be scrubbed are free for who is patient, and are told apart. */
static void dirty_frames_count_as_free(void **state) {
    mfn_t m = page_alloc(0);

    (void)state;
    page_put(m);
    begin(XEN_SYSCTL_physinfo);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.physinfo.free_pages, (FAKE_RAM_MIB - 4) * FRAMES_PER_MIB);
    assert_int_equal(op.u.physinfo.scrub_pages, 1);
}

static void the_topology_is_asked_twice(void **state) {
    struct xen_sysctl_meminfo memory;
    struct xen_sysctl_cputopo cpu;
    uint32_t distance;

    (void)state;
    begin(XEN_SYSCTL_cputopoinfo);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.cputopoinfo.num_cpus, ARCH_CPU_MAX);
    op.u.cputopoinfo.num_cpus = 9;
    op.u.cputopoinfo.cputopo.q = FAKE_GUEST_VA + ELSE;
    memset(fake_guest + ELSE, 0xff, 256);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.cputopoinfo.num_cpus, ARCH_CPU_MAX);
    memcpy(&cpu, fake_guest + ELSE, sizeof(cpu));
    assert_int_equal(cpu.core | cpu.socket | cpu.node, 0);
    op.u.cputopoinfo.num_cpus = 0;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.cputopoinfo.num_cpus, 0);
    op.u.cputopoinfo.num_cpus = 1;
    op.u.cputopoinfo.cputopo.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    begin(XEN_SYSCTL_numainfo);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.numainfo.num_nodes, 1);
    op.u.numainfo.meminfo.q = FAKE_GUEST_VA + ELSE;
    op.u.numainfo.distance.q = FAKE_GUEST_VA + ELSE + 64;
    assert_int_equal(call(), 0);
    memcpy(&memory, fake_guest + ELSE, sizeof(memory));
    memcpy(&distance, fake_guest + ELSE + 64, sizeof(distance));
    assert_int_equal(memory.memsize, FAKE_RAM_MIB * MIB);
    assert_int_equal(memory.memfree, (FAKE_RAM_MIB - 4) * MIB);
    assert_int_equal(distance, 10);
    op.u.numainfo.distance.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.numainfo.distance.q = 1ull << 32;
    assert_int_equal(call(), -XEN_EFAULT);
}

/* More than 32 bits; and, of two places, the one of which nothing was written yet. */
static void places_are_checked_one_by_one(void **state) {
    (void)state;
    begin(XEN_SYSCTL_cputopoinfo);
    op.u.cputopoinfo.cputopo.q = 1ull << 32 | (FAKE_GUEST_VA + ELSE);
    assert_int_equal(call(), -XEN_EFAULT);
    begin(XEN_SYSCTL_getcpuinfo);
    op.u.getcpuinfo.max_cpus = 1;
    op.u.getcpuinfo.info.q = 1ull << 32 | (FAKE_GUEST_VA + ELSE);
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.getcpuinfo.max_cpus = 0;
    op.u.getcpuinfo.info.q = 4;
    assert_int_equal(call(), 0); /* none to be written */
    assert_int_equal(op.u.getcpuinfo.nr_cpus, 0);
    begin(XEN_SYSCTL_numainfo);
    op.u.numainfo.num_nodes = 1;
    op.u.numainfo.meminfo.q = 4;
    op.u.numainfo.distance.q = FAKE_GUEST_VA + ELSE;
    memset(fake_guest + ELSE, 0x5a, 8);
    assert_int_equal(call(), -XEN_EFAULT);
    assert_int_equal(fake_guest[ELSE], 0x5a);
    op.u.numainfo.meminfo.q = FAKE_GUEST_VA + ELSE;
    op.u.numainfo.distance.q = 0;
    assert_int_equal(call(), 0);
    assert_int_not_equal(fake_guest[ELSE], 0x5a);
    op.u.numainfo.meminfo.q = 1ull << 32;
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.numainfo.meminfo.q = FAKE_GUEST_VA + ELSE;
    op.u.numainfo.num_nodes = 0;
    memset(fake_guest + ELSE, 0x5a, 8);
    assert_int_equal(call(), 0); /* room for none */
    assert_int_equal(fake_guest[ELSE], 0x5a);
}

static void idle_time_is_told(void **state) {
    struct xen_sysctl_cpuinfo info;

    (void)state;
    begin(XEN_SYSCTL_getcpuinfo);
    op.u.getcpuinfo.max_cpus = 100;
    op.u.getcpuinfo.info.q = FAKE_GUEST_VA + ELSE;
    fake_advance(10000); /* the clock counts in ticks */
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.getcpuinfo.nr_cpus, ARCH_CPU_MAX);
    memcpy(&info, fake_guest + ELSE, sizeof(info));
    assert_true(info.idletime >= 5000);
    op.u.getcpuinfo.info.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
}

static const struct xen_domctl_getdomaininfo *listed(unsigned int i) {
    return (const struct xen_domctl_getdomaininfo *)(const void *)(fake_guest + ELSE) + i;
}

static void domains_are_listed(void **state) {
    (void)state;
    support_domain_add(5, 1);
    for (unsigned int round = 0; round < 2; round++) {
        begin(XEN_SYSCTL_getdomaininfolist);
        op.u.getdomaininfolist.max_domains = 1024;
        op.u.getdomaininfolist.buffer.q = FAKE_GUEST_VA + ELSE;
        assert_int_equal(call(), 0);
        assert_int_equal(op.u.getdomaininfolist.num_domains, 3);
        assert_int_equal(listed(0)->domain, 0);
        assert_int_equal(listed(1)->domain, 1);
        assert_int_equal(listed(1)->tot_pages, 512);
        assert_int_equal(listed(2)->domain, 5);
        assert_int_equal(again_count, round * 3);
        hurry();
    }
    begin(XEN_SYSCTL_getdomaininfolist);
    op.u.getdomaininfolist.first_domain = 2;
    op.u.getdomaininfolist.max_domains = 1;
    op.u.getdomaininfolist.buffer.q = FAKE_GUEST_VA + ELSE;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.getdomaininfolist.num_domains, 1);
    assert_int_equal(listed(0)->domain, 5);
    op.u.getdomaininfolist.first_domain = 6;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.getdomaininfolist.num_domains, 0);
    op.u.getdomaininfolist.first_domain = 0;
    op.u.getdomaininfolist.buffer.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.getdomaininfolist.buffer.q = UINT64_C(1) << 32 | (FAKE_GUEST_VA + ELSE);
    assert_int_equal(call(), -XEN_EFAULT);
}

static void there_is_a_pool_for_each_class(void **state) {
    struct xen_sysctl_cpupool_op *p = &op.u.cpupool_op;

    (void)state;
    begin(XEN_SYSCTL_sched_id);
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.sched_id.sched_id, XEN_SCHEDULER_CREDIT2);
    begin(XEN_SYSCTL_cpupool_op);
    p->op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    p->cpumap.nr_bits = 8;
    p->cpumap.bitmap.q = FAKE_GUEST_VA + ELSE;
    assert_int_equal(call(), 0);
    assert_int_equal(p->cpupool_id, 0);
    assert_int_equal(p->sched_id, XEN_SCHEDULER_CREDIT2);
    assert_int_equal(p->n_dom, 2);
    assert_int_equal(fake_guest[ELSE], (1u << ARCH_CPU_MAX) - 1);
    p->cpupool_id = 1;
    assert_int_equal(call(), 0);
    assert_int_equal(p->cpupool_id, 1);
    assert_int_equal(p->sched_id, XEN_SCHEDULER_RTDS);
    assert_int_equal(p->n_dom, 0);
    assert_int_equal(fake_guest[ELSE], (1u << ARCH_CPU_MAX) - 1);
    p->cpupool_id = 2;
    assert_int_equal(call(), -XEN_ENOENT);
    p->cpupool_id = XEN_SYSCTL_CPUPOOL_PAR_ANY;
    assert_int_equal(call(), 0);
    assert_int_equal(p->cpupool_id, 0);
    p->cpupool_id = 2;
    p->op = XEN_SYSCTL_CPUPOOL_OP_FREEINFO;
    assert_int_equal(call(), 0);
    assert_int_equal(fake_guest[ELSE], 0);
    p->op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
    p->domid = 1;
    assert_int_equal(call(), -XEN_ENOENT);
    p->cpupool_id = 0;
    assert_int_equal(call(), 0);
    p->domid = 0;
    assert_int_equal(call(), -XEN_EPERM);
    p->domid = 65537; /* not domain 1 */
    assert_int_equal(call(), -XEN_ESRCH);
    p->domid = 9;
    assert_int_equal(call(), -XEN_ESRCH);
    p->op = XEN_SYSCTL_CPUPOOL_OP_CREATE;
    assert_int_equal(call(), -XEN_EOPNOTSUPP);
    p->op = 99;
    assert_int_equal(call(), -XEN_ENOSYS);
    begin(XEN_SYSCTL_scheduler_op);
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_getinfo;
    assert_int_equal(call(), 0);
    assert_int_equal(op.u.scheduler_op.u.sched_credit2.ratelimit_us, 1000);
    op.u.scheduler_op.cmd = XEN_SYSCTL_SCHEDOP_putinfo;
    assert_int_equal(call(), 0);
    op.u.scheduler_op.u.sched_credit2.ratelimit_us = 2000;
    assert_int_equal(call(), -XEN_EOPNOTSUPP);
    op.u.scheduler_op.cmd = 7;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.scheduler_op.cpupool_id = 1;
    assert_int_equal(call(), -XEN_EINVAL);
    op.u.scheduler_op.sched_id = XEN_SCHEDULER_RTDS;
    assert_int_equal(call(), 0);
    op.u.scheduler_op.cpupool_id = 2;
    assert_int_equal(call(), -XEN_ESRCH);
}

static int32_t move(domid_t id, uint32_t pool) {
    begin(XEN_SYSCTL_cpupool_op);
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN;
    op.u.cpupool_op.domid = id;
    op.u.cpupool_op.cpupool_id = pool;
    return call();
}

static uint32_t count_of(uint32_t pool) {
    begin(XEN_SYSCTL_cpupool_op);
    op.u.cpupool_op.op = XEN_SYSCTL_CPUPOOL_OP_INFO;
    op.u.cpupool_op.cpupool_id = pool;
    op.u.cpupool_op.cpumap.nr_bits = 8;
    op.u.cpupool_op.cpumap.bitmap.q = FAKE_GUEST_VA + ELSE;
    assert_int_equal(call(), 0);
    return op.u.cpupool_op.n_dom;
}

static void domains_move_between_the_pools(void **state) {
    static const struct sched_figures none = {.cost_ns = 0};
    static const struct sched_figures some = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 5};
    struct domain *large = support_domain_add(5, 3);

    (void)state;
    sched_edf_set_figures(&none);
    assert_int_equal(move(1, 1), -XEN_EOPNOTSUPP); /* the board's figures are not known */
    sched_edf_set_figures(&some);
    hurry();
    assert_int_equal(move(5, 1), 0);
    assert_int_equal(again_count, 3);
    for (unsigned int i = 0; i < 3; i++) {
        assert_true(sched_is_realtime(&large->vcpu[i]->sched));
    }
    assert_int_equal(count_of(0), 2);
    assert_int_equal(count_of(1), 1);
    assert_int_equal(move(5, 1), 0);
    begin(XEN_SYSCTL_getdomaininfolist);
    op.u.getdomaininfolist.first_domain = 5;
    op.u.getdomaininfolist.max_domains = 1;
    op.u.getdomaininfolist.buffer.q = FAKE_GUEST_VA + ELSE;
    assert_int_equal(call(), 0);
    assert_int_equal(listed(0)->cpupool, 1);
    assert_int_equal(move(5, 0), 0);
    assert_int_equal(count_of(1), 0);
}

/* The first of its vCPUs finds room, and gives it back when there is none for the second. */
static void a_domain_that_does_not_fit_stays_where_it_is(void **state) {
    static const struct sched_figures some = {.cost_ns = 1, .stretch_ns = 1, .reserve_percent = 98};
    struct domain *large = support_domain_add(5, 3);

    (void)state;
    sched_edf_set_figures(&some);
    for (unsigned int round = 0; round < 2; round++) {
        assert_int_equal(move(5, 1), -XEN_ENOSPC);
        for (unsigned int i = 0; i < 3; i++) {
            assert_false(sched_is_realtime(&large->vcpu[i]->sched));
        }
        assert_int_equal(count_of(1), 0);
        fake_advance(20000000);
        hurry();
    }
}

/* ---- The log ---- */

static uint32_t read_log(uint32_t count, bool incremental, uint32_t index, bool clear) {
    struct xen_sysctl_readconsole *r = &op.u.readconsole;

    begin(XEN_SYSCTL_readconsole);
    r->buffer.q = FAKE_GUEST_VA + ELSE;
    r->count = count;
    r->incremental = incremental;
    r->index = index;
    r->clear = clear;
    memset(fake_guest + ELSE, 0, 1024);
    assert_int_equal(call(), 0);
    return r->count;
}

static void the_log_is_read_until_nothing_is_left(void **state) {
    char line[300];

    (void)state;
    read_log(8, false, 0, true);
    while (read_log(1024, false, 0, true) > 0) {
    }
    memset(line, 'a', sizeof(line) - 2);
    line[sizeof(line) - 2] = '\0';
    printk("%s\n", line + 100);
    printk("%s\n", line + 100);
    hurry();
    assert_int_equal(read_log(1000, true, 0, false), 2 * 199);
    assert_true(again_count >= 3);
    assert_int_equal(fake_guest[ELSE], 'a');
    assert_int_equal(fake_guest[ELSE + 198], '\n');
    assert_int_equal(fake_guest[ELSE + 2 * 199], 0);
    uint32_t index = op.u.readconsole.index;
    assert_int_equal(read_log(1000, true, index, false), 0); /* xl dmesg ends */
    assert_int_equal(op.u.readconsole.index, index);
    printk("more\n");
    assert_int_equal(read_log(2, true, index, false), 2);
    assert_memory_equal(fake_guest + ELSE, "mo", 2);
    assert_int_equal(read_log(1000, true, op.u.readconsole.index, false), 3);
    assert_int_equal(read_log(1000, true, index + 1000000, false), 2 * 199 + 5); /* made up */
    assert_int_equal(read_log(1000, false, 0, true), 2 * 199 + 5);               /* xl dmesg -c */
    assert_int_equal(read_log(1000, false, 0, false), 0);
    printk("x");
    begin(XEN_SYSCTL_readconsole);
    op.u.readconsole.buffer.q = 4;
    op.u.readconsole.count = 10;
    assert_int_equal(call(), -XEN_EFAULT);
}

static unsigned int key_count;

static void count_key(void) {
    key_count++;
}

static void keys_are_pressed_one_by_one(void **state) {
    static struct console_key key = {.key = 'Z', .action = count_key, .help = "test"};

    (void)state;
    console_keys_init();
    console_key_add(&key);
    key_count = 0;
    memcpy(fake_guest + ELSE, "ZZqZ", 4);
    begin(XEN_SYSCTL_debug_keys);
    op.u.debug_keys.keys.q = FAKE_GUEST_VA + ELSE;
    op.u.debug_keys.nr_keys = 4;
    hurry();
    assert_int_equal(call(), 0);
    assert_int_equal(key_count, 3);
    assert_int_equal(again_count, 3);
    op.u.debug_keys.keys.q = 4;
    assert_int_equal(call(), -XEN_EFAULT);
    op.u.debug_keys.nr_keys = 0;
    assert_int_equal(call(), 0);
}

#define test(name) cmocka_unit_test_setup(name, power_on)

int main(void) {
    const struct CMUnitTest tests[] = {
        test(a_domu_learns_nothing),
        test(wrong_calls_are_refused),
        test(the_machine_is_described),
        test(dirty_frames_count_as_free),
        test(the_topology_is_asked_twice),
        test(places_are_checked_one_by_one),
        test(idle_time_is_told),
        test(domains_are_listed),
        test(there_is_a_pool_for_each_class),
        test(domains_move_between_the_pools),
        test(a_domain_that_does_not_fit_stays_where_it_is),
        test(the_log_is_read_until_nothing_is_left),
        test(keys_are_pressed_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
