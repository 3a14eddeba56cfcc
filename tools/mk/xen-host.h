/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands before Xen's <xen/xen.h> in host unit tests: makes it choose its ARM structures, which are
 * the ones under test, whatever the build host is.
 */
#ifndef XEN_HOST_H
#define XEN_HOST_H

#pragma push_macro("__x86_64__")
#pragma push_macro("__i386__")
#pragma push_macro("__aarch64__")
#pragma push_macro("__arm__")
#undef __x86_64__
#undef __i386__
#undef __aarch64__
#undef __arm__
#define __arm__ 1
#include "xen-real.h"
/* These look at the same words. */
#ifdef __XEN_TOOLS__
#include "domctl.h"
#include "sysctl.h"
#endif
#pragma pop_macro("__arm__")
#pragma pop_macro("__aarch64__")
#pragma pop_macro("__i386__")
#pragma pop_macro("__x86_64__")

#endif /* XEN_HOST_H */
