/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/boot/boot_domain.h"

#include <libfdt.h>
#include <string.h>

#include "core/base/abi.h"
#include "core/base/printk.h"
#include "core/boot/boot_module.h"
#include "core/domain/domain.h"
#include "core/fdt/fdt_reg.h"
#include "core/fdt/fdt_tree.h"
#include "core/sched/sched.h"

#define CELL_KIB        10
/* From PV_RAM_GPA up to where kernels have no linear mapping for it anyway. */
#define DOMU_MEMORY_MAX 0x80000000u
/* Nodes that are not understood and named. */
#define OTHERS_SHOWN    8u

static const char *overlap_with(const struct bootinfo *boot, const struct maddr_range *range) {
    for (unsigned int i = 0; i < boot->reserved_count; i++) {
        const struct maddr_range *other = &boot->reserved[i];
        bool same = other->start.v == range->start.v && other->size == range->size;

        /* The same image for two domains is put into memory once. */
        if (fdt_reg_overlap(other, range) && !(same && i >= 2)) {
            return i == 0   ? "the hypervisor itself"
                   : i == 1 ? "the device tree"
                            : "another module or reserved memory";
        }
    }
    return NULL;
}

static int add_module(struct bootinfo *boot, const char *owner, const char *kind, int node,
                      struct boot_module *out) {
    struct maddr_range range;
    bool in_memory = false;

    if (out->size > 0) {
        return bootfdt_fail(boot, "%s has more than one %s module", owner, kind);
    }
    if (fdt_reg_module(boot->fdt, node, &range)) {
        return bootfdt_fail(
            boot, "the %s module of %s has no valid reg property (cells, size 0, above 4 GiB)",
            kind, owner);
    }
    for (unsigned int i = 0; i < boot->memory_count; i++) {
        in_memory = in_memory || fdt_reg_contains(&boot->memory[i], &range);
    }
    if (!in_memory) {
        return bootfdt_fail(boot, "the %s module of %s lies outside RAM", kind, owner);
    }
    const char *other = overlap_with(boot, &range);
    if (other) {
        return bootfdt_fail(boot, "the %s module of %s overlaps %s", kind, owner, other);
    }
    *out = (struct boot_module){range.start, range.size};
    return bootfdt_reserve(boot, range);
}

/* Has the module @node a command line that says something? */
static bool has_bootargs(const void *fdt, int node) {
    int size;
    const char *text = fdt_getprop(fdt, node, "bootargs", &size);

    return text && size > 0 && !(size == 1 && text[0] == '\0');
}

/* The kernel's command line: its module's bootargs, or what is there already. */
static int parse_bootargs(struct bootinfo *boot, int module, struct boot_domain *domain) {
    if (has_bootargs(boot->fdt, module)) {
        domain->bootargs = bootfdt_string(boot->fdt, module, "bootargs");
    }
    if (!domain->bootargs || strlen(domain->bootargs) >= BOOT_BOOTARGS_MAX) {
        return bootfdt_fail(boot, "the bootargs of %s are too long or not a string", domain->name);
    }
    return 0;
}

static int parse_module(struct bootinfo *boot, const struct boot_module_walk *walk,
                        struct boot_domain *domain) {
    if (walk->kind == BOOT_MODULE_RAMDISK) {
        return add_module(boot, domain->name, "ramdisk", walk->node, &domain->ramdisk);
    }
    int err = add_module(boot, domain->name, "kernel", walk->node, &domain->kernel);
    return err ? err : parse_bootargs(boot, walk->node, domain);
}

/* The modules under @parent, which is /chosen for dom0. */
static int parse_modules(struct bootinfo *boot, int parent, struct boot_domain *domain) {
    struct boot_module_walk walk;
    int err = 0;

    for (boot_module_first(&walk, boot->fdt, parent); walk.node >= 0 && !err;
         boot_module_next(&walk)) {
        if (walk.kind != BOOT_MODULE_NONE) {
            err = parse_module(boot, &walk, domain);
        }
    }
    if (!err && domain->kernel.size == 0) {
        err = bootfdt_fail(boot, "%s has no kernel: a multiboot,kernel module is missing",
                           domain->name);
    }
    return err;
}

