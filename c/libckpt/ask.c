/* SPDX-License-Identifier: MIT */
/*
 * ask.c - what a thread alone can ask the kernel: its alternate stack, its clear_child_tid, timers and dispositions of the process. Each
 * stopped thread is sent on an errand (ckpt_errand in entry.S) and, when it has written the answers down, stopped again
 * and given its registers and its mask back. Many run at once. Runs in the helper.
 *
 * The helper may be killed at any instruction: a thread that is on its way then, or stopped there, goes on with the program by
 * itself, through the frame that lies ready before its registers are touched. So the order is: frame, registers,
 * mask; and back: mask, registers.
 */
#include <linux/futex.h>
#include <asm-generic/errno.h>
#include <linux/time.h>
#include <linux/wait.h>

#include "arch/x86_64/frame.h"
#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/tracee.h"
#include "thread.h"

#define BATCH 64u
#define ERRAND_NS 3000000000ull /* for threads that get no CPU */
#define RETURN_NS 3000000000ull
#define TIMER_TRIES 8
#define SIGINFO_SIZE 128u

struct errand {
	int32_t helper;
	uint32_t done;
	uint64_t altstack[3];
	uint64_t clear_tid;
	uint64_t itimers[MAX_ITIMERS][4];
	uint64_t actions; /* address of 64 struct kernel_action to be filled; 0: none */
	int32_t reap; /* PID of an ended child; 0: none */
	_Alignas(64) uint8_t frame[];
};
_Static_assert(offsetof(struct errand, helper) == CKPT_ERRAND_AT_HELPER, "helper");
_Static_assert(offsetof(struct errand, done) == CKPT_ERRAND_AT_DONE, "done");
_Static_assert(offsetof(struct errand, altstack) == CKPT_ERRAND_AT_ALTSTACK, "altstack");
_Static_assert(offsetof(struct errand, clear_tid) == CKPT_ERRAND_AT_CLEAR_TID, "clear_tid");
_Static_assert(offsetof(struct errand, itimers) == CKPT_ERRAND_AT_ITIMERS, "itimers");
_Static_assert(offsetof(struct errand, actions) == CKPT_ERRAND_AT_ACTIONS, "actions");
_Static_assert(offsetof(struct errand, reap) == CKPT_ERRAND_AT_REAP, "reap");
_Static_assert(offsetof(struct errand, frame) == CKPT_ERRAND_AT_FRAME, "frame");

struct office {
	struct capture *c;
	uint8_t *errands;
	uint64_t size; /* of one */
};

static struct errand *errand_at(struct office *o, uint32_t i)
{
	return (struct errand *)(void *)(o->errands + i * o->size);
}

static int send(struct office *o, const struct ckpt_thread *t, struct errand *e)
{
	struct frame_source source = {
		.regs = t->regs,
		.xstate = thread_xsave(t),
		.mask = t->mask,
		.altstack_flags = FRAME_KEEP_ALTSTACK,
		.call = t->call,
	};
	uint64_t regs[CKPT_REG_COUNT];
	int err;

	memset(e, 0, sizeof *e);
	e->helper = o->c->helper;
	if (t == o->c->threads[0]) {
		e->actions = (uint64_t)(uintptr_t)&o->c->actions[1];
		e->reap = o->c->left_maker;
	}
	frame_build(e->frame, (uint64_t)(uintptr_t)e->frame, &source);
	memcpy(regs, t->regs, sizeof regs);
	regs[CKPT_REG_RIP] = (uint64_t)(uintptr_t)ckpt_errand;
	regs[CKPT_REG_RBX] = (uint64_t)(uintptr_t)e;
	regs[CKPT_REG_ORIG_RAX] = ~0ull; /* no interrupted call: nothing to restart */
	regs[CKPT_REG_EFLAGS] &= ~(uint64_t)(FRAME_EFLAGS_TRAP | FRAME_EFLAGS_DIRECTION);
	fault_point("helper.sending");
	err = tracee_set_regs(t->tid, regs);
	fault_point("helper.sent");
	if (err == 0)
		err = tracee_set_mask(t->tid, ~0ull);
	return err < 0 ? err : tracee_run(t->tid);
}

/* A stop by job control comes in between: the errand goes on, and the thread stops when it is let go. */
static int keep_running(int32_t tid)
{
	int status;
	long ret = sys_wait4(tid, &status, WNOHANG | __WALL, NULL);

	if (ret != tid)
		return ret < 0 ? -ESRCH : 0;
	if ((status & 0xff) != 0x7f)
		return -ESRCH;
	return tracee_run(tid);
}

