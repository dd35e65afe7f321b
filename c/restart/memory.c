/* SPDX-License-Identifier: MIT */
/*
 * memory.c - the address space: emptied, then mapped as it was. Runs in the hole: no pointer to the restarter's
 * first memory, no kernel stack. System calls, str.c and maps.c alone.
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/prctl.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/maps.h"
#include "inside.h"
#include "procfs.h"
#include "say.h"

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static int failed(struct plan *p, const struct region *g, const char *what, long err)
{
	say("%s: memory 0x%lx-0x%lx %s: %s: %s%s", plan_text(p, p->image_name), g->start, g->end,
	    plan_text(p, g->name), what, error_text(err), err == -ENOMEM ? "; free some, or raise ulimit -v" : "");
	return -1;
}

/* Calls visit for every mapping of this process. */
static int each_mapping(struct plan *p, int (*visit)(struct plan *, const struct map_entry *))
{
	static struct map_entry m;
	char *text = (char *)p->buffer;
	long n = procfs_read("/proc/self/maps", text, BUFFER_SIZE);
	const char *at = text;

	if (n <= 0) {
		say("%s: /proc/self/maps can't be read: %s", plan_text(p, p->image_name), error_text(n));
		return -1;
	}
	while (*at) {
		int err = maps_parse_line(&at, &m);

		if (!err)
			err = visit(p, &m);
		if (err)
			return err;
	}
	return 0;
}

static int look_for_vdso(struct plan *p, const struct map_entry *m)
{
	(void)p;
	vdso_note(m);
	return 0;
}

static int unmap(struct plan *p, const struct map_entry *m)
{
	uint64_t hole_end = p->hole + p->hole_size;
	uint64_t start = m->start;
	uint64_t end = m->end;

	if (end > USER_END || vdso_holds(start, end))
		return 0;
	/* The kernel may have merged the hole with a neighbour. */
	if (start < p->hole && end > p->hole) {
		sys_munmap((void *)start, p->hole - start);
		start = p->hole;
	}
	if (start < hole_end && end > hole_end) {
		sys_munmap((void *)hole_end, end - hole_end);
		end = hole_end;
	}
	if (start >= p->hole && end <= hole_end)
		return 0;
	sys_munmap((void *)start, end - start); /* a sealed mapping stays, and is in nobody's way */
	return 0;
}

int memory_clear(struct plan *p)
{
	if (each_mapping(p, look_for_vdso) || vdso_park(p))
		return -1;
	return each_mapping(p, unmap);
}

/* --- mapping --- */

/* The file of the last region: libraries have several regions in a row. */
static int open_fd = -1;
static ref open_name;
static bool open_for_write;

static void close_file(void)
{
	if (open_fd >= 0)
		sys_close(open_fd);
	open_fd = -1;
}

