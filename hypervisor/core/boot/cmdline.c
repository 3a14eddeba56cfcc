/* SPDX-License-Identifier: GPL-2.0-only */
#include "core/boot/cmdline.h"

#include <string.h>

#define DOM0_MEM_DEFAULT   (96u << 20)
#define RT_RESERVE_DEFAULT 5u

/* The value of an option: not NUL-terminated. */
struct value {
    const char *text;
    size_t size;
};

/* Leading decimal digits of *@value, which it moves past; false if none or too large. */
static bool take_digits(struct value *value, uint64_t *out) {
    size_t used = 0;

    *out = 0;
    for (; used < value->size && value->text[used] >= '0' && value->text[used] <= '9'; used++) {
        *out = *out * 10 + (uint64_t)(value->text[used] - '0');
        if (*out > UINT32_MAX) {
            return false;
        }
    }
    value->text += used;
    value->size -= used;
    return used > 0;
}

/* Bits to shift by for a size with suffix @value; Xen counts KiB when there is none. */
static int unit_shift(struct value value) {
    if (value.size == 0) {
        return 10;
    }
    switch (value.size == 1 ? value.text[0] : '\0') {
    case 'b':
    case 'B': return 0;
    case 'k':
    case 'K': return 10;
    case 'm':
    case 'M': return 20;
    case 'g':
    case 'G': return 30;
    default: return -1;
    }
}

static bool parse_size(struct value value, uint32_t *out) {
    uint64_t number;

    if (!take_digits(&value, &number)) {
        return false;
    }
    int shift = unit_shift(value);
    if (shift < 0 || number == 0 || number > UINT32_MAX >> shift) {
        return false;
    }
    *out = (uint32_t)number << shift;
    return true;
}

static bool starts_with(struct value value, const char *text) {
    return value.size >= strlen(text) && memcmp(value.text, text, strlen(text)) == 0;
}

/* As Xen's for x86: an amount, max: and min:, in any order; with max: alone, that much. */
static bool parse_dom0_mem(struct value value, struct cmdline *out) {
    uint32_t amount = 0, min = 0, max = UINT32_MAX;

    for (bool more = true; more;) {
        const char *comma = memchr(value.text, ',', value.size);
        struct value part = {value.text, comma ? (size_t)(comma - value.text) : value.size};
        uint32_t *bound = starts_with(part, "min:")   ? &min
                          : starts_with(part, "max:") ? &max
                                                      : NULL;

        if (bound) {
            part = (struct value){part.text + 4, part.size - 4};
        }
        if (!parse_size(part, bound ? bound : &amount)) {
            return false;
        }
        more = comma != NULL;
        if (more) {
            value.size -= (size_t)(comma + 1 - value.text);
            value.text = comma + 1;
        }
    }
    if (amount == 0) {
        amount = max < UINT32_MAX ? max : out->dom0_mem;
    }
    amount = amount < min ? min : amount;
    out->dom0_mem = amount > max ? max : amount;
    return true;
}

static bool parse_dom0_max_vcpus(struct value value, struct cmdline *out) {
    uint64_t number;

    if (!take_digits(&value, &number) || value.size > 0 || number == 0) {
        return false;
    }
    out->dom0_max_vcpus = (unsigned int)number;
    return true;
}

static bool parse_noreboot(struct value value, struct cmdline *out) {
    out->noreboot = true;
    return value.size == 0;
}

static bool parse_rt_reserve(struct value value, struct cmdline *out) {
    uint64_t number;

    if (!take_digits(&value, &number) || value.size > 0 || number > 99) {
        return false;
    }
    out->rt_reserve = (uint32_t)number;
    return true;
}

static const struct {
    const char *name; /* with the '=' of one that has a value */
    bool (*set)(struct value value, struct cmdline *out);
} cmdline_options[] = {
    {"dom0_mem=", parse_dom0_mem},
    {"dom0_max_vcpus=", parse_dom0_max_vcpus},
    {"noreboot", parse_noreboot},
    {"rt_reserve=", parse_rt_reserve},
};

/* Returns NULL or what is wrong with the option. */
static const char *parse_option(struct value option, struct cmdline *out) {
    for (size_t i = 0; i < sizeof(cmdline_options) / sizeof(cmdline_options[0]); i++) {
        const char *name = cmdline_options[i].name;
        size_t size = strlen(name);

        if (option.size < size || memcmp(option.text, name, size) != 0 ||
            (name[size - 1] != '=' && option.size > size)) {
            continue;
        }
        struct value value = {option.text + size, option.size - size};
        struct cmdline changed = *out;
        if (!cmdline_options[i].set(value, &changed)) {
            return "has a value that is not valid";
        }
        *out = changed;
        return NULL;
    }
    return "is not known";
}

/* Does @option stand in @text before itself? */
static bool is_repeated(const char *text, struct value option) {
    while (text < option.text) {
        size_t size = strcspn(text, " ");

        if (size == option.size && memcmp(text, option.text, size) == 0) {
            return true;
        }
        text += size + 1;
    }
    return false;
}

static char kept[CMDLINE_MAX];

const char *cmdline_text(void) {
    return kept;
}

void cmdline_parse(const char *text, struct cmdline *out,
                   void (*warn)(const char *option, size_t size, const char *why)) {
    const char *start = text ? text : "";

    strncpy(kept, start, sizeof(kept) - 1);
    *out = (struct cmdline){
        .dom0_mem = DOM0_MEM_DEFAULT, .dom0_max_vcpus = 1, .rt_reserve = RT_RESERVE_DEFAULT};
    for (text = start; *text;) {
        struct value option = {text, strcspn(text, " ")};

        text += option.size + (text[option.size] == ' ');
        const char *why = option.size > 0 ? parse_option(option, out) : NULL;
        if (why && warn && !is_repeated(start, option)) {
            warn(option.text, option.size, why);
        }
    }
}
