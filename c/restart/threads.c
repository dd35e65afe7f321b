/* SPDX-License-Identifier: MIT */
/*
 * threads.c - the threads: one clone each, with what the kernel knows of a thread beside its registers; then all wait,
 * and leave through code of libckpt in the program's own memory, each by an rt_sigreturn from a frame in libckpt's
 * scratch memory. Runs in the hole; threads other than the main one must not call say().
 */
#include <asm/errno.h>
#include <asm/prctl.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/sched.h>

#include "arch/x86_64/frame.h"
#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "inside.h"
#include "procfs.h"
#include "say.h"
#include "spawn.h"

#ifndef ARCH_REQ_XCOMP_PERM
#define ARCH_REQ_XCOMP_PERM 0x1023
#endif
#define XFEATURE_AMX_DATA 18
#define SIGINFO_SIZE 128
#define TCB_SIZE 0x400
#define MUSL_TID 0x30 /* where musl keeps it */
#define NO_OFFSET 0xffffffffu
#define THREAD_FLAGS \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM)

/* What a new thread needs to know; it lies at the top of its stack. */
struct birth {
	struct plan *plan;
	struct thread *thread;
	uint64_t frame;
};

static volatile uint32_t ready;
static volatile uint32_t started; /* the word that all wait for */
static volatile int32_t broken;   /* -errno of a thread that could not be set up */
static uint32_t tid_offset = NO_OFFSET; /* of the cached TID from FS base, where clear_tid is not that */
static uint64_t main_frame;

static uint32_t *counter(struct plan *p)
{
	return (uint32_t *)p->scratch;
}

/* --- the C library's copy of the TID --- */

static uint32_t *cached_tid(const struct thread *t, uint32_t offset)
{
	return (uint32_t *)(t->regs[REG_FS_BASE] + offset);
}

/* How many bytes from FS base on are readable and writable memory, TCB_SIZE at most. */
static uint32_t tcb_size(struct plan *p, uint64_t fs)
{
	const struct region *g = plan_region_of(p, fs);

	if (fs < g->start || fs >= g->end || (g->prot & 3) != 3 || g->way == WAY_SKIP)
		return 0;
	return g->end - fs < TCB_SIZE ? (uint32_t)(g->end - fs) : TCB_SIZE;
}

static bool writable(struct plan *p, uint64_t at)
{
	return at % 4 == 0 && tcb_size(p, at) >= 4;
}

static bool everywhere(struct plan *p, uint32_t offset)
{
	const struct thread *t = plan_threads(p);

	for (uint32_t i = 0; i < p->thread_count; i++, t++)
		if (tcb_size(p, t->regs[REG_FS_BASE]) < offset + 4 || *cached_tid(t, offset) != t->tid)
			return false;
	return true;
}

static void find_tid_offset(struct plan *p)
{
	if (plan_threads(p)->regs[REG_FS_BASE] % 4)
		return;
	if (everywhere(p, MUSL_TID)) {
		tid_offset = MUSL_TID;
		return;
	}
	for (uint32_t offset = 0; offset < TCB_SIZE && tid_offset == NO_OFFSET; offset += 4)
		if (everywhere(p, offset))
			tid_offset = offset;
}

static void patch_tid(struct plan *p, const struct thread *t, uint32_t tid)
{
	if (tid == t->tid)
		return;
	if (writable(p, t->clear_tid) && *(uint32_t *)t->clear_tid == t->tid) /* glibc */
		*(uint32_t *)t->clear_tid = tid;
	else if (tid_offset != NO_OFFSET)
		*cached_tid(t, tid_offset) = tid;
}

/* --- one thread --- */

static bool readable(struct plan *p, uint64_t at, uint64_t n)
{
	const struct region *g = plan_regions(p);

	for (uint32_t i = 0; i < p->region_count; i++, g++)
		if (at >= g->start && at < g->end)
			return g->prot & 1 && g->way != WAY_SKIP && n <= g->end - at;
	return false;
}

