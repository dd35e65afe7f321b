/* SPDX-License-Identifier: MIT */
/* collect.c - reads what the kernel knows of the stopped program: threads, process, signals, timers. Runs in the helper. */
#include <linux/ptrace.h>
#include <linux/time.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "thread.h"

static int say_unreadable(struct capture *c, int32_t tid, long err)
{
	char message[160];
	struct text text;

	text_init(&text, message, sizeof message);
	if (err == -ESRCH)
		text_fmt(&text, "process %d ended meanwhile", c->pid);
	else if (err == -E2BIG)
		text_str(&text, "the program has too many threads, or too many pending signals, to be checkpointed");
	else if (err == -ENOEXEC)
		text_fmt(&text, "thread %d of process %d is in 32-bit code, which can't be checkpointed; it runs on", tid, c->pid);
	else if (err == -ETIMEDOUT)
		text_fmt(&text, "thread %d of process %d can be stopped, but does not run (a frozen cgroup?); it is as it was", tid,
			 c->pid);
	else
		text_fmt(&text, "the registers of thread %d of process %d could not be read (errno %ld); it runs on", tid, c->pid,
			 -err);
	report_error(c, err == -ESRCH ? "process-died" : "thread", message);
	return (int)err;
}

int collect_threads(struct capture *c)
{
	int err;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		uint64_t room = AREA_SIZE - CKPT_HELPER_STACK_SIZE - sizeof *c - c->arena_used - 64;
		struct ckpt_thread *out;
		long n;

		if (room > CKPT_THREAD_SIZE_MAX)
			room = CKPT_THREAD_SIZE_MAX;
		out = arena_take(c, room);
		n = out ? thread_record(c->tids[i], c->stop_signal[i], out, room) : -E2BIG;
		if (n < 0)
			return say_unreadable(c, c->tids[i], n);
		c->arena_used -= room - (uint64_t)n;
		c->threads[i] = out;
	}
	err = ask_threads(c);
	return err < 0 ? say_unreadable(c, c->failed_tid, err) : 0;
}

int collect_pending(struct capture *c, uint32_t room)
{
	struct ptrace_peeksiginfo_args args = {
		.off = 0,
		.flags = PTRACE_PEEKSIGINFO_SHARED,
		.nr = (int32_t)room,
	};
	long n = sys_ptrace(PTRACE_PEEKSIGINFO, c->tids[0], &args, c->pending);

	if (n >= args.nr)
		return -E2BIG;
	c->pending_count = n > 0 ? (uint32_t)n : 0;
	return n < 0 ? (int)n : 0;
}

int collect_process(struct capture *c)
{
	char buf[4096];
	const char *p;
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
	memset(c->comm, 0, sizeof c->comm);
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
		if (n == -ENAMETOOLONG)
			report_error(c, "refused", "the program can't be checkpointed: the path of its working directory is longer than 4,095 bytes; it runs on");
		if (n < 0)
			return (int)n;
		c->cwd[n] = 0;
	}
	for (int i = 0; i < MAX_LIMITS; i++)
		sys_prlimit(c->pid, i, NULL, c->limits[i]);
	return 0;
}
