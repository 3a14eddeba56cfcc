/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xen_version: which ABI this is, and what it is made of.  Xen 4.17 to its guests.
 */
#include <string.h>

#include "core/base/arch.h"
#include "core/base/guest_access.h"
#include "core/base/version.h"
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

/* What xl matches a guest's kernel with: Xen's word for each kind, as uname -m says it. */
static int get_capabilities(gvaddr_t arg) {
    char text[32];

    format_text(text, sizeof(text), "xen-3.0-%s ", arch_cpu_machine());
    return put_version_text(arg, text, sizeof(xen_capabilities_info_t));
}

static int32_t version_op(const struct vcpu *v, uint32_t cmd, gvaddr_t arg) {
    static const struct xen_platform_parameters parameters = {.virt_start = PV_VIRT_START};
    static const xen_domain_handle_t handle = {0};

    switch (cmd) {
    case XENVER_extraversion: return get_extraversion(arg);
    case XENVER_compile_info: return get_compile_info(arg);
    case XENVER_capabilities: return get_capabilities(arg);
    case XENVER_changeset:
        return put_version_text(arg, version_changeset, sizeof(xen_changeset_info_t));
    case XENVER_platform_parameters: return copy_to_guest(arg, &parameters, sizeof(parameters));
    case XENVER_get_features: return get_features(v, arg);
    case XENVER_pagesize: return (int32_t)PAGE_SIZE;
    case XENVER_guest_handle: return copy_to_guest(arg, &handle, sizeof(handle));
    case XENVER_commandline: return put_version_text(arg, "", sizeof(xen_capabilities_info_t));
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