/* A thread inside a restartable sequence goes on at its abort address. */
static void leave_rseq(struct plan *p, struct thread *t)
{
	uint64_t at;
	uint64_t *section; /* version and flags, start, length, abort address */

	if (!t->rseq || tcb_size(p, t->rseq) < 16)
		return;
	memcpy(&at, (void *)(t->rseq + 8), sizeof at);
	if (!at)
		return;
	section = (uint64_t *)at;
	if (!readable(p, at, 4 * sizeof *section))
		return;
	if (t->regs[REG_RIP] - section[1] < section[2])
		t->regs[REG_RIP] = section[3];
	memset((void *)(t->rseq + 8), 0, sizeof at);
}

static long set_up(struct plan *p, struct thread *t, uint64_t frame)
{
	const uint8_t *pending = plan_at(p, t->pending);
	uint8_t *xstate = plan_at(p, t->xstate);
	uint64_t in_use;
	uint32_t tid = (uint32_t)sys_gettid();
	struct frame_source s;
	long err;

	patch_tid(p, t, tid);
	ckpt_syscall1(__NR_set_tid_address, t->clear_tid);
	if (t->robust)
		ckpt_syscall2(__NR_set_robust_list, t->robust, t->robust_size);
	ckpt_syscall2(__NR_arch_prctl, ARCH_SET_FS, t->regs[REG_FS_BASE]);
	ckpt_syscall2(__NR_arch_prctl, ARCH_SET_GS, t->regs[REG_GS_BASE]);
	sys_prctl(PR_SET_NAME, (unsigned long)plan_text(p, t->name), 0, 0, 0);
	leave_rseq(p, t);
	if (t->rseq) {
		err = ckpt_syscall4(__NR_rseq, t->rseq, t->rseq_size, t->rseq_flags, t->rseq_signature);
		if (err && err != -ENOSYS)
			return err;
	}
	for (uint32_t i = 0; i < t->pending_count; i++) {
		const uint8_t *info = pending + (uint64_t)i * SIGINFO_SIZE;
		int sig;

		memcpy(&sig, info, sizeof sig);
		err = ckpt_syscall4(__NR_rt_tgsigqueueinfo, sys_getpid(), tid, sig, info);
		if (err)
			return err;
	}
	memcpy(&in_use, xstate + 512, sizeof in_use);
	if (in_use & frame_features() & 1ull << XFEATURE_AMX_DATA)
		frame_use_amx();
	s.regs = t->regs;
	s.xstate = xstate;
	s.mask = t->mask;
	s.altstack = t->altstack;
	s.altstack_flags = t->altstack_flags;
	s.altstack_size = t->altstack_size;
	s.call = t->call;
	frame_build((void *)frame, frame, &s);
	return 0;
}

static void thread_main(void *arg)
{
	struct birth *b = arg;
	struct plan *p = b->plan;
	uint64_t frame = b->frame;
	long err = set_up(p, b->thread, frame);

	if (err)
		broken = (int32_t)err;
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	sys_futex((void *)&ready, FUTEX_WAKE_PRIVATE, 1, NULL);
	while (!__atomic_load_n(&started, __ATOMIC_SEQ_CST))
		sys_futex((void *)&started, FUTEX_WAIT_PRIVATE, 0, NULL);
	__asm__ volatile("mov %1, %%rsp\n\tjmp *%2" : : "D"(counter(p)), "r"(frame), "r"(p->leave) : "memory");
	__builtin_unreachable();
}

/* --- all of them --- */

