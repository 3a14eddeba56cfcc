/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen_version: which ABI this is, and what it is made of.  Xen 4.17 to its guests.
 */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/version.h"
#include "core/boot/cmdline.h"
#include "core/domain/domain.h"
#include "core/domain/vcpu.h"
#include "core/hypercall/hypercall.h"
#include "lib/format.h"

#define VERSION_MAJOR 4u
#define VERSION_MINOR 17u

/* @text and its NUL, cut to the size of Xen's answer; the rest of it is left as it is. */
static int put_version_text(gvaddr_t to, const char *text, size_t size) {
    static const char nul = '\0';
    size_t length = strnlen(text, size - 1);
    int err = copy_to_guest(to, text, length);

    return err ? err : copy_to_guest(gvaddr(to.v + (uint32_t)length), &nul, sizeof(nul));
}

static int get_features(const struct vcpu *v, gvaddr_t arg) {
    struct xen_feature_info info;
    int err = copy_from_guest(&info, arg, sizeof(info));

    if (err) {
        return err;
    }
    if (info.submap_idx >= XENFEAT_NR_SUBMAPS) {
        return -XEN_EINVAL;
    }
    info.submap = 1u << XENFEAT_auto_translated_physmap;
    info.submap |=
        1u << (v->domain->is_direct_mapped ? XENFEAT_direct_mapped : XENFEAT_not_direct_mapped);
    if (v->domain->is_privileged) {
        info.submap |= 1u << XENFEAT_dom0;
    }
    return copy_to_guest(arg, &info, sizeof(info));
}

static int get_compile_info(gvaddr_t arg) {
    struct xen_compile_info info;

    memset(&info, 0, sizeof(info));
    strncpy(info.compiler, "gcc " __VERSION__, sizeof(info.compiler) - 1);
    strncpy(info.compile_by, "dacre", sizeof(info.compile_by) - 1);
    return copy_to_guest(arg, &info, sizeof(info));
}

/* "-dacre-x.y": Xen's field has 16 bytes. */
static int get_extraversion(gvaddr_t arg) {
    char text[sizeof(xen_extraversion_t)];

    format_text(text, sizeof(text), "-dacre-%s", version_release);
    return put_version_text(arg, text, sizeof(text));
}

/*
 * Words that the toolstack matches a guest's kernel with.  Xen's library knows armv7l as the only
 * kind of 32-bit ARM guest, whatever the core is, so that word is always there; the level's own, as
 * uname -m says it, follows for people.
 */
static int get_capabilities(gvaddr_t arg) {
    static const char any[] = "xen-3.0-armv7l ";
    char text[48];
    size_t size = format_text(text, sizeof(text), any);

    if (strcmp(arch_cpu_machine(), "armv7l") != 0) {
        format_text(text + size, sizeof(text) - size, "xen-3.0-%s ", arch_cpu_machine());
    }
    return put_version_text(arg, text, sizeof(xen_capabilities_info_t));
}

/* The machine's is for dom0 alone; others get Xen's word for that. */
static int get_commandline(const struct vcpu *v, gvaddr_t arg) {
    return put_version_text(arg, v->domain->is_privileged ? cmdline_text() : "<denied>",
                            sizeof(xen_commandline_t));
}

static int32_t version_op(const struct vcpu *v, uint32_t cmd, gvaddr_t arg) {
    static const struct xen_platform_parameters parameters = {.virt_start = PV_VIRT_START};

    switch (cmd) {
    case XENVER_extraversion: return get_extraversion(arg);
    case XENVER_compile_info: return get_compile_info(arg);
    case XENVER_capabilities: return get_capabilities(arg);
    case XENVER_changeset:
        return put_version_text(arg, version_changeset, sizeof(xen_changeset_info_t));
    case XENVER_platform_parameters: return copy_to_guest(arg, &parameters, sizeof(parameters));
    case XENVER_get_features: return get_features(v, arg);
    case XENVER_pagesize: return (int32_t)PAGE_SIZE;
    case XENVER_guest_handle:
        return copy_to_guest(arg, v->domain->handle, sizeof(v->domain->handle));
    case XENVER_commandline: return get_commandline(v, arg);
    case XENVER_build_id: return v->domain->is_privileged ? -XEN_ENODATA : -XEN_EPERM;
    default: return -XEN_ENOSYS;
    }
}

int32_t do_xen_version(struct vcpu *v, uint32_t args[HYPERCALL_ARGS]) {
    /* The null call of guests, made for the sake of an upcall that may be due. */
    if (args[0] == XENVER_version) {
        return (int32_t)(VERSION_MAJOR << 16 | VERSION_MINOR);
    }
    return version_op(v, args[0], gvaddr(args[1]));
}
