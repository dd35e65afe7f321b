/* SPDX-License-Identifier: MIT */
/*
 * obstacles.c - what a program may have that this version can't save. All obstacles are found before anything is said, so
 * that the user meets them once. Runs in the helper while the program stands still.
 */
#include <stdarg.h>

#include <asm/stat.h>
#include <linux/stat.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/maps.h"
#include "engine.h"

void obstacle(struct capture *c, const char *fmt, ...)
{
	va_list ap;

	if (c->obstacles.len)
		text_str(&c->obstacles, "; ");
	va_start(ap, fmt);
	text_vfmt(&c->obstacles, fmt, ap);
	va_end(ap);
}

static void look_at_children(struct capture *c)
{
	char path[64], buf[4096], comm[32];
	struct text t;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		text_init(&t, path, sizeof path);
		text_fmt(&t, "/proc/%d/task/%d/children", c->pid, c->tids[i]);
		if (proc_read(path, buf, sizeof buf) <= 0)
			continue;
		for (const char *p = buf; *p >= '0' && *p <= '9'; p += *p == ' ') {
			int child = (int)str_number(&p, 10);
			long n;

			if (child == (int)sys_getpid())
				continue;
			text_init(&t, path, sizeof path);
			text_fmt(&t, "/proc/%d/comm", child);
			n = proc_read(path, comm, sizeof comm);
			if (n > 0 && comm[n - 1] == '\n')
				comm[n - 1] = 0;
			if (n > 0 && str_cmp(comm, CKPT_MAKER_NAME) == 0) {
				c->left_maker = child;
				continue;
			}
			obstacle(c, "it has a child process %d (%s): wait for its end", child, n > 0 ? comm : "?");
		}
	}
}

static void look_at_status(struct capture *c)
{
	char buf[4096];
	const char *p;

	if (proc_read_task(c, "status", buf, sizeof buf) < 0)
		return;
	p = proc_status(buf, "Seccomp");
	if (p && *p != '0')
		obstacle(c, "it runs under a seccomp %s, which can't be put back", *p == '1' ? "sandbox" : "filter");
	p = proc_status(buf, "x86_Thread_features");
	if (p && str_starts(p, "shstk"))
		obstacle(c, "it uses shadow stacks");
}

static void look_at_timers(struct capture *c)
{
	char buf[512];
	char path[40];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/timers", c->pid);
	if (proc_read(path, buf, sizeof buf) != 0)
		if (str_starts(buf, "ID:"))
			obstacle(c, "it has POSIX timers (timer_create)");
}

/* Shared memory is refused unless it is a regular file that is still there under its name. */
static void look_at_shared(struct capture *c, const struct map_entry *m)
{
	struct stat st;

	if (!m->shared)
		return;
	if (m->inode && !m->deleted && m->name[0] == '/' && sys_stat(m->name, &st) == 0 &&
	    S_ISREG(st.st_mode) && st.st_ino == m->inode)
		return;
	obstacle(c, "it has shared memory at 0x%lx that is no file on disk (%s)", (unsigned long)m->start,
		 m->name[0] ? m->name : "anonymous");
}

/* The text of the maps is kept: the snapshot compares its own with it. */
static int look_at_maps(struct capture *c)
{
	uint64_t room = AREA_SIZE - CKPT_HELPER_STACK_SIZE - sizeof *c - c->arena_used - 128;
	struct map_entry m;
	const char *p;
	long n;

	/* Half of what is left: registers of the threads follow. */
	c->maps = arena_take(c, room / 2);
	n = c->maps ? proc_read("/proc/self/maps", c->maps, room / 2) : -E2BIG;
	if (n < 0) {
		report_error(c, "refused", "the program has too many mappings to be checkpointed");
		return (int)n;
	}
	c->maps_size = (uint64_t)n;
	c->arena_used -= room / 2 - (uint64_t)n - 1;
	for (p = c->maps; *p;) {
		if (maps_parse_line(&p, &m) < 0)
			return -EIO;
		look_at_shared(c, &m);
	}
	return 0;
}

int collect_obstacles(struct capture *c)
{
	int err = look_at_maps(c);

	if (err < 0)
		return err;
	look_at_children(c);
	look_at_status(c);
	look_at_timers(c);
	if (c->leader_gone)
		obstacle(c, "its main thread has exited while others run");
	if (str_ends(c->cwd, " (deleted)"))
		obstacle(c, "its working directory is deleted (%s)", c->cwd);
	return 0;
}
