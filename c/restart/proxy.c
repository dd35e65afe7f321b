/* SPDX-License-Identifier: MIT */
/*
 * proxy.c - exact PIDs: clone3(set_tid) makes the program as a child, in the same process group. The proxy hands on
 * the signals that are sent to it, stops and goes on with the program, and ends as it ends.
 */
#include "proxy.h"

#include <asm/errno.h>
#include <asm/siginfo.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "enter.h"
#include "procfs.h"
#include "say.h"

/* Of 10 ms, where the program was just killed: its parent has not yet noticed, or its snapshot is not yet done. */
#define WAITS_EXACT 300
#define WAITS_AUTO 20
/* Of 10 ms, where another process has the number of a thread: on a busy machine one that will soon have ended. */
#define WAITS_TAKEN 50
#define BIT(sig) (1ull << ((sig) - 1))

/* No process, but one that has ended, or the number is only that of a process group or session. */
static bool is_gone(uint32_t pid)
{
	char comm[16];
	char state = procfs_state(pid, comm);

	return !state || state == 'Z' || state == 'X';
}

static long clone_exact(struct plan *p)
{
	const int64_t nap[2] = { 0, 10000000 };
	int32_t pid = (int32_t)p->pid;
	int waits = p->pids == PIDS_EXACT ? WAITS_EXACT : WAITS_AUTO;
	struct clone_args args;

	memset(&args, 0, sizeof args);
	args.exit_signal = SIGCHLD;
	args.set_tid = (uint64_t)&pid;
	args.set_tid_size = 1;
	for (;;) {
		long ret = FAULTY("proxy.clone", ckpt_syscall2(__NR_clone3, &args, sizeof args));

		if (ret != -EEXIST || !waits-- || !is_gone(p->pid))
			return ret;
		sys_nanosleep(nap, NULL);
	}
}

static int refuse(struct plan *p, long err)
{
	const char *name = plan_text(p, p->image_name);
	char comm[16];

	if (err == -EPERM)
		say("%s: its PID %d can't be had without CAP_CHECKPOINT_RESTORE; use --pids fresh", name,
		    (int)p->pid);
	else if (err == -EEXIST && procfs_state(p->pid, comm))
		say("%s: its PID %d is taken by %s; end that, or use --pids fresh", name, (int)p->pid, comm);
	else if (err == -EEXIST)
		say("%s: its PID %d is taken, as that of a process group or session; end that, or use --pids fresh",
		    name, (int)p->pid);
	else
		say("%s: its PID %d can't be had: %s; use --pids fresh", name, (int)p->pid, error_text(err));
	return CKPT_EXIT_FAILED;
}

/* The thread whose TID is taken by a process or thread, or NULL. */
static const struct thread *taken_thread(struct plan *p)
{
	const int64_t nap[2] = { 0, 10000000 };
	const struct thread *t = plan_threads(p);
	int waits = p->pids == PIDS_EXACT ? WAITS_TAKEN : 0;

	for (uint32_t i = 1; i < p->thread_count; i++)
		while (!is_gone(t[i].tid)) {
			if (!waits--)
				return &t[i];
			sys_nanosleep(nap, NULL);
		}
	return NULL;
}

/* --- the proxy's life --- */

static __attribute__((noreturn)) void die_of(int sig)
{
	const uint64_t no_core[2] = { 0, 0 };
	const uint64_t by_default[4] = { 0, 0, 0, 0 };
	const uint64_t all_but = ~BIT(sig);

	sys_prlimit(0, RLIMIT_CORE, no_core, NULL); /* the program has written one, if any */
	sys_rt_sigaction(sig, by_default, NULL);
	sys_kill((int)sys_getpid(), sig);
	sys_rt_sigprocmask(SIG_SETMASK, &all_but, NULL);
	sys_exit_group(128 + sig);
}

static __attribute__((noreturn)) void end_as(int status)
{
	if (status & 0x7f)
		die_of(status & 0x7f);
	sys_exit_group(status >> 8 & 0xff);
}

