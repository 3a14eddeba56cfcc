/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which Dacre this is.
 */
#ifndef CORE_VERSION_H
#define CORE_VERSION_H

/* The release that is being worked on or was made, "x.y": from the Makefile. */
extern const char version_release[];
/* What was built, as git describes it: a tag or a commit, "-dirty" if more was changed. */
extern const char version_changeset[];

#endif /* CORE_VERSION_H */