static long start(struct plan *p, struct thread *t, uint64_t stack, uint64_t frame)
{
	struct birth *b = (struct birth *)(stack + THREAD_STACK_SIZE) - 1;
	uint64_t stack_size = THREAD_STACK_SIZE - 64; /* below struct birth */
	const int64_t nap[2] = { 0, 1000000 };
	struct clone_args args;
	int32_t tid = (int32_t)t->tid;
	long ret;

	b->plan = p;
	b->thread = t;
	b->frame = frame;
	memset(&args, 0, sizeof args);
	args.flags = THREAD_FLAGS;
	args.stack = stack;
	args.stack_size = stack_size;
	if (p->exact) {
		args.set_tid = (uint64_t)&tid;
		args.set_tid_size = 1;
	}
	ret = FAULTY("restart.thread", spawn_clone3(&args, sizeof args, thread_main, b));
	/* It may be that of a thread of ours (fill.c) or of some process that is about to be gone. */
	for (int waits = 0; ret == -EEXIST && waits < (p->pids == PIDS_EXACT ? 500 : 20); waits++) {
		sys_nanosleep(nap, NULL);
		ret = spawn_clone3(&args, sizeof args, thread_main, b);
	}
	if (ret == -EEXIST && p->exact && p->pids == PIDS_AUTO) {
		args.set_tid = args.set_tid_size = 0;
		ret = spawn_clone3(&args, sizeof args, thread_main, b);
	}
	if (ret == -ENOSYS && !args.set_tid_size) /* where a filter of system calls does not know it */
		ret = spawn_clone(THREAD_FLAGS, (void *)(stack + stack_size), thread_main, b, NULL);
	return ret;
}

static int tell(struct plan *p, const struct thread *t, long err)
{
	char comm[16];

	if (err == -EEXIST) {
		procfs_state(t->tid, comm);
		say("%s: its thread id %d was taken by %s while the program was rebuilt; use --pids fresh",
		    plan_text(p, p->image_name), (int)t->tid, comm[0] ? comm : "a process that has just ended");
	} else {
		say("%s: thread %d can't be made: %s%s", plan_text(p, p->image_name), (int)t->tid, error_text(err),
		    err == -EAGAIN ? "; the limit of processes is reached, raise it (ulimit -u)" : "");
	}
	return -1;
}

int threads_start(struct plan *p)
{
	struct thread *t = plan_threads(p);
	uint64_t here = frame_features();
	uint64_t frame = p->scratch + FRAME_ALIGN;
	uint64_t stack = p->stacks;
	uint32_t others = p->thread_count - 1;
	uint32_t now;
	long err;

	if (p->xinuse & here & 1ull << XFEATURE_AMX_DATA)
		ckpt_syscall2(__NR_arch_prctl, ARCH_REQ_XCOMP_PERM, XFEATURE_AMX_DATA);
	find_tid_offset(p);
	counter(p)[0] = others;
	counter(p)[1] = 0; /* the gate */
	for (uint32_t i = 0; i <= others; i++, t++) {
		uint64_t in_use;

		memcpy(&in_use, (char *)plan_at(p, t->xstate) + 512, sizeof in_use);
		if (i == 0)
			main_frame = frame;
		else if ((err = start(p, t, stack, frame)) < 0)
			return tell(p, t, err);
		else
			stack += THREAD_STACK_SIZE;
		frame += frame_size(in_use & here);
	}
	while ((now = __atomic_load_n(&ready, __ATOMIC_SEQ_CST)) < others)
		sys_futex((void *)&ready, FUTEX_WAIT_PRIVATE, (int)now, NULL);
	err = broken ? broken : set_up(p, plan_threads(p), main_frame);
	if (err) {
		say("%s: a thread can't be set up (rseq, or pending signals: ulimit -i): %s", plan_text(p, p->image_name), error_text(err));
		return -1;
	}
	return 0;
}

void threads_leave(struct plan *p)
{
	started = 1;
	sys_futex((void *)&started, FUTEX_WAKE_PRIVATE, 0x7fffffff, NULL);
	__asm__ volatile("mov %3, %%rsp\n\tjmp *%4"
			 :
			 : "D"(counter(p)), "S"(p->hole), "d"(p->hole_size), "r"(main_frame), "r"(p->leave_last)
			 : "memory");
	__builtin_unreachable();
}