/* What became of the program since we looked last? */
static void follow(int pid)
{
	int status;
	long ret;

	while ((ret = sys_wait4(pid, &status, WNOHANG | WUNTRACED | WCONTINUED, NULL)) == pid) {
		if ((status & 0xff) == 0x7f) {
			sys_kill((int)sys_getpid(), SIGSTOP);
			/* Here we go on: somebody continued us. */
			sys_kill(pid, SIGCONT);
		} else if (status == 0xffff) {
			continue;
		} else {
			end_as(status);
		}
	}
	if (ret == -ECHILD) /* never; but to wait for nobody would be for ever */
		sys_exit_group(CKPT_EXIT_FAILED);
}

static void hand_on(int pid, siginfo_t *info)
{
	/* What the kernel sends (^C, hangup) goes to the whole group: the program has it already. */
	if (info->si_code == SI_QUEUE)
		ckpt_syscall3(__NR_rt_sigqueueinfo, pid, info->si_signo, info);
	else if (info->si_code == SI_USER || info->si_code == SI_TKILL)
		sys_kill(pid, info->si_signo);
}

static __attribute__((noreturn)) void be_proxy(int pid)
{
	const uint64_t by_default[4] = { 0, 0, 0, 0 };
	const uint64_t all = ~0ull;
	long null;

	/* An ignored SIGCHLD would make the kernel reap the child. */
	sys_rt_sigaction(SIGCHLD, by_default, NULL);
	/* Readers of a pipe are to see its end when the program closes it. */
	null = sys_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
	for (int fd = 0; null > 2 && fd < 3; fd++)
		sys_dup3((int)null, fd, 0);
	sys_close_range(3, ~0u, 0);
	sys_chdir("/");
	fault_point("proxy.tidy");
	for (;;) {
		siginfo_t info;
		long sig;

		follow(pid);
		sig = ckpt_syscall4(__NR_rt_sigtimedwait, &all, &info, NULL, CKPT_SIGSET_SIZE);
		if (sig > 0 && sig != SIGCHLD && sig != SIGCONT)
			hand_on(pid, &info);
	}
}

/* Whoever kills the proxy with SIGKILL, which it can't hand on, means the program: it is not to go on unseen. */
static void die_with(long proxy)
{
	sys_prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (sys_getppid() != proxy)
		sys_exit_group(CKPT_EXIT_FAILED);
}

int proxy_try(struct plan *p)
{
	const uint64_t by_default[4] = { 0, 0, 0, 0 };
	const uint64_t all = ~0ull;
	const long self = sys_getpid();
	const struct thread *taken;
	uint64_t mask;
	int fds[2];
	long pid;
	int end;

	if (p->pids == PIDS_FRESH)
		return 0;
	taken = taken_thread(p);
	if (taken && p->pids == PIDS_AUTO)
		return 0;
	if (taken) {
		char comm[16];

		procfs_state(taken->tid, comm);
		say("%s: its thread id %d is taken by %s; end that, or use --pids fresh", plan_text(p, p->image_name),
		    (int)taken->tid, comm[0] ? comm : "a process that has just ended");
		return CKPT_EXIT_FAILED;
	}
	if (FAULTY("proxy.pipe", ckpt_syscall2(__NR_pipe2, fds, O_CLOEXEC)) < 0)
		return p->pids == PIDS_AUTO ? 0 : refuse(p, -EMFILE);
	sys_rt_sigprocmask(SIG_SETMASK, &all, &mask);
	sys_rt_sigaction(SIGCHLD, by_default, NULL);
	pid = clone_exact(p);
	if (pid < 0) {
		sys_close(fds[0]);
		sys_close(fds[1]);
		sys_rt_sigprocmask(SIG_SETMASK, &mask, NULL);
		return p->pids == PIDS_AUTO ? 0 : refuse(p, pid);
	}
	p->exact = true;
	if (pid == 0) {
		sys_close(fds[1]);
		die_with(self);
		fault_point("restart.born");
		enter_traced(p, fds[0]);
	}
	sys_close(fds[0]);
	fault_point("proxy.cloned");
	end = trace(p, (int)pid, fds[1]);
	fault_point("proxy.traced");
	if (end >= 0)
		end_as(end);
	be_proxy((int)pid);
}
