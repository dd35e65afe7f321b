/* SPDX-License-Identifier: MIT */
/*
 * door.c - the way into the process: the main thread is stopped, and sent to ckpt_enter (entry.S), where it makes the
 * helper and waits. The helper stops it there, like every other thread, and puts its registers back. No signal is
 * involved. The tool may be killed at any instruction: a frame lies ready by which the thread comes back by itself.
 * System calls and str.c only.
 */
#include <asm-generic/errno.h>
#include <linux/poll.h>
#include <linux/wait.h>

#include "arch/x86_64/frame.h"
#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "tool.h"

#define NAP_MS 1
#define LETS_GO_NS 5000000000ull /* it runs code of ours: at most it gets no CPU */
#define XSAVE_MAX 16384u

/* What is written into the process. In the tracer, a process of its own. */
static struct ckpt_request request;

static int died(struct tool *t)
{
	return tool_fail(t, "process-died", "process %d (%s) ended meanwhile", t->pid, t->name);
}

static int failed(struct tool *t, const char *what, int err)
{
	if (err == -ESRCH)
		return died(t);
	if (err == -ENOEXEC)
		return tool_fail(t, "32-bit", "the main thread of process %d (%s) is in 32-bit code", t->pid, t->name);
	return tool_fail(t, "failed", "process %d (%s): %s (error %d); it runs on", t->pid, t->name, what, -err);
}

static int stuck(struct tool *t)
{
	char path[64], where[64];
	struct text p;

	text_init(&p, path, sizeof path);
	text_fmt(&p, "/proc/%d/wchan", t->pid);
	if (tool_read_file(path, where, sizeof where) <= 0 || *where == '0')
		memcpy(where, "the kernel", 11);
	return tool_fail(t, "stuck",
			 "process %d (%s): thread %d can't be stopped: it waits in %s (a vfork child that has not exec'ed, or a "
			 "file server that does not answer?); the program runs on",
			 t->pid, t->name, t->pid, where);
}

static int refused(struct tool *t)
{
	if (tool_check_thread(t) == 0)
		tool_fail(t, "not-permitted",
			  "process %d (%s) may not be traced: a debugger has just come first, or it changed its user", t->pid,
			  t->name);
	return -ECANCELED;
}

static bool refresh(struct tool *t)
{
	return tool_read(t->pid, t->address, &t->contract, sizeof t->contract) == 0;
}

static bool is_inside(const struct tool *t, const uint64_t regs[CKPT_REG_COUNT])
{
	return regs[CKPT_REG_RIP] - t->contract.enter < t->contract.enter_end - t->contract.enter;
}

/* Nobody makes a checkpoint, and none is being written. */
static bool is_free(const struct tool *t)
{
	const struct ckpt_contract *c = &t->contract;

	return (!c->helper || c->owner != t->pid) && !tool_is_writing(c->snapshot, c->snapshot_start);
}

static int say_busy(struct tool *t)
{
	if (!tool_is_writing(t->contract.snapshot, t->contract.snapshot_start))
		return tool_fail(t, "busy", "a checkpoint of process %d (%s) is being made by another ckpt", t->pid, t->name);
	return tool_fail(t, "writing", "a checkpoint of process %d (%s) is still being written (by process %d): wait for it",
			 t->pid, t->name, t->contract.snapshot);
}

/* One try to stop the main thread where nobody makes a checkpoint: the request is ours to write then. -EAGAIN: not now. */
static int try_stop(struct tool *t)
{
	uint64_t begun;
	int err;

	if (!refresh(t))
		return -ESRCH;
	if (!is_free(t))
		return -EAGAIN;
	err = tracee_seize(t->pid);
	begun = tracee_clock();
	if (err == 0) {
		do
			err = tracee_wait_stop(t->pid, tracee_clock() + TOOL_STOP_NS, NULL);
		while (err == -ETIMEDOUT && tool_state(t->pid) == 'R' && tracee_clock() - begun < TOOL_RUNNABLE_NS);
	}
	t->denied = err == -EPERM;
	if (t->denied && tool_is_ours(t))
		return -EAGAIN; /* another ckpt has been quicker */
	t->traced = err == 0;
	if (err == 0)
		tracee_cure_eintr(t->pid);
	request.stopped_at_ns = tracee_clock();
	if (err == 0)
		err = tracee_get_regs(t->pid, request.regs);
	if (err < 0)
		return err;
	if (!refresh(t))
		return -ESRCH;
	/* Inside: on its way back from a checkpoint that was killed. */
	if (is_free(t) && !is_inside(t, request.regs))
		return 0;
	tracee_detach(t->pid);
	t->traced = false;
	return -EAGAIN;
}

static int stop_thread(struct tool *t)
{
	uint64_t end = tracee_clock() + TOOL_BUSY_NS;
	const uint64_t nap[2] = { 0, 1000000 };
	int err;

	while ((err = try_stop(t)) == -EAGAIN && tracee_clock() < end)
		sys_nanosleep(nap, NULL);
	switch (err) {
	case 0: return 0;
	case -EAGAIN: return t->denied && is_free(t) && !tool_is_traced(t) ? refused(t) : say_busy(t);
	case -ETIMEDOUT: return stuck(t);
	case -EPERM: return refused(t);
	default: return failed(t, "the main thread could not be stopped", err);
	}
}