/* Number property @name of @node, @missing when it is not there; false if malformed or too big. */
static bool read_number(const struct bootinfo *boot, int node, const char *name, uint32_t missing,
                        uint32_t limit, uint32_t *out) {
    uint64_t number = 0;
    int err = fdt_reg_number(boot->fdt, node, name, &number);

    if (err == -XEN_ENOENT) {
        *out = missing;
        return true;
    }
    *out = (uint32_t)number;
    return !err && number <= limit;
}

/* Whole MiBs: the last one is given in full. */
static int set_memory(struct bootinfo *boot, struct boot_domain *domain, uint32_t memory) {
    domain->memory = memory & ~(MIB - 1);
    if (memory % MIB == 0) {
        return 0;
    }
    if (domain->memory > UINT32_MAX - MIB) {
        return bootfdt_fail(boot, "%s asks for 4 GiB of memory", domain->name);
    }
    domain->memory += MIB;
    printk("Domain %s: memory of %u KiB, rounded up to %u MiB\n", domain->name, memory >> CELL_KIB,
           domain->memory >> MIB_SHIFT);
    return 0;
}

static int parse_domain_memory(struct bootinfo *boot, int node, struct boot_domain *domain) {
    uint32_t kib;

    if (!read_number(boot, node, "memory", 0, DOMU_MEMORY_MAX >> CELL_KIB, &kib) || kib == 0) {
        return bootfdt_fail(boot, "%s needs a memory property: KiB, at most 2 GiB, not 0",
                            domain->name);
    }
    return set_memory(boot, domain, kib << CELL_KIB);
}

/* A time in us that is there, and is from @least to @most. */
static int parse_time(struct bootinfo *boot, int node, const struct boot_domain *domain,
                      const char *name, uint32_t least, uint32_t most, uint32_t *out) {
    if (!read_number(boot, node, name, 0, most, out) || *out < least) {
        return bootfdt_fail(boot, "%s of %s is not %u to %u us", name, domain->name, least, most);
    }
    return 0;
}

/* A budget in each period, of which neither means anything without the other. */
static int parse_realtime(struct bootinfo *boot, int node, struct boot_domain *domain) {
    struct sched_rt_params *rt = &domain->rt;
    int err;

    rt->has_extratime = fdt_getprop(boot->fdt, node, "dacre,rt-extratime", NULL);
    rt->defers_events = fdt_getprop(boot->fdt, node, "dacre,rt-defer-events", NULL);
    domain->is_realtime = rt->has_extratime || rt->defers_events ||
                          fdt_getprop(boot->fdt, node, "dacre,rt-period-us", NULL) ||
                          fdt_getprop(boot->fdt, node, "dacre,rt-budget-us", NULL);
    if (!domain->is_realtime) {
        return 0;
    }
    err = parse_time(boot, node, domain, "dacre,rt-period-us", SCHED_RT_PERIOD_MIN_US,
                     SCHED_RT_PERIOD_MAX_US, &rt->period_us);
    return err ? err
               : parse_time(boot, node, domain, "dacre,rt-budget-us", SCHED_RT_BUDGET_MIN_US,
                            rt->period_us, &rt->budget_us);
}

