// SPDX-License-Identifier: GPL-2.0-only
/*
 * A driver that maps what it is told to: frames at once (/dev/frames-now) or when they are touched
 * (/dev/frames-fault), the offset of mmap() being their machine address; and a range of its own by
 * ioremap() when it is loaded.  It has one page, which it gives back to the hypervisor on request.
 */
#include <linux/io.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/moduleparam.h>
#include <xen/xen.h>
#include <xen/interface/xen.h>
#include <xen/interface/memory.h>
#include <asm/xen/hypercall.h>

static unsigned long device;
module_param(device, ulong, 0);
static unsigned long device_size = PAGE_SIZE;
module_param(device_size, ulong, 0);

static unsigned long page;	/* physical address */
module_param(page, ulong, 0444);

static int give(const char *value, const struct kernel_param *param)
{
	xen_pfn_t frame = page >> PAGE_SHIFT;
	struct xen_memory_reservation reservation = {
		.nr_extents = 1,
		.domid = DOMID_SELF,
	};

	set_xen_guest_handle(reservation.extent_start, &frame);
	return HYPERVISOR_memory_op(XENMEM_decrease_reservation,
				    &reservation) == 1 ? 0 : -EIO;
}

static const struct kernel_param_ops give_ops = { .set = give };
module_param_cb(give, &give_ops, NULL, 0200);

static int map_now(struct file *file, struct vm_area_struct *vma)
{
	return remap_pfn_range(vma, vma->vm_start, vma->vm_pgoff,
			       vma->vm_end - vma->vm_start, vma->vm_page_prot);
}

static vm_fault_t map_one(struct vm_fault *vmf)
{
	return vmf_insert_pfn(vmf->vma, vmf->address & PAGE_MASK, vmf->pgoff);
}

static const struct vm_operations_struct faulting = { .fault = map_one };

static int map_later(struct file *file, struct vm_area_struct *vma)
{
	vm_flags_set(vma, VM_PFNMAP | VM_IO | VM_DONTEXPAND);
	vma->vm_ops = &faulting;
	return 0;
}

static const struct file_operations now_fops = {
	.owner = THIS_MODULE,
	.mmap = map_now,
};

static const struct file_operations fault_fops = {
	.owner = THIS_MODULE,
	.mmap = map_later,
};

static struct miscdevice now = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "frames-now",
	.fops = &now_fops,
};

static struct miscdevice fault = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = "frames-fault",
	.fops = &fault_fops,
};

static void try_device(void)
{
	void __iomem *mapped = ioremap(device, device_size);

	pr_info("frames: ioremap %#lx %s\n", device,
		mapped ? "mapped" : "refused");
	if (mapped)
		iounmap(mapped);
}

static int __init frames_init(void)
{
	void *own = (void *)__get_free_page(GFP_KERNEL | __GFP_ZERO);

	if (!own)
		return -ENOMEM;
	page = virt_to_phys(own);
	if (device)
		try_device();
	return misc_register(&now) ?: misc_register(&fault);
}

/* The page may be the hypervisor's by now. */
static void __exit frames_exit(void)
{
	misc_deregister(&fault);
	misc_deregister(&now);
}

module_init(frames_init);
module_exit(frames_exit);
MODULE_DESCRIPTION("Mappings on request");
MODULE_LICENSE("GPL");
