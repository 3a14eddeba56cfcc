/* SPDX-License-Identifier: GPL-2.0-only */
/* See version.h.  The texts are in a file of their own, made by the Makefile. */
#include "core/base/version.h"

#include "version_texts.h"

const char version_release[] = VERSION_RELEASE;
const char version_changeset[] = VERSION_CHANGESET;