/* What the tree says of how much of the machine a domain may use; dom0's is in /chosen. */
static int parse_shares(struct bootinfo *boot, int node, struct boot_domain *domain) {
    uint32_t table_kib;

    if (!read_number(boot, node, "dacre,weight", SCHED_WEIGHT_DEFAULT, SCHED_WEIGHT_MAX,
                     &domain->weight) ||
        domain->weight < SCHED_WEIGHT_MIN) {
        return bootfdt_fail(boot, "dacre,weight of %s is not 1 to 65535", domain->name);
    }
    if (!read_number(boot, node, "dacre,cap", 0, 100 * domain->vcpu_count, &domain->cap)) {
        return bootfdt_fail(boot, "dacre,cap of %s is more than 100 for each of its cpus",
                            domain->name);
    }
    if (!read_number(boot, node, "dacre,table-memory", 0, UINT32_MAX >> CELL_KIB, &table_kib)) {
        return bootfdt_fail(boot, "dacre,table-memory of %s is not valid", domain->name);
    }
    domain->table_memory = table_kib << CELL_KIB;
    domain->restart_on_crash = fdt_getprop(boot->fdt, node, "dacre,restart-on-crash", NULL);
    return parse_realtime(boot, node, domain);
}

static int parse_numbers(struct bootinfo *boot, int node, struct boot_domain *domain) {
    uint32_t cpus;

    if (!read_number(boot, node, "cpus", 1, DOMAIN_VCPU_MAX, &cpus) || cpus == 0) {
        return bootfdt_fail(boot, "cpus of %s is 0 or more than a domain may have", domain->name);
    }
    domain->vcpu_count = cpus;
    int err = parse_domain_memory(boot, node, domain);
    return err ? err : parse_shares(boot, node, domain);
}

/* Is @node @other, or inside it, or around it? */
static bool is_nested(const void *fdt, int node, int other) {
    for (int up = node; up > 0; up = fdt_tree_parent(fdt, up)) {
        if (up == other) {
            return true;
        }
    }
    for (int up = other; up > 0; up = fdt_tree_parent(fdt, up)) {
        if (up == node) {
            return true;
        }
    }
    return false;
}

/* The name of the domain, @domain itself included, that was given @node already, or NULL. */
static const char *claimant_of(const struct bootinfo *boot, const struct boot_domain *domain,
                               int node) {
    for (const struct boot_domain *other = boot->domain; other <= domain; other++) {
        for (unsigned int i = 0; i < other->device_count; i++) {
            if (is_nested(boot->fdt, node, other->device[i])) {
                return other->name;
            }
        }
    }
    return NULL;
}

static int add_device(struct bootinfo *boot, struct boot_domain *domain, const char *path) {
    int node = fdt_path_offset(boot->fdt, path);

    if (node < 0) {
        return bootfdt_fail(boot, "dacre,devices of %s: there is no device %s", domain->name, path);
    }
    if (node == 0 || !fdt_getprop(boot->fdt, node, "compatible", NULL) ||
        !fdt_reg_enabled(boot->fdt, node)) {
        return bootfdt_fail(boot, "dacre,devices of %s: %s is disabled or is no device",
                            domain->name, path);
    }
    const char *other = claimant_of(boot, domain, node);
    if (other) {
        return bootfdt_fail(boot, "dacre,devices of %s: %s is given to %s already", domain->name,
                            path, other);
    }
    if (domain->device_count == BOOT_DEVICE_MAX) {
        return bootfdt_fail(boot, "dacre,devices of %s names too many devices", domain->name);
    }
    domain->device[domain->device_count++] = node;
    return 0;
}

static int parse_devices(struct bootinfo *boot, int node, struct boot_domain *domain) {
    int err = 0;
    int count = fdt_stringlist_count(boot->fdt, node, "dacre,devices");

    if (count == -FDT_ERR_NOTFOUND) {
        return 0;
    }
    if (count < 0) {
        return bootfdt_fail(boot, "dacre,devices of %s is not a list of strings", domain->name);
    }
    for (int i = 0; i < count && !err; i++) {
        const char *path = fdt_stringlist_get(boot->fdt, node, "dacre,devices", i, NULL);

        err = add_device(boot, domain, path ? path : "");
    }
    return err;
}

