/* SPDX-License-Identifier: MIT */
/*
 * door.c - the way into the process: one thread is stopped, makes the helper by a remote call, stays stopped while the
 * helper works, reaps it, and goes on as if nothing had been. No signal is involved. System calls and str.c only.
 */
#include <asm-generic/errno.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "tool.h"

#define EFLAGS_TRAP 0x100u
#define EFLAGS_DIRECTION 0x400u
#define FIELD(t, name) ((t)->address + offsetof(struct ckpt_contract, name))

static int died(struct tool *t)
{
	return tool_fail(t, "process-died", "process %d (%s) ended meanwhile", t->pid, t->name);
}

static int remote_failed(struct tool *t, const char *what, int err)
{
	if (err == -ESRCH)
		return died(t);
	if (err == -ENOEXEC)
		return tool_fail(t, "32-bit", "thread %d of process %d (%s) is in 32-bit code", t->thread.tid, t->pid,
				 t->name);
	return tool_fail(t, "failed", "process %d (%s): %s (error %d); it runs on", t->pid, t->name, what, -err);
}

static int stuck(struct tool *t)
{
	char path[64], where[64];
	struct text p;

	text_init(&p, path, sizeof path);
	text_fmt(&p, "/proc/%d/task/%d/wchan", t->pid, t->thread.tid);
	if (tool_read_file(path, where, sizeof where) <= 0 || *where == '0')
		memcpy(where, "the kernel", 11);
	return tool_fail(t, "stuck",
			 "process %d (%s): thread %d can't be stopped: it waits in %s (a vfork child that has not exec'ed, or a "
			 "file server that does not answer?); the program runs on",
			 t->pid, t->name, t->thread.tid, where);
}

int tool_stop_thread(struct tool *t)
{
	int err;

	t->thread.call_syscall = t->contract.call_syscall;
	t->thread.scratch = t->contract.scratch;
	t->thread.timeout_ns = TOOL_CALL_NS;
	for (int tries = 0; tries < 3; tries++) {
		err = tracee_stop(t->thread.tid, TOOL_STOP_NS, &t->stopped);
		for (int more = 0; err == -ETIMEDOUT && more < TOOL_STOP_TRIES; more++)
			err = tracee_wait_stop(t->thread.tid, tracee_clock() + TOOL_STOP_NS, &t->stopped);
		if (err != -ESRCH)
			break;
		/* The thread has ended; another may live. */
		if (tool_pick_thread(t) < 0)
			return -ECANCELED;
	}
	if (err == -ETIMEDOUT)
		return stuck(t);
	if (err == -EPERM)
		return tool_fail(t, "not-permitted",
				 "process %d (%s) may not be traced: a debugger has just come first, or it changed its "
				 "user", t->pid, t->name);
	if (err < 0)
		return remote_failed(t, "a thread could not be stopped", err);
	t->traced = true;
	return 0;
}

static bool refresh(struct tool *t)
{
	return tool_read(t->pid, t->address, &t->contract, sizeof t->contract) == 0;
}

/*
 * Nobody else makes a checkpoint now. *expected: the value of busy that may be taken: 0, or that of a helper that was killed
 * and left the door locked.
 */
static int wait_for_door(struct tool *t, int32_t *expected)
{
	uint64_t deadline = tracee_clock() + TOOL_BUSY_NS;
	const uint64_t nap[2] = { 0, 1000000 };

	for (;;) {
		struct ckpt_contract *c = &t->contract;
		bool dead;

		if (!refresh(t))
			return died(t);
		*expected = c->busy;
		if (c->snapshot && c->snapshot_start && tool_start_time(c->snapshot) == c->snapshot_start)
			return tool_fail(t, "writing",
					 "a checkpoint of process %d (%s) is still being written (by process %d): wait for "
					 "it", t->pid, t->name, c->snapshot);
		if (!c->busy)
			return 0;
		if (tracee_clock() > deadline) {
			dead = c->helper && !tool_start_time(c->helper);
			if (dead)
				return 0;
			return tool_fail(t, "busy", "a checkpoint of process %d (%s) is being made by another ckpt", t->pid,
					 t->name);
		}
		sys_nanosleep(nap, NULL);
	}
}

static void fill_request(struct tool *t, struct ckpt_request *request)
{
	struct text p;

	request->door = CKPT_DOOR_TOOL;
	request->flags = t->options->flags;
	request->pid = t->pid;
	request->trigger = t->thread.tid;
	text_init(&p, request->socket, sizeof request->socket);
	text_str(&p, t->socket);
	text_init(&p, request->path, sizeof request->path);
	text_str(&p, t->result->path);
}

/*
 * Runs ckpt_call_clone. The thread stops at the entry of clone(2) with the door taken: only then is the request ours to
 * write. It stops again at the entry of getpid(2), which tells the helper's PID.
 */
