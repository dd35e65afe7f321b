/* SPDX-License-Identifier: MIT */
/*
 * enter.c - who becomes the program, and how. /proc/PID/exe is to be the original executable, and only execve(2) can do
 * that without privilege. Where that can't be had, the process fills the hole itself.
 */
#include "enter.h"

#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/stat.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "hole.h"
#include "inside.h"
#include "procfs.h"
#include "say.h"
#include "stat.h"

#ifndef PR_SET_PTRACER
#define PR_SET_PTRACER 0x59616d61
#endif
#define R_OK_X_OK 5

static char maps[64 << 10];

static __attribute__((noreturn)) void give_up(struct plan *p, const char *what, long err)
{
	say("%s: %s: %s", plan_text(p, p->image_name), what, error_text(err));
	sys_exit_group(CKPT_EXIT_FAILED);
}

/* Without an execve: the process itself goes into the hole. */
static __attribute__((noreturn)) void enter_here(struct plan *p)
{
	struct plan *there;
	long err = procfs_read("/proc/self/maps", maps, sizeof maps);

	fault_point("restart.here");
	if (err < 0)
		give_up(p, "/proc/self/maps", err);
	err = hole_choose(p, maps);
	if (!err)
		err = FAULTY("restart.hole", sys_mmap((void *)p->hole, p->hole_size, PROT_READ | PROT_WRITE,
						      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE,
						      -1, 0));
	if (err < 0)
		give_up(p, "there is no place for the restarter beside its memory", err);
	there = (struct plan *)hole_plan(p);
	memcpy(there, p, p->size);
	memcpy((void *)p->hole, blob_start, (size_t)(blob_end - blob_start));
	err = FAULTY("restart.hole_text", sys_mprotect((void *)p->hole, hole_text_size(), PROT_READ | PROT_EXEC));
	if (err)
		give_up(p, "the restarter can't be made executable at another address", err);
	__asm__ volatile("mov %1, %%rsp\n\txor %%ebp, %%ebp\n\tjmp *%2"
			 :
			 : "D"(there), "r"(hole_stack_top(p)), "r"(hole_address(p, (const void *)go))
			 : "memory");
	__builtin_unreachable();
}

/* Can the original executable be started without becoming another user, and be traced? */
static bool can_exec(struct plan *p)
{
	const char *exe = plan_text(p, p->exe);
	struct kernel_stat st;
	char value[64];

	return !p->no_exec && !str_ends(exe, " (deleted)") && !sys_stat(exe, &st) &&
	       (st.mode & S_IFMT) == S_IFREG && !(st.mode & (S_ISUID | S_ISGID)) &&
	       !ckpt_syscall3(__NR_faccessat, AT_FDCWD, exe, R_OK_X_OK) &&
	       ckpt_syscall4(__NR_getxattr, exe, "security.capability", value, sizeof value) < 0;
}

void enter_traced(struct plan *p, int fd)
{
	const char *argv[2] = { plan_text(p, p->exe), NULL };
	const char *envp[1] = { NULL };
	char word = 0;
	long n;

	do
		n = sys_read(fd, &word, 1);
	while (n == -EINTR);
	sys_close(fd);
	fault_point("restart.traced");
	if (n == 1 && word == 'y') {
		sys_fcntl(p->image_fd, F_SETFD, 0);
		if (can_exec(p))
			ckpt_syscall3(__NR_execve, argv[0], argv, envp);
		__asm__ volatile("int3"); /* the tracer sees a trap where it waits for an execve, and lets go */
	}
	p->exec_done = false;
	if (p->tracer) {
		while (sys_wait4((int)p->tracer, NULL, __WALL, NULL) == -EINTR)
			;
		p->tracer = 0;
	}
	enter_here(p);
}

void enter_fresh(struct plan *p)
{
	const uint64_t all = ~0ull;
	int fds[2];
	long self = sys_getpid();
	long pid;

	sys_rt_sigprocmask(SIG_SETMASK, &all, NULL);
	if (!can_exec(p) || FAULTY("restart.pipe", ckpt_syscall2(__NR_pipe2, fds, O_CLOEXEC)) < 0)
		enter_here(p);
	sys_prctl(PR_SET_PTRACER, ~0ul, 0, 0, 0); /* for Yama; taken back in the hole */
	pid = FAULTY("restart.fork", sys_fork());  /* no signal at its end */
	if (pid < 0)
		enter_here(p);
	if (pid == 0) {
		p->tracer = (uint32_t)sys_getpid();
		fault_point("tracer.start");
		trace(p, (int)self, fds[1]);
		sys_exit_group(0);
	}
	p->tracer = (uint32_t)pid;
	fault_point("restart.forked");
	sys_close(fds[1]);
	enter_traced(p, fds[0]);
}