/* Is there so much beside what the domains before it get? */
static int check_memory(struct bootinfo *boot, const struct boot_domain *domain) {
    uint64_t left = 0;

    for (unsigned int i = 0; i < boot->memory_count; i++) {
        left += boot->memory[i].size;
    }
    for (const struct boot_domain *other = boot->domain; other < domain; other++) {
        left -= other->memory;
    }
    if (domain->memory > left) {
        return bootfdt_fail(boot, "%s asks for %u MiB of memory, but there are only %u left",
                            domain->name, domain->memory >> MIB_SHIFT,
                            (unsigned int)(left >> MIB_SHIFT));
    }
    return 0;
}

/* A fresh entry in @boot->domain, not yet counted; NULL when there are too many. */
static struct boot_domain *new_domain(struct bootinfo *boot, const char *name) {
    if (boot->domain_count == BOOT_DOMAIN_MAX) {
        bootfdt_fail(boot, "%u domains, dom0 included, are the most", BOOT_DOMAIN_MAX);
        return NULL;
    }
    struct boot_domain *domain = &boot->domain[boot->domain_count];
    *domain = (struct boot_domain){.name = name, .bootargs = ""};
    return domain;
}

static int parse_dom0(struct bootinfo *boot, int chosen) {
    struct boot_domain *domain = new_domain(boot, "dom0");
    const char *args = bootfdt_string(boot->fdt, chosen, "xen,dom0-bootargs");

    if (!domain) {
        return -XEN_ENOSPC;
    }
    if (!args && !boot_domain_bootargs_are_ours(boot->fdt, chosen)) {
        args = bootfdt_string(boot->fdt, chosen, "bootargs");
    }
    domain->is_dom0 = true;
    domain->vcpu_count = boot->options.dom0_max_vcpus;
    domain->bootargs = args ? args : "";
    if (domain->vcpu_count > DOMAIN_VCPU_MAX) {
        return bootfdt_fail(boot, "dom0_max_vcpus is more than a domain may have");
    }
    int err = set_memory(boot, domain, boot->options.dom0_mem);
    err = err ? err : parse_shares(boot, chosen, domain);
    err = err ? err : parse_modules(boot, chosen, domain);
    return err ? err : check_memory(boot, domain);
}

/* xen,enhanced, as Xen 4.17 reads it: no value and "enabled" are the same. */
static int parse_enhanced(struct bootinfo *boot, int node, struct boot_domain *domain) {
    int length;
    const char *value = fdt_getprop(boot->fdt, node, "xen,enhanced", &length);

    if (!value) {
        return 0;
    }
    if (length > 0) {
        value = bootfdt_string(boot->fdt, node, "xen,enhanced");
        if (value && (!strcmp(value, "disabled") || !strcmp(value, "no-xenstore"))) {
            return 0;
        }
        if (!value || strcmp(value, "enabled") != 0) {
            return bootfdt_fail(boot, "xen,enhanced of %s is not enabled, no-xenstore or disabled",
                                domain->name);
        }
    }
    if (!boot->domain[0].is_dom0) {
        return bootfdt_fail(boot, "xen,enhanced of %s: the store is dom0's, and there is no dom0",
                            domain->name);
    }
    if (domain->restart_on_crash) {
        return bootfdt_fail(boot,
                            "%s has xen,enhanced and dacre,restart-on-crash: the store would "
                            "not know the new one",
                            domain->name);
    }
    domain->is_enhanced = true;
    return 0;
}

static int parse_domu(struct bootinfo *boot, int node) {
    const char *name = fdt_get_name(boot->fdt, node, NULL);
    struct boot_domain *domain = new_domain(boot, name ? name : "?");

    if (!domain) {
        return -XEN_EINVAL;
    }
    int err = parse_numbers(boot, node, domain);
    err = err ? err : parse_modules(boot, node, domain);
    err = err ? err : parse_devices(boot, node, domain);
    err = err ? err : parse_enhanced(boot, node, domain);
    return err ? err : check_memory(boot, domain);
}

