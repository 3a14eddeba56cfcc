/* SPDX-License-Identifier: GPL-2.0-only */
/* Two domains, dom0 and domu, with what tests of grant tables do to them. */
#ifndef SUPPORT_GRANT_H
#define SUPPORT_GRANT_H

#include "core/base/steps.h"
#include "core/domain/domain.h"
#include "core/grant/grant.h"

#define PIECES (PAGE_SIZE / STEP_GRANT_CLEAR) /* in which a table's frame comes */
#define AT     0u                             /* of structures in guest memory */

extern struct domain *dom0, *domu; /* of 2 MiB each */
extern unsigned int again;         /* how often the last call() gave way */

/** power_on(), power_off() - of each test; afterwards all frames and all of the heap are free. */
int power_on(void **state);
int power_off(void **state);
/** end() - of a domain and what it granted and mapped. */
void end(struct domain *d);

/** expect_again() - frame @idx of @d's table is not there for so many calls. */
void expect_again(struct domain *d, uint32_t idx, uint32_t times);
/** grow() - @d's table has so many frames. */
void grow(struct domain *d, uint32_t frames);
/** entry() - of @d's table. */
struct grant_entry_v1 *entry(struct domain *d, grant_ref_t ref);
/** grant() - entry @ref of @d lets @to have @frame. */
void grant(struct domain *d, grant_ref_t ref, domid_t to, uint32_t frame, uint16_t flags);
/** call() - grant_table_op by @by with @count structures, which are as it left them afterwards. */
int32_t call(struct domain *by, uint32_t op, void *what, size_t size, uint32_t count);

#endif /* SUPPORT_GRANT_H */
