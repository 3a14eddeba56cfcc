/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lazy switching of the VFP (and Advanced SIMD, which has the same registers) between vCPUs.
 */
#include "arch/arm/vfp.h"

#include <stddef.h>

#include "arch/arm/cp15.h"
#include "core/base/percpu.h"
#include "core/domain/vcpu.h"

#define REG_FPSID            0u
#define REG_MVFR1            6u
#define REG_MVFR0            7u
#define REG_FPEXC            8u
#define REG_FPINST           9u
#define REG_FPINST2          10u

/* From here up there is no FPINST nor FPINST2 (ARM ARM DDI 0406, B4.1.58): the unit completes all
 * by itself. */
#define FPSID_SUBARCH(fpsid) ((fpsid) >> 16 & 0x7fu)
#define SUBARCH_NO_EXCEPTION 3u
#define MVFR0_32_DOUBLES     2u /* of bits 3:0 (B6.1.41) */

uint32_t vfp_probe(void);
uint32_t vfp_get_fpexc(void);
void vfp_set_fpexc(uint32_t value);
void vfp_save(struct vfp_state *state);
void vfp_load(const struct vfp_state *state);
void vfp_save_upper(struct vfp_state *state);
void vfp_load_upper(const struct vfp_state *state);
uint32_t vfp_get_mvfr0(void);
uint32_t vfp_get_mvfr1(void);
void vfp_save_exception(struct vfp_state *state);
void vfp_load_exception(const struct vfp_state *state);

static uint32_t fpsid;
static bool has_mvfr;
static bool has_upper;     /* d16-d31 */
static bool has_exception; /* FPINST, FPINST2 and with them FPEXC.EX */

/* Of each pCPU. */
static struct unit {
    struct vcpu *owner;    /* whose values the registers hold; NULL = nobody's */
    bool hardware_enabled; /* FPEXC.EN as it is now */
} units[ARCH_CPU_MAX];

static struct unit *this_unit(void) {
    return &units[this_cpu_index()];
}

static void set_hardware(bool enabled, uint32_t fpexc) {
    this_unit()->hardware_enabled = enabled;
    vfp_set_fpexc(enabled ? fpexc | FPEXC_EN : 0);
}

void vfp_init(void) {
    fpsid = vfp_probe();
    if (fpsid) {
        has_mvfr = cp15_has_cpuid();
        has_upper = has_mvfr && (vfp_get_mvfr0() & 0xf) == MVFR0_32_DOUBLES;
        has_exception = FPSID_SUBARCH(fpsid) < SUBARCH_NO_EXCEPTION;
        set_hardware(false, 0);
    }
}

uint32_t vfp_present(void) {
    return fpsid;
}

static void save(struct vfp_state *state) {
    vfp_save(state);
    if (has_upper) {
        vfp_save_upper(state);
    }
}

static void load(const struct vfp_state *state) {
    vfp_load(state);
    if (has_upper) {
        vfp_load_upper(state);
    }
}

/* The owner goes on using the unit: its registers are there, FPEXC and what belongs to a
 * pending exception come from aside. */
static void enable(void) {
    const struct vfp_state *state = &this_unit()->owner->arch.vfp;

    set_hardware(true, 0);
    if (state->fpexc & FPEXC_EX) {
        vfp_load_exception(state);
    }
    vfp_set_fpexc(state->fpexc | FPEXC_EN);
}

/* The owner stops using it for a while. */
static void disable(void) {
    const struct unit *unit = this_unit();
    struct vfp_state *state;

    if (!unit->hardware_enabled) {
        return;
    }
    state = &unit->owner->arch.vfp;
    state->fpexc = vfp_get_fpexc() & ~FPEXC_EN;
    if (state->fpexc & FPEXC_EX) {
        vfp_save_exception(state);
    }
    set_hardware(false, 0);
}

bool vfp_take(struct vcpu *v) {
    struct unit *unit = this_unit();

    if (!fpsid || !v->arch.vfp_enabled || unit->hardware_enabled) {
        return false;
    }
    if (unit->owner != v) {
        set_hardware(true, 0);
        if (unit->owner) {
            save(&unit->owner->arch.vfp);
        }
        load(&v->arch.vfp);
        unit->owner = v;
    }
    enable();
    return true;
}

void vfp_set_enabled(struct vcpu *v, bool enabled) {
    const struct unit *unit = this_unit();

    v->arch.vfp_enabled = enabled;
    if (!enabled) {
        disable();
    } else if (unit->owner == v && !unit->hardware_enabled) {
        enable();
    }
}

/* Who had it may run on another pCPU next, and finds its values aside. */
static void leave(struct unit *unit) {
    if (unit->owner) {
        set_hardware(true, 0);
        save(&unit->owner->arch.vfp);
        set_hardware(false, 0);
        unit->owner = NULL;
    }
}

void vfp_switch(struct vcpu *next) {
    struct unit *unit = this_unit();

    disable();
    if (ARCH_CPU_MAX > 1) {
        leave(unit);
    } else if (unit->owner == next && next->arch.vfp_enabled) {
        enable();
    }
}

void vfp_forget(const struct vcpu *v) {
    struct unit *unit = this_unit();

    if (unit->owner == v) {
        disable();
        unit->owner = NULL;
    }
}

static bool is_live(const struct vcpu *v) {
    const struct unit *unit = this_unit();

    return unit->owner == v && unit->hardware_enabled;
}

bool vfp_read(struct vcpu *v, unsigned int reg, uint32_t *value) {
    struct vfp_state *state = &v->arch.vfp;

    if (!fpsid) {
        return false;
    }
    if (is_live(v)) {
        state->fpexc = vfp_get_fpexc() & ~FPEXC_EN;
        if (state->fpexc & FPEXC_EX) {
            vfp_save_exception(state);
        }
    }
    switch (reg) {
    case REG_FPSID: *value = fpsid; return true;
    case REG_FPEXC: *value = state->fpexc | (v->arch.vfp_enabled ? FPEXC_EN : 0); return true;
    case REG_MVFR0: *value = has_mvfr ? vfp_get_mvfr0() : 0; return has_mvfr;
    case REG_MVFR1: *value = has_mvfr ? vfp_get_mvfr1() : 0; return has_mvfr;
    case REG_FPINST: *value = state->fpinst; return has_exception;
    case REG_FPINST2: *value = state->fpinst2; return has_exception;
    default: return false;
    }
}

/* What the unit does not have stays 0: it is looked at before FPINST is touched. */
static uint32_t fpexc_of(uint32_t value) {
    return value & ~(FPEXC_EN | (has_exception ? 0 : FPEXC_EX));
}

/* Writes go to the saved state and from there to the unit, so that there is one path. */
bool vfp_write(struct vcpu *v, unsigned int reg, uint32_t value) {
    struct vfp_state *state = &v->arch.vfp;
    bool live = is_live(v);

    if (!fpsid) {
        return false;
    }
    switch (reg) {
    case REG_FPEXC:
        state->fpexc = fpexc_of(value);
        if (live) {
            vfp_set_fpexc(state->fpexc | FPEXC_EN);
        }
        vfp_set_enabled(v, (value & FPEXC_EN) != 0);
        return true;
    case REG_FPINST: state->fpinst = value; break;
    case REG_FPINST2: state->fpinst2 = value; break;
    default: return false;
    }
    if (live && (vfp_get_fpexc() & FPEXC_EX)) {
        vfp_load_exception(state);
    }
    return true;
}