static int open_region(struct plan *p, const struct region *g)
{
	bool write = g->way == WAY_SHARED_FILE && g->flags & CKPT_REGION_MAYWRITE;
	long fd;

	if (open_fd >= 0 && open_for_write == write &&
	    !str_cmp(plan_text(p, open_name), plan_text(p, g->name)))
		return 0;
	close_file();
	fd = FAULTY("restart.open_mapped", sys_openat(AT_FDCWD, plan_text(p, g->name),
						      (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0));
	if (fd < 0)
		return failed(p, g, "its file can't be opened", fd);
	open_fd = (int)fd;
	open_name = g->name;
	open_for_write = write;
	return 0;
}

static int map_region(struct plan *p, struct region *g)
{
	int flags = MAP_FIXED_NOREPLACE;
	int fd = -1;
	long at;

	g->prot_now = (uint8_t)g->prot;
	switch (g->way) {
	case WAY_SKIP:
	case WAY_VDSO:
		return 0;
	case WAY_FILE:
	case WAY_SHARED_FILE:
		if (open_region(p, g))
			return -1;
		fd = open_fd;
		flags |= g->way == WAY_FILE ? MAP_PRIVATE : MAP_SHARED;
		break;
	default:
		flags |= MAP_ANONYMOUS | (g->way == WAY_SHARED ? MAP_SHARED : MAP_PRIVATE);
		/* Untouched memory gets its protection at once: a large one that can't be written costs nothing. */
		if (g->filled)
			g->prot_now |= PROT_READ | PROT_WRITE;
	}
	if (g->flags & CKPT_REGION_NORESERVE)
		flags |= MAP_NORESERVE;
	if (g->flags & CKPT_REGION_GROWSDOWN && g->way == WAY_ANON)
		flags |= MAP_GROWSDOWN;
	at = FAULTY("restart.map", sys_mmap((void *)g->start, g->end - g->start, g->prot_now, flags, fd,
					    fd < 0 ? 0 : (int64_t)g->offset));
	if (at < 0)
		return failed(p, g, "can't be mapped", at);
	if ((uint64_t)at != g->start) /* a kernel before 4.17 takes the address as a wish */
		return failed(p, g, "can't be mapped", -EEXIST);
	if (g->flags & CKPT_REGION_HUGEPAGE)
		sys_madvise((void *)g->start, g->end - g->start, MADV_HUGEPAGE);
	if (g->flags & CKPT_REGION_NOHUGEPAGE)
		sys_madvise((void *)g->start, g->end - g->start, MADV_NOHUGEPAGE);
	return 0;
}

int memory_map(struct plan *p)
{
	int err = 0;

	for (uint32_t i = 0; i < p->region_count && !err; i++)
		err = map_region(p, plan_regions(p) + i);
	close_file();
	return err;
}

/* --- the last touches --- */

static void name_region(struct plan *p, const struct region *g)
{
	const char *name = plan_text(p, g->name);
	char text[256];
	struct text t;

	if (!str_starts(name, "[anon:") || !str_ends(name, "]"))
		return;
	text_init(&t, text, sizeof text);
	text_mem(&t, name + 6, str_len(name + 6) - 1);
	/* A kernel without names says EINVAL: the memory is the same. */
	sys_prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, g->start, g->end - g->start, (unsigned long)text);
}

static int finish_region(struct plan *p, struct region *g)
{
	static const struct {
		uint32_t flag;
		int advice;
	} advices[] = {
		{ CKPT_REGION_DONTDUMP, MADV_DONTDUMP },
		{ CKPT_REGION_WIPEONFORK, MADV_WIPEONFORK },
		{ CKPT_REGION_DONTFORK, MADV_DONTFORK },
		{ CKPT_REGION_MERGEABLE, MADV_MERGEABLE },
	};
	uint64_t n = g->end - g->start;

	if (g->way == WAY_SKIP || g->way == WAY_VDSO)
		return 0;
	for (unsigned i = 0; i < sizeof advices / sizeof *advices; i++)
		if (g->flags & advices[i].flag)
			sys_madvise((void *)g->start, n, advices[i].advice);
	name_region(p, g);
	if (g->prot_now != g->prot) {
		long err = FAULTY("restart.protect", sys_mprotect((void *)g->start, n, (int)g->prot));

		if (err)
			return failed(p, g, "can't be protected", err);
	}
	if (g->flags & CKPT_REGION_LOCKED && ckpt_syscall2(__NR_mlock, g->start, n) < 0)
		say("warning: memory 0x%lx-0x%lx was locked and is not any more (ulimit -l)", g->start, g->end);
	return 0;
}

/* brk, arguments, environment and auxiliary vector, as /proc shows them. */
static int set_mm(struct plan *p)
{
	struct mm_map mm = p->mm;
	long err = -1;

	mm.auxv = (uint64_t)plan_at(p, p->auxv);
	mm.exe_fd = ~0u;
	if (!p->exec_done) {
		long fd = sys_openat(AT_FDCWD, plan_text(p, p->exe), O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0);

		if (fd >= 0) {
			mm.exe_fd = (uint32_t)fd;
			err = sys_prctl(PR_SET_MM, PR_SET_MM_MAP, (unsigned long)&mm, sizeof mm, 0);
			sys_close((int)fd);
			mm.exe_fd = ~0u;
		}
	}
	if (err)
		err = FAULTY("restart.set_mm", sys_prctl(PR_SET_MM, PR_SET_MM_MAP, (unsigned long)&mm, sizeof mm, 0));
	if (err) {
		say("%s: the ends of its heap and arguments can't be set: %s", plan_text(p, p->image_name),
		    error_text(err));
		return -1;
	}
	return 0;
}

int memory_finish(struct plan *p)
{
	for (uint32_t i = 0; i < p->region_count; i++)
		if (finish_region(p, plan_regions(p) + i))
			return -1;
	return set_mm(p);
}
