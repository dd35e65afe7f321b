/* SPDX-License-Identifier: MIT */
/*
 * descriptors.c - the descriptor table. The restarter's own 0, 1 and 2 are moved out of the way first, every other
 * one is closed; then the program's are made in rising order. Runs in the hole.
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "inside.h"
#include "say.h"

static int own[3]; /* the restarter's, above all of the program's */

static int failed(struct plan *p, const struct descriptor *d, const char *what, long err)
{
	say("%s: descriptor %d: %s: %s: %s", plan_text(p, p->image_name), (int)d->fd, plan_text(p, d->path), what,
	    error_text(err));
	return -1;
}

static int move_own(struct plan *p)
{
	const struct descriptor *all = plan_descriptors(p);
	uint32_t base = p->descriptor_count ? all[p->descriptor_count - 1].fd + 1 : 3;
	uint64_t limit[2];

	if (base < 3)
		base = 3;
	if (!sys_prlimit(0, RLIMIT_NOFILE, NULL, limit) && limit[0] < base + 4ull) {
		limit[0] = limit[1];
		sys_prlimit(0, RLIMIT_NOFILE, limit, NULL);
	}
	for (int i = 0; i < 3; i++) {
		long fd = FAULTY("restart.move", sys_fcntl(i, F_DUPFD_CLOEXEC, base));

		if (fd < 0) {
			say("%s: descriptor %d can't be moved above %d: %s; raise the limit (ulimit -n)",
			    plan_text(p, p->image_name), i, (int)base, error_text(fd));
			return -1;
		}
		own[i] = (int)fd;
		base = (uint32_t)fd + 1; /* rising, so that one close_range ends them */
	}
	say_to(own[2]);
	sys_close_range(0, (unsigned)own[0] - 1, 0);
	for (int i = 0; i < 2; i++)
		if (own[i] + 1 < own[i + 1])
			sys_close_range((unsigned)own[i] + 1, (unsigned)own[i + 1] - 1, 0);
	return 0;
}

/* The restarter's descriptor of the terminal that this one was, -1: none of them. */
static int own_terminal(struct plan *p, const struct descriptor *d)
{
	const struct descriptor *all = plan_descriptors(p);

	for (uint32_t i = 0; i < p->descriptor_count && all[i].fd <= 2; i++)
		if (all[i].kind == FD_TERMINAL && !str_cmp(plan_text(p, all[i].path), plan_text(p, d->path)))
			return own[all[i].fd];
	return -1;
}

static long open_path(struct plan *p, const struct descriptor *d)
{
	int flags = (int)(d->flags & FD_OPEN_FLAGS);
	long fd = FAULTY("restart.open_file", sys_openat(AT_FDCWD, plan_text(p, d->path), flags | O_NOCTTY | O_CLOEXEC, 0));

	if (fd < 0 && d->kind == FD_TERMINAL)
		fd = sys_openat(AT_FDCWD, "/dev/tty", flags | O_NOCTTY | O_CLOEXEC, 0);
	if (fd < 0)
		return fd;
	if ((d->kind == FD_FILE || d->kind == FD_DIRECTORY) && d->offset) {
		long err = FAULTY("restart.seek", sys_lseek((int)fd, (int64_t)d->offset, 0 /* SEEK_SET */));

		if (err < 0) {
			sys_close((int)fd);
			return err;
		}
	}
	return fd;
}

/* The descriptor of which this one becomes a duplicate, or -1: it is opened by its path. */
static int source(struct plan *p, const struct descriptor *d)
{
	bool outside = d->kind == FD_TERMINAL || d->kind == FD_PIPE || d->kind == FD_SOCKET || d->kind == FD_OTHER;

	if (d->fd <= 2 && outside)
		return own[d->fd];
	if (d->same >= 0)
		return d->same;
	if (d->kind == FD_TERMINAL)
		return own_terminal(p, d);
	return -1;
}

static int rebuild(struct plan *p, const struct descriptor *d)
{
	int from = source(p, d);
	long fd = from;

	if (from < 0)
		fd = open_path(p, d);
	if (fd < 0)
		return failed(p, d, "can't be opened", fd);
	if (fd != (int)d->fd) {
		long err = FAULTY("restart.dup", sys_dup3((int)fd, (int)d->fd, d->cloexec ? O_CLOEXEC : 0));

		if (from < 0)
			sys_close((int)fd);
		if (err < 0)
			return failed(p, d, "can't get its number", err);
	} else {
		sys_fcntl((int)d->fd, F_SETFD, d->cloexec ? FD_CLOEXEC : 0);
	}
	/* The program counts on it; that others share the terminal or pipe was so before. */
	if (from >= 0 && d->fd <= 2 && d->flags & O_NONBLOCK)
		sys_fcntl((int)d->fd, F_SETFL, sys_fcntl((int)d->fd, F_GETFL, 0) | O_NONBLOCK);
	return 0;
}

int descriptors_rebuild(struct plan *p)
{
	const struct descriptor *d = plan_descriptors(p);

	sys_close(p->image_fd);
	if (move_own(p))
		return -1;
	for (uint32_t i = 0; i < p->descriptor_count; i++, d++)
		if (!d->dropped && rebuild(p, d))
			return -1;
	return 0;
}

void descriptors_finish(void)
{
	say_to(-1);
	sys_close_range((unsigned)own[0], ~0u, 0);
}