static int clone_helper(struct tool *t, const struct ckpt_request *request, int32_t expected, long *result)
{
	uint64_t regs[CKPT_REG_COUNT];
	const int32_t nobody = 0;
	int written = 0;
	int err;

	memcpy(regs, t->thread.regs, sizeof regs);
	regs[CKPT_REG_RIP] = t->contract.call_clone;
	regs[CKPT_REG_ORIG_RAX] = ~0ull;
	regs[CKPT_REG_RBX] = FIELD(t, busy);
	regs[CKPT_REG_RAX] = (uint64_t)(uint32_t)expected;
	regs[CKPT_REG_RCX] = (uint64_t)t->thread.tid;
	regs[CKPT_REG_RDX] = FIELD(t, helper);
	regs[CKPT_REG_EFLAGS] &= ~(uint64_t)(EFLAGS_DIRECTION | EFLAGS_TRAP); /* the helper inherits them */
	err = tracee_run_to_entry(&t->thread, regs, true);
	if (err < 0)
		return err;
	if ((long)regs[CKPT_REG_ORIG_RAX] == __NR_clone) {
		written = tool_write(t->pid, t->contract.request, request, sizeof *request);
		if (written < 0)
			regs[CKPT_REG_ORIG_RAX] = ~0ull; /* skips the call */
		err = tracee_run_to_entry(&t->thread, regs, written < 0);
		if (err < 0)
			return err;
	}
	if ((long)regs[CKPT_REG_ORIG_RAX] != __NR_getpid)
		return -EPROTO;
	*result = written < 0 ? written : (long)regs[CKPT_REG_RDI];
	if (*result < 0 && *result != -EBUSY)
		tool_write(t->pid, FIELD(t, busy), &nobody, sizeof nobody);
	return 0;
}

static int say_no_helper(struct tool *t, long err)
{
	if (err == -EBUSY)
		return tool_fail(t, "busy", "a checkpoint of process %d (%s) is being made by another ckpt", t->pid, t->name);
	if (err == -EAGAIN)
		return tool_fail(t, "no-helper",
				 "process %d (%s) can't be checkpointed: its user's limit of processes is reached "
				 "(ulimit -u); it runs on", t->pid, t->name);
	return tool_fail(t, "no-helper", "process %d (%s) can't be checkpointed: no helper process (error %ld); it runs on",
			 t->pid, t->name, -err);
}

int tool_make_helper(struct tool *t)
{
	static struct ckpt_request request; /* in the tracer, a process of its own */
	const uint64_t reap[6] = { 0, 0, WNOHANG | __WALL };
	int32_t expected = 0;
	long result = 0;
	long n;
	int err = wait_for_door(t, &expected);
	int end;

	if (err < 0)
		return err;
	fill_request(t, &request);
	n = tracee_collect(&t->thread, t->stopped, (struct ckpt_thread *)(void *)request.thread,
			   sizeof request.thread);
	if (n < 0)
		return remote_failed(t, "the registers of a thread could not be read", (int)n);
	err = tracee_begin(&t->thread);
	if (err == 0 && expected) {
		uint64_t args[6];

		memcpy(args, reap, sizeof args);
		args[0] = (uint64_t)t->contract.helper;
		err = tracee_remote_syscall(&t->thread, __NR_wait4, args, &result);
	}
	if (err == 0)
		err = clone_helper(t, &request, expected, &result);
	end = tracee_end(&t->thread);
	if (err == 0 && result > 0) {
		t->helper = (int)result;
		t->helper_fd = (int)ckpt_syscall2(__NR_pidfd_open, t->helper, 0);
	}
	if (err < 0 || end < 0)
		return remote_failed(t, "no helper process could be made", err < 0 ? err : end);
	return result > 0 ? 0 : say_no_helper(t, result);
}

int tool_reap_helper(struct tool *t)
{
	const uint64_t args[6] = { (uint64_t)t->helper, 0, WNOHANG | __WALL };
	const uint64_t nap[2] = { 0, 100000 };
	const int32_t nobody = 0;
	int32_t busy = 0;
	long result = 0;
	int end;
	int err = tracee_begin(&t->thread);

	for (int tries = 0; err == 0 && tries < 100; tries++) {
		err = tracee_remote_syscall(&t->thread, __NR_wait4, args, &result);
		if (result != 0)
			break; /* reaped; or -ECHILD: a wait of the program's own took it */
		sys_nanosleep(nap, NULL);
	}
	end = tracee_end(&t->thread);
	if (tool_read(t->pid, FIELD(t, busy), &busy, sizeof busy) == 0 && busy == t->thread.tid)
		tool_write(t->pid, FIELD(t, busy), &nobody, sizeof nobody);
	t->helper = 0;
	if (err < 0 || end < 0)
		return remote_failed(t, "the helper could not be reaped", err < 0 ? err : end);
	return 0;
}

void tool_let_go(struct tool *t)
{
	uint64_t regs[CKPT_REG_COUNT];

	if (!t->traced)
		return;
	tracee_end(&t->thread);
	if (tracee_get_regs(t->thread.tid, regs) == 0 && tracee_cure_eintr(regs))
		tracee_set_regs(t->thread.tid, regs);
	tracee_detach(t->thread.tid);
	t->traced = false;
}
