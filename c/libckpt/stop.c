/* SPDX-License-Identifier: MIT */
/*
 * stop.c - stops every thread of the program and lets them go on. ptrace from the helper: it is no thread of the group,
 * so it may trace all of it. Every wait has a deadline.
 */
#include <linux/ptrace.h>
#include <linux/time.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/tracee.h"
#include "engine.h"

enum { GONE = 0, SEIZED = 1, STOPPED = 2, TOOLS = 3 };

#define STOP_TIMEOUT_NS 500000000ull

static bool is_zombie(struct capture *c, int tid)
{
	char path[64], stat[1024];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/stat", c->pid, tid);
	return proc_read(path, stat, sizeof stat) < 0 || str_find(stat, ") Z ") || str_find(stat, ") X ");
}

static int seize(struct capture *c, int tid, void *arg)
{
	bool *found_new = arg;
	long err;

	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->tids[i] == tid)
			return 0;
	if (c->thread_count == CKPT_MAX_THREADS)
		return -E2BIG;
	if (c->request->door == CKPT_DOOR_TOOL && tid == c->request->trigger) {
		c->state[c->thread_count] = TOOLS;
	} else {
		err = sys_ptrace(PTRACE_SEIZE, tid, NULL, (void *)TRACEE_OPTIONS);
		if (err == -ESRCH || (err == -EPERM && is_zombie(c, tid))) {
			c->leader_gone |= tid == c->pid;
			return 0;
		}
		if (err < 0)
			return (int)err;
		sys_ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
		c->state[c->thread_count] = SEIZED;
	}
	c->tids[c->thread_count++] = tid;
	*found_new = true;
	return 0;
}

/* Detaches all; those that don't stop are left to the end of the helper, which detaches them. */
static void let_go(struct capture *c)
{
	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->state[i] == STOPPED)
			tracee_detach(c->tids[i]);
	c->thread_count = 0;
}

static void say_stuck(struct capture *c, int tid)
{
	char path[64], where[64], message[300];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/wchan", c->pid, tid);
	if (proc_read(path, where, sizeof where) < 0 || !where[0])
		memcpy(where, "the kernel", 11);
	text_init(&t, message, sizeof message);
	text_fmt(&t, "thread %d of process %d can't be stopped: it waits in %s (a vfork child that has not exec'ed, "
		     "or a file server that does not answer?); the program runs on",
		 tid, c->pid, where);
	report_error(c, "stuck", message);
}

static void say_refused(struct capture *c, int err)
{
	char message[400], path[64], status[4096];
	const char *tracer;
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/status", c->pid);
	tracer = proc_read(path, status, sizeof status) > 0 ? proc_status(status, "TracerPid") : NULL;
	text_init(&t, message, sizeof message);
	if (c->request->door == CKPT_DOOR_SIGNAL && tracer && *tracer != '0') {
		text_fmt(&t, "process %d can't be checkpointed: it is traced by process %lu (a debugger, strace?)",
			 c->pid, (unsigned long)str_number(&tracer, 10));
	} else {
		text_fmt(&t, "process %d can't be checkpointed: ptrace is refused (errno %d): a seccomp filter, "
			     "/proc/sys/kernel/yama/ptrace_scope of 2 or 3, or the program made itself undumpable",
			 c->pid, -err);
	}
	report_error(c, "ptrace", message);
}

static int yama_scope(void)
{
	char buf[16];

	return proc_read("/proc/sys/kernel/yama/ptrace_scope", buf, sizeof buf) > 0 ? buf[0] - '0' : 0;
}

/* One attempt; *stuck is the thread that did not stop in time. */
static int try_stop(struct capture *c, int *stuck)
{
	uint64_t deadline = now_ns(CLOCK_MONOTONIC) + STOP_TIMEOUT_NS;
	char folder[40];
	struct text t;
	bool found_new;

	text_init(&t, folder, sizeof folder);
	text_fmt(&t, "/proc/%d/task", c->pid);
	do {
		int err;

		found_new = false;
		err = proc_each_number(folder, seize, c, &found_new);
		if (err < 0)
			return err;
		for (uint32_t i = 0; i < c->thread_count; i++) {
			if (c->state[i] != SEIZED)
				continue;
			err = tracee_wait_stop(c->tids[i], deadline, NULL);
			if (err == -ETIMEDOUT) {
				*stuck = c->tids[i];
				return err;
			}
			c->state[i] = err == 0 ? STOPPED : GONE;
		}
	} while (found_new);
	return 0;
}

/* Forgets the threads that ended meanwhile, and puts the main thread first. */
static void tidy(struct capture *c)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		if (c->state[i] == GONE)
			continue;
		c->tids[n] = c->tids[i];
		c->state[n++] = c->state[i];
	}
	c->thread_count = n;
	for (uint32_t i = 1; i < n; i++) {
		if (c->tids[i] == c->pid) {
			uint8_t state = c->state[i];

			c->tids[i] = c->tids[0];
			c->state[i] = c->state[0];
			c->tids[0] = c->pid;
			c->state[0] = state;
		}
	}
	if (n)
		c->live = c->tids[0];
}

int stop_all(struct capture *c)
{
	int stuck = 0;
	int err;

	c->stopped_at_ns = now_ns(CLOCK_MONOTONIC);
	err = try_stop(c, &stuck);
	tidy(c);
	if (err == 0)
		return c->thread_count ? 0 : -ESRCH;
	let_go(c);
	if (err == -EPERM && yama_scope() == 1 && !ckpt_contract.need_ptracer &&
	    c->request->door == CKPT_DOOR_SIGNAL) {
		ckpt_contract.need_ptracer = 1; /* the door tries again */
		sys_exit_group(1);
	}
	if (err == -ETIMEDOUT)
		say_stuck(c, stuck);
	else
		say_refused(c, err);
	return err;
}

void go_on(struct capture *c)
{
	uint64_t regs[CKPT_REG_COUNT];

	for (uint32_t i = 0; i < c->thread_count; i++) {
		if (c->state[i] != STOPPED)
			continue;
		if (tracee_get_regs(c->tids[i], regs) == 0 && tracee_cure_eintr(regs))
			tracee_set_regs(c->tids[i], regs);
		tracee_detach(c->tids[i]);
	}
}
