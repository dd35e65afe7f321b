/* SPDX-License-Identifier: MIT */
/*
 * check_files.c - are the files of mappings and descriptors here, and are they what they were? Decides what each region
 * is made of. Opens and closes, changes nothing.
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "arch/x86_64/syscall.h"
#include "plan.h"
#include "say.h"
#include "stat.h"

/* --- regions --- */

/* Why a file can't be mapped as it was, or NULL. `size` etc. are of the first region that was looked at. */
static const char *file_obstacle(const struct region *g, const char *name)
{
	bool write = g->shared && g->flags & CKPT_REGION_MAYWRITE;
	struct kernel_stat st;
	const char *obstacle = NULL;
	long fd;

	if (str_ends(name, " (deleted)"))
		return "was deleted";
	fd = sys_openat(AT_FDCWD, name, (write ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	if (fd < 0)
		return fd == -ENOENT || fd == -ENOTDIR ? "is gone" : error_text(fd);
	sys_fstat((int)fd, &st);
	if (g->shared) {
		uint64_t need = g->size < g->offset + (g->end - g->start) ? g->size
									  : g->offset + (g->end - g->start);

		if ((st.mode & S_IFMT) == S_IFREG ? (uint64_t)st.size < need : (st.mode & S_IFMT) != S_IFCHR)
			obstacle = (st.mode & S_IFMT) == S_IFREG ? "is shorter than it was" : "is no file now";
	} else if ((st.mode & S_IFMT) != S_IFREG) {
		obstacle = "is no regular file now";
	} else if ((uint64_t)st.size != g->size || stat_mtime(&st) != g->mtime) {
		/* Every page is compared with the saved one, but for pages that were left out. */
		obstacle = "has changed since";
	}
	sys_close((int)fd);
	return obstacle;
}

static int decide_file(struct plan *p, struct region *g, const struct region *before)
{
	const char *name = plan_text(p, g->name);
	bool told = before && before->kind == KIND_FILE && !str_cmp(plan_text(p, before->name), name);
	const char *obstacle = file_obstacle(g, name);
	bool memory = str_starts(name, "/dev/zero") || str_starts(name, "/memfd:") || str_starts(name, "/SYSV");

	if (!obstacle) {
		g->way = g->shared ? WAY_SHARED_FILE : WAY_FILE;
		return 0;
	}
	if (!(g->flags & CKPT_REGION_CONTENT)) {
		say("%s: the mapped file %s %s, and its pages were not saved; bring it back",
		    plan_text(p, p->image_name), name, obstacle);
		return CKPT_EXIT_FAILED;
	}
	g->way = g->shared ? WAY_SHARED : WAY_ANON;
	if (!told && !memory)
		say("warning: the mapped file %s %s: its saved pages are used", name, obstacle);
	return 0;
}

int check_regions(struct plan *p)
{
	struct region *g = plan_regions(p);
	struct region *before = NULL;

	for (uint32_t i = 0; i < p->region_count; i++, before = g, g++) {
		const char *name = plan_text(p, g->name);
		int err = 0;

		if (g->kind != KIND_VSYSCALL && g->end > USER_END) {
			say("%s: has memory at 0x%lx, above what a process can have here",
			    plan_text(p, p->image_name), g->start);
			return CKPT_EXIT_FAILED;
		}
		switch (g->kind) {
		case KIND_FILE:
			err = decide_file(p, g, before);
			break;
		case KIND_VDSO:
			g->way = WAY_VDSO;
			break;
		case KIND_VVAR:
		case KIND_VSYSCALL:
			g->way = WAY_SKIP;
			break;
		case KIND_SPECIAL:
			if (str_starts(name, "[vvar"))
				g->way = WAY_SKIP;
			else if (str_starts(name, "[anon"))
				g->way = g->shared ? WAY_SHARED : WAY_ANON;
			else
				g->way = g->filled ? WAY_ANON : WAY_SKIP;
			break;
		default:
			g->way = g->shared ? WAY_SHARED : WAY_ANON;
		}
		if (err)
			return err;
	}
	return 0;
}

/* --- descriptors --- */

static int refuse(struct plan *p, const struct descriptor *d, const char *why)
{
	say("%s: descriptor %d: %s %s", plan_text(p, p->image_name), (int)d->fd, plan_text(p, d->path), why);
	return CKPT_EXIT_FAILED;
}

static int check_file(struct plan *p, struct descriptor *d)
{
	struct kernel_stat st;
	uint32_t kind = d->kind == FD_FILE ? S_IFREG : S_IFDIR;
	long fd = sys_openat(AT_FDCWD, plan_text(p, d->path),
			     (int)(d->flags & FD_OPEN_FLAGS) | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0);
	int err = 0;

	if (fd < 0) {
		say("%s: descriptor %d: %s can't be opened: %s; bring it back", plan_text(p, p->image_name),
		    (int)d->fd, plan_text(p, d->path), error_text(fd));
		return CKPT_EXIT_FAILED;
	}
	sys_fstat((int)fd, &st);
	if ((st.mode & S_IFMT) != kind)
		err = refuse(p, d, "is of another kind now; bring the file back");
	else if (d->kind == FD_FILE && d->offset > (uint64_t)st.size && (uint64_t)st.size < d->size)
		err = refuse(p, d, "is shorter than it was, and the program was behind its end; bring it back");
	sys_close((int)fd);
	return err;
}

static bool is_known_device(const char *path)
{
	return !str_cmp(path, "/dev/null") || !str_cmp(path, "/dev/zero") || !str_cmp(path, "/dev/full") ||
	       !str_cmp(path, "/dev/random") || !str_cmp(path, "/dev/urandom") || !str_cmp(path, "/dev/tty");
}

/* Does descriptor `fd` become one of the restarter's own? */
static bool is_ours(struct plan *p, const struct descriptor *d)
{
	const struct descriptor *all = plan_descriptors(p);

	if (d->fd <= 2)
		return true;
	if (d->same >= 0 && d->same <= 2)
		return true;
	if (d->kind != FD_TERMINAL)
		return false;
	for (uint32_t i = 0; i < p->descriptor_count && all[i].fd <= 2; i++)
		if (all[i].kind == FD_TERMINAL && !str_cmp(plan_text(p, all[i].path), plan_text(p, d->path)))
			return true;
	return false;
}

/* Will this descriptor be there? They rise. */
static bool exists(struct plan *p, int32_t fd)
{
	const struct descriptor *all = plan_descriptors(p);
	uint32_t low = 0;
	uint32_t high = p->descriptor_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (all[middle].fd <= (uint32_t)fd)
			low = middle;
		else
			high = middle;
	}
	return low < high && (int32_t)all[low].fd == fd && !all[low].dropped;
}

/* A terminal is opened by its name; what has taken the name may be something that an open waits for. */
static bool is_device_or_gone(const char *path)
{
	struct kernel_stat st;

	return sys_stat(path, &st) || (st.mode & S_IFMT) == S_IFCHR;
}

int check_descriptors(struct plan *p)
{
	struct descriptor *d = plan_descriptors(p);

	for (uint32_t i = 0; i < p->descriptor_count; i++, d++) {
		int err = 0;

		if (d->dropped)
			continue;
		if (d->same >= 0 && !exists(p, d->same))
			return refuse(p, d, "shares a descriptor that is not in the image");
		switch (d->kind) {
		case FD_FILE:
		case FD_DIRECTORY:
			if (d->same < 0)
				err = check_file(p, d);
			break;
		case FD_DEVICE:
			if (is_known_device(plan_text(p, d->path)) || d->same >= 0)
				break;
			/* fall through */
		default:
			if (is_ours(p, d) || d->same > 2 ||
			    (d->kind == FD_TERMINAL && is_device_or_gone(plan_text(p, d->path))))
				break;
			if (p->force)
				d->dropped = true;
			else
				err = refuse(p, d, "can't be restored; --force brings it back closed");
		}
		if (err)
			return err;
	}
	return 0;
}