/* Has /chosen a module of its own?  Then there is a dom0. */
static bool has_dom0_module(const void *fdt, int chosen) {
    struct boot_module_walk walk;

    for (boot_module_first(&walk, fdt, chosen); walk.node >= 0; boot_module_next(&walk)) {
        if (walk.kind != BOOT_MODULE_NONE) {
            return true;
        }
    }
    return false;
}

bool boot_domain_bootargs_are_ours(const void *fdt, int chosen) {
    int kernel = boot_module_kernel(fdt, chosen);

    if (fdt_getprop(fdt, chosen, "xen,xen-bootargs", NULL)) {
        return false;
    }
    return !has_dom0_module(fdt, chosen) || fdt_getprop(fdt, chosen, "xen,dom0-bootargs", NULL) ||
           (kernel >= 0 && has_bootargs(fdt, kernel));
}

static bool is_domu(const void *fdt, int node) {
    return fdt_node_check_compatible(fdt, node, "xen,domain") == 0;
}

/* Names what below @parent is neither module nor domain; returns how many it came to, with
 * @count. */
static unsigned int name_others(const void *fdt, int parent, const char *owner,
                                unsigned int count) {
    struct boot_module_walk walk;

    for (boot_module_first(&walk, fdt, parent); walk.node >= 0; boot_module_next(&walk)) {
        const char *name = fdt_get_name(fdt, walk.node, NULL);

        if (walk.kind != BOOT_MODULE_NONE || is_domu(fdt, walk.node) || count++ >= OTHERS_SHOWN) {
            continue;
        }
        printk("Device tree: %.40s of %.40s is not understood and not used\n", name ? name : "?",
               owner);
    }
    return count;
}

static void report_others(const struct bootinfo *boot, int chosen) {
    unsigned int count = name_others(boot->fdt, chosen, "/chosen", 0);
    int node;

    fdt_for_each_subnode(node, boot->fdt, chosen) {
        if (is_domu(boot->fdt, node) && fdt_reg_enabled(boot->fdt, node)) {
            const char *name = fdt_get_name(boot->fdt, node, NULL);

            count = name_others(boot->fdt, node, name ? name : "?", count);
        }
    }
    if (count > OTHERS_SHOWN) {
        printk("Device tree: %u more are not understood\n", count - OTHERS_SHOWN);
    }
}

/* The domain of @node, or dom0: it is started, or it is said why not, and nothing of it is left. */
static void parse_domain(struct bootinfo *boot, int node, bool is_dom0, uint16_t id) {
    unsigned int reserved = boot->reserved_count;

    if ((is_dom0 ? parse_dom0(boot, node) : parse_domu(boot, node)) == 0) {
        boot->domain[boot->domain_count++].id = id;
        return;
    }
    const char *name = is_dom0 ? "dom0" : fdt_get_name(boot->fdt, node, NULL);
    printk("Domain %.40s cannot be started: %s\n", name ? name : "?", boot->error);
    boot->error[0] = '\0';
    boot->reserved_count = reserved;
}

int boot_domain_parse_all(struct bootinfo *boot) {
    int chosen = fdt_path_offset(boot->fdt, "/chosen");
    bool has_dom0 = has_dom0_module(boot->fdt, chosen);
    uint16_t count = 0;
    int node;

    report_others(boot, chosen);
    if (has_dom0) {
        parse_domain(boot, chosen, true, 0);
    }
    fdt_for_each_subnode(node, boot->fdt, chosen) {
        if (is_domu(boot->fdt, node) && fdt_reg_enabled(boot->fdt, node)) {
            parse_domain(boot, node, false, ++count);
        }
    }
    if (boot->domain_count > 0) {
        return 0;
    }
    return bootfdt_fail(boot, has_dom0 || count ? "no domain can be started, see above"
                                                : "nothing to start: /chosen has neither a "
                                                  "multiboot,kernel module nor a xen,domain node");
}
