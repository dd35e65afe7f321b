/* SPDX-License-Identifier: MIT */
/*
 * check.c - can this image be restarted here and by this user? Everything that can be known before anything is undone:
 * user, CPU, PIDs, limits. Each refusal is one line. Changes nothing outside the plan.
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

#include "arch/x86_64/frame.h"
#include "arch/x86_64/syscall.h"
#include "plan.h"
#include "procfs.h"
#include "say.h"

#define USER_CS 0x33
#define X_OK 1

static int check_user(struct plan *p)
{
	uint32_t uid = (uint32_t)sys_geteuid();

	if (p->uid == uid || p->force)
		return 0;
	say("%s: is a program of uid %d, you are uid %d; restart it as that user, or with --force as you",
	    plan_text(p, p->image_name), (int)p->uid, (int)uid);
	return CKPT_EXIT_FAILED;
}

static const char *feature_name(unsigned bit)
{
	if (bit == 2)
		return "AVX";
	if (bit == 3 || bit == 4)
		return "MPX";
	if (bit >= 5 && bit <= 7)
		return "AVX-512";
	if (bit == 9)
		return "protection keys (PKU)";
	if (bit == 17 || bit == 18)
		return "AMX";
	if (bit == 19)
		return "APX";
	return "a register set";
}

static int check_cpu(struct plan *p)
{
	uint64_t here = frame_features();

	for (unsigned bit = 2; bit < 64; bit++)
		if (p->xinuse >> bit & ~(here >> bit) & 1) {
			say("%s: uses %s (XCR0 bit %d), which this CPU or kernel does not have; "
			    "restart it where it is", plan_text(p, p->image_name), feature_name(bit),
			    (int)bit);
			return CKPT_EXIT_FAILED;
		}
	return 0;
}

/* Can every thread be given its registers back? */
static int check_threads(struct plan *p)
{
	struct thread *t = plan_threads(p);
	uint64_t here = frame_features();
	uint64_t room = FRAME_ALIGN; /* the counter */
	const char *name = plan_text(p, p->image_name);

	if (!p->leave) {
		say("%s: was saved without libckpt in the program, which this version can't restart yet",
		    name);
		return CKPT_EXIT_FAILED;
	}
	if (t->tid != p->pid) {
		say("%s: the main thread of the program had ended, which this version can't restart yet",
		    name);
		return CKPT_EXIT_FAILED;
	}
	for (uint32_t i = 0; i < p->thread_count; i++, t++) {
		uint64_t in_use;

		memcpy(&in_use, (char *)plan_at(p, t->xstate) + 512, sizeof in_use);
		in_use &= here;
		if (frame_xstate_size(in_use) > t->xstate_size) {
			say("%s: thread %d: its registers were saved on a CPU with another layout of them; "
			    "restart it on a CPU of that kind", name, (int)t->tid);
			return CKPT_EXIT_FAILED;
		}
		if ((t->regs[REG_CS] & 0xffff) != USER_CS) {
			say("%s: thread %d runs 32-bit code, which can't be restarted", name, (int)t->tid);
			return CKPT_EXIT_FAILED;
		}
		room += frame_size(in_use);
	}
	if (room > p->scratch_size) {
		say("%s: %d threads are more than can be restarted (%lu bytes of frames, there is room for %lu)",
		    name, (int)p->thread_count, room, p->scratch_size);
		return CKPT_EXIT_FAILED;
	}
	return 0;
}

/* Is [at, at + n) memory that will be there, with at least this protection? Neighbouring regions do together. */
static bool is_mapped(const struct plan *p, uint64_t at, uint64_t n, uint32_t prot)
{
	const struct region *g = plan_regions(p);

	for (uint32_t i = 0; i < p->region_count && n; i++, g++) {
		if (at < g->start || at >= g->end)
			continue;
		if ((g->prot & prot) != prot || g->way == WAY_SKIP || (prot & CKPT_PROT_WRITE && g->shared))
			return false;
		if (n <= g->end - at)
			return true;
		n -= g->end - at;
		at = g->end;
	}
	return false;
}

/* The restarter writes to libckpt's scratch memory and jumps into its code. */
static int check_library(struct plan *p)
{
	const char *what = NULL;

	if (p->scratch % FRAME_ALIGN || !is_mapped(p, p->scratch, p->scratch_size, CKPT_PROT_READ | CKPT_PROT_WRITE))
		what = "scratch memory";
	else if (!is_mapped(p, p->leave, 1, CKPT_PROT_EXEC) || !is_mapped(p, p->leave_last, 1, CKPT_PROT_EXEC))
		what = "code";
	if (!what)
		return 0;
	say("%s: damaged: libckpt's %s is not in its memory; take another copy of it", plan_text(p, p->image_name), what);
	return CKPT_EXIT_FAILED;
}

/* One vdso at most, of a size that it can be held in. */
static int check_vdso(struct plan *p)
{
	const struct region *g = plan_regions(p);
	unsigned count = 0;

	for (uint32_t i = 0; i < p->region_count; i++, g++)
		if (g->kind == KIND_VDSO && (++count > 1 || g->end - g->start > VDSO_COPY_SIZE)) {
			say("%s: damaged: its vdso at 0x%lx is too large, or the second; take another copy of it",
			    plan_text(p, p->image_name), g->start);
			return CKPT_EXIT_FAILED;
		}
	return 0;
}

static int check_place(struct plan *p)
{
	const char *cwd = plan_text(p, p->cwd);
	long err = ckpt_syscall3(__NR_faccessat, AT_FDCWD, cwd, X_OK);
	uint64_t limit[2];

	if (!err) {
		long fd = sys_openat(AT_FDCWD, cwd, O_PATH | O_DIRECTORY | O_CLOEXEC, 0);

		err = fd < 0 ? fd : 0;
		if (fd >= 0)
			sys_close((int)fd);
	}
	if (err) {
		say("%s: its working directory %s: %s; make it again", plan_text(p, p->image_name), cwd,
		    error_text(err));
		return CKPT_EXIT_FAILED;
	}
	if (p->descriptor_count && !sys_prlimit(0, RLIMIT_NOFILE, NULL, limit)) {
		uint32_t last = plan_descriptors(p)[p->descriptor_count - 1].fd;

		if (last + 4ull >= limit[1]) {
			say("%s: has descriptor %d open, but no more than %lu are allowed here (ulimit -Hn)",
			    plan_text(p, p->image_name), (int)last, limit[1]);
			return CKPT_EXIT_FAILED;
		}
	}
	return 0;
}

static int check_pids(struct plan *p)
{
	char text[32];
	const char *at = text;
	uint64_t max;

	if (p->pids != PIDS_EXACT || procfs_read("/proc/sys/kernel/pid_max", text, sizeof text) <= 0)
		return 0;
	max = str_number(&at, 10);
	for (uint32_t i = 0; i < p->thread_count; i++)
		if (plan_threads(p)[i].tid >= max) {
			say("%s: PID %d is above the highest one here (kernel.pid_max is %lu); "
			    "use --pids fresh", plan_text(p, p->image_name),
			    (int)plan_threads(p)[i].tid, max);
			return CKPT_EXIT_FAILED;
		}
	return 0;
}

int plan_check(struct plan *p)
{
	int err;

	if ((err = check_user(p)) || (err = check_cpu(p)) || (err = check_threads(p)) ||
	    (err = check_place(p)) || (err = check_pids(p)) || (err = check_regions(p)) ||
	    (err = check_library(p)) || (err = check_vdso(p)))
		return err;
	return check_descriptors(p);
}
