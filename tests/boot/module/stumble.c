// SPDX-License-Identifier: GPL-2.0-only
/*
 * A module that calls its way down and, if asked to, reads from nowhere: shows that modules load,
 * run and unload, and that an oops names who called whom and leaves the kernel running.
 */
#include <linux/module.h>
#include <linux/moduleparam.h>

static unsigned long from;
module_param(from, ulong, 0);

static noinline unsigned long stumble_read(const unsigned long *address)
{
	return READ_ONCE(*address) + 1;
}

static noinline unsigned long stumble_walk(unsigned long address)
{
	return stumble_read((const unsigned long *)address) + 1;
}

static int __init stumble_init(void)
{
	pr_info("stumble: walks\n");
	if (from)
		pr_info("stumble: got up with %lu\n", stumble_walk(from));
	return 0;
}

static void __exit stumble_exit(void)
{
	pr_info("stumble: leaves\n");
}

module_init(stumble_init);
module_exit(stumble_exit);
MODULE_DESCRIPTION("Oops on request");
MODULE_LICENSE("GPL");
