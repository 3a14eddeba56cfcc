/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Identification registers are the core's, less what guests cannot use; controls keep what was
 * written without an effect; maintenance is done.
 */
#include "arch/arm/emulate_cp15.h"

#include "arch/arm/cp15.h"
#include "arch/arm/decode.h"
#include "arch/arm/level.h"
#include "core/base/arch.h"
#include "core/domain/vcpu.h"

static unsigned int register_key(const struct transfer *t) {
    return CP15_KEY(t->crn, t->opc1, t->crm, t->opc2);
}

bool cp15_read(struct vcpu *v, const struct transfer *t, uint32_t *value) {
    const struct pv_vcpu *page = arch_vcpu_page(v);
    unsigned int key = register_key(t);

    switch (key) {
    case CP15_MIDR: *value = cp15_read_midr(); return true;
    case CP15_CTR: *value = cp15_read_ctr(); return true;
    case CP15_TCMTR: *value = cp15_read_tcmtr(); return true;
    case CP15_SCTLR: *value = v->arch.sctlr; return true;
    case CP15_DACR: *value = v->arch.dacr; return true;
    case CP15_DFSR:
    case CP15_IFSR: *value = page->fsr; return true;
    case CP15_DFAR:
    case CP15_IFAR: *value = page->far; return true;
    case CP15_FCSEIDR: *value = 0; return true;
    /* Test and clean (and invalidate): done in one go, "clean now" = Z set. */
    case CP15_TEST_CLEAN:
    case CP15_TEST_CLEAN_INVAL:
        level_cache_flush_aliases();
        *value = 1u << 30;
        return true;
    default: return level_cp15_read(&v->arch, key, value);
    }
}

static bool cache_write(const struct transfer *t, uint32_t value) {
    gvaddr_t va = gvaddr(value & ~(LEVEL_LINE_MAX - 1u));

    if (t->crm == 0 && t->opc2 == 4) { /* wait for interrupt: idle is SCHEDOP_block */
        return true;
    }
    switch (t->opc2) {
    case 1:
        /* What is not mapped is left out. */
        if (va.v < PV_VIRT_START && arch_guest_dcache_flush(va, LEVEL_LINE_MAX) == 0) {
            (void)arch_guest_icache_sync(va, LEVEL_LINE_MAX);
        }
        break;
    case 2: level_cache_flush_set(value); break;
    default: level_cache_flush_aliases(); break;
    }
    return true;
}

bool cp15_write(struct vcpu *v, const struct transfer *t, uint32_t value) {
    unsigned int key = register_key(t);

    switch (key) {
    case CP15_SCTLR: v->arch.sctlr = value; return true;
    case CP15_DACR: v->arch.dacr = value; return true;
    case CP15_FCSEIDR: return value == 0; /* only "off" */
    default: break;
    }
    switch (t->crn) {
    case 7: return cache_write(t, value);
    case 8: arch_tlb_flush_local(); return true;
    default: return level_cp15_write(v, key, value);
    }
}