static int wait_done(const struct ckpt_thread *t, struct errand *e, uint64_t deadline)
{
	unsigned looks = 0;

	while (!__atomic_load_n(&e->done, __ATOMIC_ACQUIRE)) {
		int err = keep_running(t->tid);

		if (err < 0)
			return err;
		if (now_ns(CLOCK_MONOTONIC) > deadline)
			return -ETIMEDOUT;
		wait_a_little(looks++);
	}
	return 0;
}

static int bring_back(const struct ckpt_thread *t)
{
	int err = tracee_interrupt(t->tid);

	if (err == 0)
		err = tracee_wait_stop(t->tid, now_ns(CLOCK_MONOTONIC) + RETURN_NS, NULL);
	fault_point("helper.returning");
	if (err == 0)
		err = tracee_set_mask(t->tid, t->mask);
	fault_point("helper.returned");
	return err < 0 ? err : tracee_set_regs(t->tid, t->regs);
}

static void take_answers(struct capture *c, struct ckpt_thread *t, const struct errand *e)
{
	memcpy(t->altstack, e->altstack, sizeof t->altstack);
	t->altstack[1] &= 0xffffffffu; /* padding follows the flags */
	t->clear_tid = e->clear_tid;
	for (unsigned i = 0; i < MAX_ITIMERS; i++) {
		c->itimers[i][0] = e->itimers[i][0] * 1000000 + e->itimers[i][1];
		c->itimers[i][1] = e->itimers[i][2] * 1000000 + e->itimers[i][3];
	}
}

/* Threads [from, to). All that were sent are brought back, whatever fails. */
static int ask_some(struct office *o, uint32_t from, uint32_t to)
{
	struct capture *c = o->c;
	uint64_t deadline = now_ns(CLOCK_MONOTONIC) + ERRAND_NS;
	uint32_t sent = from;
	int err = 0;

	while (sent < to && err == 0) {
		err = send(o, c->threads[sent], errand_at(o, sent - from));
		sent++;
	}
	for (uint32_t i = from; i < sent; i++) {
		struct errand *e = errand_at(o, i - from);
		int waited = err ? err : wait_done(c->threads[i], e, deadline);
		int back = bring_back(c->threads[i]);

		if (waited == 0 && back == 0)
			take_answers(c, c->threads[i], e);
		else if (err == 0) {
			err = waited ? waited : back;
			c->failed_tid = c->tids[i];
		}
	}
	return err;
}

/* Did ITIMER_REAL expire, that is: was a signal sent, between the two? */
static bool expired(const uint64_t before[2], const uint64_t after[2])
{
	return before[1] && (!after[1] || after[1] > before[1]);
}

/*
 * Timers and pending signals belong together: a timer that expires between the looks at them would be lost, or come twice.
 */
static int ask_timers(struct office *o)
{
	struct capture *c = o->c;
	uint64_t room = (AREA_SIZE - STOP_SIZE - c->arena_used - 128) / 2 / SIGINFO_SIZE;

	if (room > MAX_PENDING)
		room = MAX_PENDING;
	c->pending = arena_take(c, room * SIGINFO_SIZE);
	if (!c->pending)
		return -E2BIG;
	for (int tries = 0; tries < TIMER_TRIES; tries++) {
		uint64_t before[MAX_ITIMERS][2];
		bool again = false;
		int err;

		memcpy(before, c->itimers, sizeof before);
		err = collect_pending(c, (uint32_t)room);
		if (err == 0)
			err = ask_some(o, 0, 1);
		if (err < 0)
			return err;
		for (unsigned i = 0; i < MAX_ITIMERS; i++)
			again |= expired(before[i], c->itimers[i]);
		if (!again)
			break;
	}
	/*
	 * ITIMER_REAL starts anew when its SIGALRM is taken (dequeue_signal in kernel/signal.c): while that is pending the
	 * timer shows an interval and no value. It is running all the same.
	 */
	if (!c->itimers[0][1])
		c->itimers[0][1] = c->itimers[0][0];
	c->arena_used -= (room - c->pending_count) * SIGINFO_SIZE;
	return 0;
}

int ask_threads(struct capture *c)
{
	struct office o = { .c = c, .size = (sizeof(struct errand) + frame_size(frame_features()) + 63) & ~63ull };
	uint32_t batch = c->thread_count < BATCH ? c->thread_count : BATCH;
	int err = 0;

	o.errands = arena_take(c, batch * o.size);
	if (!o.errands)
		return -E2BIG;
	for (uint32_t i = 0; i < c->thread_count && err == 0; i += batch) {
		uint32_t to = i + batch < c->thread_count ? i + batch : c->thread_count;

		err = ask_some(&o, i, to);
	}
	return err < 0 ? err : ask_timers(&o);
}