static int fill_request(struct tool *t)
{
	static _Alignas(64) uint8_t xsave[XSAVE_MAX];
	struct frame_source source = { .regs = request.regs, .xstate = xsave, .altstack_flags = FRAME_KEEP_ALTSTACK };
	struct text p;
	long n;
	int err;

	if (!tracee_is_64_bit(request.regs))
		return -ENOEXEC;
	request.flags = t->options->flags;
	text_init(&p, request.socket, sizeof request.socket);
	text_str(&p, t->socket);
	text_init(&p, request.path, sizeof request.path);
	text_str(&p, t->result->path);
	n = tracee_get_xsave(t->pid, xsave, sizeof xsave);
	err = n < 0 ? (int)n : tracee_get_mask(t->pid, &request.mask);
	if (err < 0)
		return err;
	if (frame_size(frame_features()) > sizeof request.frame)
		return -E2BIG;
	tracee_leave_rseq(t->pid, request.regs);
	source.mask = request.mask;
	source.call = tracee_call_behind(t->pid, request.regs);
	frame_build(request.frame, t->contract.request + offsetof(struct ckpt_request, frame), &source);
	return 0;
}

/* Sets the thread on its way; it is traced still, as one of a stopped program would not run otherwise. */
static int send_thread(struct tool *t)
{
	uint64_t regs[CKPT_REG_COUNT];
	int err = tool_write(t->pid, t->contract.request, &request, sizeof request);

	if (err < 0)
		return err;
	memcpy(regs, request.regs, sizeof regs);
	regs[CKPT_REG_RIP] = t->contract.enter;
	regs[CKPT_REG_RBX] = t->address;
	regs[CKPT_REG_RBP] = t->contract.request;
	regs[CKPT_REG_ORIG_RAX] = ~0ull; /* no interrupted call: nothing to restart */
	regs[CKPT_REG_EFLAGS] &= ~(uint64_t)(FRAME_EFLAGS_TRAP | FRAME_EFLAGS_DIRECTION);
	fault_point("tool.sending");
	err = tracee_set_regs(t->pid, regs);
	fault_point("tool.sent");
	if (err == 0)
		err = tracee_set_mask(t->pid, ~0ull);
	fault_point("tool.masked");
	return err < 0 ? err : tracee_run(t->pid);
}

/* -ESRCH at its end; a stop by job control does not hold it up. */
static int keep_running(struct tool *t)
{
	int status;
	long ret = sys_wait4(t->pid, &status, WNOHANG | __WALL, NULL);

	if (ret != t->pid)
		return ret < 0 ? -ESRCH : 0;
	return (status & 0xff) == 0x7f ? tracee_run(t->pid) : -ESRCH;
}

/* Until the helper has called, or the thread says that there is none: then *result is why. */
static int wait_for_helper(struct tool *t, int32_t *result)
{
	uint64_t deadline = tracee_clock() + TOOL_CALL_NS;

	*result = 0;
	for (;;) {
		int err = keep_running(t);

		if (err < 0)
			return err;
		if (tool_accept_helper(t, NAP_MS))
			return 0;
		err = tool_read(t->pid, t->contract.request + offsetof(struct ckpt_request, result), result,
				sizeof *result);
		if (err < 0)
			return -ESRCH;
		if (*result < 0)
			return 0;
		if (!refresh(t))
			return -ESRCH;
		if (*result == 1 && !t->contract.helper && !tool_accept_helper(t, NAP_MS))
			return -ECHILD; /* it was killed before it could call */
		if (tracee_clock() > deadline)
			return -ETIMEDOUT;
	}
}

/* Where there is no helper to do it, the tool itself puts the registers back. */
static void put_back(struct tool *t)
{
	uint64_t regs[CKPT_REG_COUNT];

	/* With the door taken it owes the kernel a reaping, perhaps a flag: it comes back by itself, through its frame. */
	if (!refresh(t) || (t->contract.helper && t->contract.owner == t->pid))
		return;
	if (tracee_get_regs(t->pid, regs) == 0 && is_inside(t, regs) && tracee_set_mask(t->pid, request.mask) == 0)
		tracee_set_regs(t->pid, request.regs);
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

static int say_lost(struct tool *t, int err)
{
	if (err == -ECHILD)
		return tool_fail(t, "helper-died", "process %d (%s): the helper was killed; the program runs on", t->pid,
				 t->name);
	if (err == -ETIMEDOUT)
		return tool_fail(t, "stuck",
				 "process %d (%s): its main thread can be stopped, but does not run (a frozen cgroup?); it goes on "
				 "when it can", t->pid, t->name);
	return failed(t, "no helper process could be made", err);
}

int tool_enter(struct tool *t)
{
	int32_t result = 0;
	bool sent = false;
	int err = stop_thread(t);

	if (err < 0)
		goto out;
	fault_point("tool.stopped");
	err = fill_request(t);
	if (err == 0) {
		sent = true;
		err = send_thread(t);
	}
	if (err < 0) {
		failed(t, "the registers of the main thread could not be read or set", err);
		goto out;
	}
	err = wait_for_helper(t, &result);
	fault_point("tool.heard");
	/* It runs: it must stop before it can be let go. */
	if (tracee_interrupt(t->pid) == 0)
		tracee_wait_stop(t->pid, tracee_clock() + LETS_GO_NS, NULL);
	if (err < 0)
		err = say_lost(t, err);
	else if (result < 0)
		err = say_no_helper(t, result);
out:
	if (t->traced) {
		if (sent && !t->helper)
			put_back(t);
		tracee_detach(t->pid);
		t->traced = false;
	}
	fault_point("tool.let-go");
	return err;
}
