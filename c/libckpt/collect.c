/* SPDX-License-Identifier: MIT */
/* collect.c - reads what the kernel knows of the stopped program: threads, process, signals, timers. Runs in the helper. */
#include <linux/ptrace.h>
#include <linux/time.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/tracee.h"
#include "engine.h"

#define REMOTE_TIMEOUT_NS 500000000ull

static struct tracee tracee_of(int tid, void *scratch)
{
	return (struct tracee){
		.tid = tid,
		.call_syscall = ckpt_contract.call_syscall,
		.scratch = (uint64_t)(uintptr_t)scratch,
		.timeout_ns = REMOTE_TIMEOUT_NS,
	};
}

int collect_threads(struct capture *c)
{
	void *scratch = arena_take(c, TRACEE_SCRATCH_SIZE);

	if (!scratch)
		return -E2BIG;
	for (uint32_t i = 0; i < c->thread_count; i++) {
		struct tracee t = tracee_of(c->tids[i], scratch);
		uint64_t room = AREA_SIZE - CKPT_HELPER_STACK_SIZE - sizeof *c - c->arena_used - 64;
		struct ckpt_thread *out;
		long n;

		if (c->request->door == CKPT_DOOR_TOOL && c->tids[i] == c->request->trigger) {
			c->threads[i] = (struct ckpt_thread *)(void *)c->request->thread;
			continue;
		}
		if (room > CKPT_THREAD_SIZE_MAX)
			room = CKPT_THREAD_SIZE_MAX;
		out = arena_take(c, room);
		n = out ? tracee_collect(&t, 0, out, room) : -E2BIG;
		if (n == -E2BIG) {
			report_error(c, "refused", "the program has too many threads to be checkpointed");
			return -E2BIG;
		}
		if (n < 0) {
			char message[120];
			struct text text;

			text_init(&text, message, sizeof message);
			text_fmt(&text, "the registers of thread %d of process %d could not be read (errno %ld)",
				 c->tids[i], c->pid, -n);
			report_error(c, "thread", message);
			return (int)n;
		}
		c->arena_used -= room - (uint64_t)n;
		c->threads[i] = out;
	}
	return 0;
}

/* The signals pending for the whole process: any of its threads shows them. */
static void collect_pending(struct capture *c, int tid)
{
	struct ptrace_peeksiginfo_args args = {
		.off = 0,
		.flags = PTRACE_PEEKSIGINFO_SHARED,
		.nr = MAX_PENDING,
	};
	long n = sys_ptrace(PTRACE_PEEKSIGINFO, tid, &args, c->pending);

	c->pending_count = n > 0 ? (uint32_t)n : 0;
}

static int collect_itimers(struct capture *c, int tid)
{
	uint64_t *scratch = arena_take(c, TRACEE_SCRATCH_SIZE);
	struct tracee t = tracee_of(tid, scratch);
	int err = scratch ? tracee_begin(&t) : -E2BIG;
	long ret;

	if (err < 0)
		return err;
	for (uint64_t which = 0; which < MAX_ITIMERS && err == 0; which++) {
		err = tracee_remote_syscall(&t, __NR_getitimer,
					    (uint64_t[6]){ which, (uint64_t)(uintptr_t)scratch }, &ret);
		c->itimers[which][0] = scratch[0] * 1000000 + scratch[1];
		c->itimers[which][1] = scratch[2] * 1000000 + scratch[3];
	}
	/*
	 * ITIMER_REAL starts anew when its SIGALRM is taken (dequeue_signal in kernel/signal.c): while that is pending the
	 * timer shows an interval and no value. It is running all the same.
	 */
	if (!c->itimers[0][1])
		c->itimers[0][1] = c->itimers[0][0];
	if (err == 0)
		err = tracee_remote_syscall(&t, __NR_prctl,
					    (uint64_t[6]){ 37 /* PR_GET_CHILD_SUBREAPER */,
							   (uint64_t)(uintptr_t)scratch },
					    &ret);
	c->subreaper = (uint32_t)scratch[0] != 0;
	if (err < 0) {
		tracee_end(&t);
		return err;
	}
	return tracee_end(&t);
}

/* The first thread that the helper itself traces, or 0. */
static int traced_thread(struct capture *c)
{
	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->request->door != CKPT_DOOR_TOOL || c->tids[i] != c->request->trigger)
			return c->tids[i];
	return 0;
}

int collect_process(struct capture *c)
{
	char buf[4096];
	const char *p;
	int tid = traced_thread(c);
	long n;

	c->time_ns = now_ns(CLOCK_REALTIME);
	c->mono_ns = now_ns(CLOCK_MONOTONIC);
	n = proc_read_task(c, "stat", buf, sizeof buf);
	if (n < 0)
		return (int)n;
	c->ppid = (int32_t)proc_stat_field(buf, 4);
	c->pgid = (int32_t)proc_stat_field(buf, 5);
	c->sid = (int32_t)proc_stat_field(buf, 6);
	c->nice = (int64_t)proc_stat_field(buf, 19);
	n = proc_read_task(c, "status", buf, sizeof buf);
	if (n < 0)
		return (int)n;
	p = proc_status(buf, "Umask");
	c->umask = p ? (uint32_t)str_number(&p, 8) : 022;
	p = proc_status(buf, "NoNewPrivs");
	c->no_new_privs = p && *p == '1';
	p = proc_status(buf, "Uid");
	if (p) {
		str_number(&p, 10);
		p++;
		c->uid = (uint32_t)str_number(&p, 10);
	}
	p = proc_status(buf, "Gid");
	if (p) {
		str_number(&p, 10);
		p++;
		c->gid = (uint32_t)str_number(&p, 10);
	}
	n = proc_read_task(c, "comm", buf, sizeof buf);
	for (long i = 0; i < n && i < 15 && buf[i] != '\n'; i++)
		c->comm[i] = buf[i];
	n = proc_read_task(c, "personality", buf, sizeof buf);
	p = buf;
	c->personality = n > 0 ? str_number(&p, 16) : 0;
	{
		char path[64];
		struct text t;

		text_init(&t, path, sizeof path);
		proc_path(c, &t, "cwd");
		n = sys_readlink(path, c->cwd, sizeof c->cwd - 1);
		if (n < 0)
			return (int)n;
		c->cwd[n] = 0;
	}
	for (int i = 0; i < MAX_LIMITS; i++)
		sys_prlimit(c->pid, i, NULL, c->limits[i]);
	for (int sig = 1; sig <= 64; sig++)
		sys_rt_sigaction(sig, NULL, &c->actions[sig]); /* the helper shares the table */
	if (tid) {
		collect_pending(c, tid);
		return collect_itimers(c, tid);
	}
	return 0;
}
