/* SPDX-License-Identifier: MIT */
/*
 * stop.c - stops every thread of the program and lets them go on. ptrace from the helper: it is no thread of the group,
 * so it may trace all of it. Every wait has a deadline.
 */
#include <asm/signal.h>
#include <linux/ptrace.h>
#include <linux/time.h>
#include <asm-generic/errno.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "common/tracee.h"
#include "engine.h"

enum { GONE = 0, SEIZED = 1, STOPPED = 2 };

#define STOP_NS 800000000ull /* all tries together */
#define TRY_NS 200000000ull  /* then those that stand still run on for a moment: the last one may wait for them */
#define BREATH_NS 5000000
#define EXEC_US 600000
#define BUSY_NS 5000000000ull /* a thread that could run, but gets no CPU, stops as soon as it does */

/* Its letter in /proc/PID/task/TID/stat, or 0. */
static char state_of(struct capture *c, int tid)
{
	char path[64], stat[1024];
	struct text t;
	const char *end;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/stat", c->pid, tid);
	if (proc_read(path, stat, sizeof stat) < 0)
		return 0;
	end = str_rchr(stat, ')');
	return end && end[1] == ' ' ? end[2] : 0;
}

static bool is_zombie(struct capture *c, int tid)
{
	char state = state_of(c, tid);

	return !state || state == 'Z' || state == 'X';
}

static int seize(struct capture *c, int tid, void *arg)
{
	bool *found_new = arg;
	int err;

	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->tids[i] == tid)
			return 0;
	if (c->thread_count == CKPT_MAX_THREADS)
		return -E2BIG;
	err = tracee_seize(tid);
	if (err == -ESRCH || (err == -EPERM && is_zombie(c, tid))) {
		c->leader_gone |= tid == c->pid;
		return 0;
	}
	if (err < 0)
		return err;
	c->state[c->thread_count] = SEIZED;
	c->tids[c->thread_count++] = tid;
	*found_new = true;
	return 0;
}

/* All of them, however late: 0, or -ETIMEDOUT and one that has not stopped. */
static int wait_for_seized(struct capture *c, uint64_t deadline, int *stuck)
{
	int late = 0;

	for (uint32_t i = 0; i < c->thread_count; i++) {
		uint32_t sig = 0;
		int err;

		if (c->state[i] != SEIZED)
			continue;
		err = tracee_wait_stop(c->tids[i], deadline, &sig);
		if (err == -ETIMEDOUT && c->tids[i] == c->pid && is_zombie(c, c->pid)) {
			c->leader_gone = true; /* the kernel tells of its end when all others have ended */
			err = -ESRCH;
		}
		if (err == -ETIMEDOUT) {
			*stuck = c->tids[i];
			late = err;
			continue; /* without another wait: the deadline is over */
		}
		c->state[i] = err == 0 ? STOPPED : GONE;
		c->stop_signal[i] = (uint8_t)sig;
		if (err == 0)
			tracee_cure_eintr(c->tids[i]);
	}
	return late;
}

/* Detaches those that stand still. The others stay seized: they can't be detached now, but at the end of the helper. */
static void let_go(struct capture *c)
{
	int nobody = 0;
	uint32_t n = 0;

	wait_for_seized(c, 0, &nobody);
	for (uint32_t i = 0; i < c->thread_count; i++) {
		if (c->state[i] == STOPPED)
			tracee_detach(c->tids[i]);
		if (c->state[i] != SEIZED)
			continue;
		c->tids[n] = c->tids[i];
		c->state[n++] = SEIZED;
	}
	c->thread_count = n;
}

static void say_stuck(struct capture *c, int tid)
{
	char path[64], where[64], message[300];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/wchan", c->pid, tid);
	if (proc_read(path, where, sizeof where) < 0 || !where[0] || str_cmp(where, "0") == 0)
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
	if (c->door == CKPT_DOOR_SIGNAL && tracer && *tracer != '0') {
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

/*
 * An exec holds the lock that PTRACE_SEIZE takes until all other threads have ended, and those that we trace don't before we reap
 * them: only a signal ends that. The helper has dispositions of its own.
 */
static void on_alarm(int sig)
{
	struct capture *c = (struct capture *)(void *)(ckpt_area + CKPT_HELPER_STACK_SIZE);
	char message[120];
	struct text t;

	(void)sig;
	text_init(&t, message, sizeof message);
	text_fmt(&t, "process %d is just starting another program (exec), or the machine is too busy: try again", c->pid);
	report_error(c, "process-died", message);
	sys_exit_group(1);
}

static void set_alarm(uint64_t us)
{
	const uint64_t timer[4] = { 0, 0, us / 1000000, us % 1000000 };

	ckpt_syscall3(__NR_setitimer, 0 /* ITIMER_REAL */, timer, NULL);
}

void watch_for_exec(void)
{
	const uint64_t mask = ~(1ull << (SIGALRM - 1));
	const struct kernel_action action = {
		.handler = (uint64_t)(uintptr_t)on_alarm,
		.flags = SA_RESTORER_FLAG,
		.restorer = (uint64_t)(uintptr_t)__restore_rt,
		.mask = ~0ull,
	};

	sys_rt_sigaction(SIGALRM, &action, NULL);
	sys_rt_sigprocmask(SIG_SETMASK, &mask, NULL);
}

/* How many threads the kernel counts, zombies too. */
static uint32_t count_threads(struct capture *c)
{
	char status[4096];
	const char *p = proc_read_task(c, "status", status, sizeof status) > 0 ? proc_status(status, "Threads") : NULL;

	return p ? (uint32_t)str_number(&p, 10) : 0;
}

static uint32_t count_stopped(struct capture *c)
{
	uint32_t n = c->leader_gone;

	for (uint32_t i = 0; i < c->thread_count; i++)
		n += c->state[i] == STOPPED;
	return n;
}

/* A helper that was killed has left a thread on its way back to the program. */
static bool is_on_its_way(struct capture *c, int tid)
{
	uint64_t regs[CKPT_REG_COUNT];

	if (c->pid == 1 && tid == 1 && c->door == CKPT_DOOR_TOOL)
		return false; /* it waits for us there */
	return tracee_get_regs(tid, regs) == 0 && regs[CKPT_REG_RIP] - ckpt_contract.enter <
							   ckpt_contract.enter_end - ckpt_contract.enter;
}

/*
 * One attempt; *stuck is the thread that did not stop in time. A pass over the folder may miss a thread when others end
 * meanwhile: the kernel's own count tells.
 */
static int try_stop(struct capture *c, uint64_t deadline, int *stuck)
{
	char folder[40];
	struct text t;
	bool found_new;

	text_init(&t, folder, sizeof folder);
	text_fmt(&t, "/proc/%d/task", c->pid);
	c->leader_gone = false;
	do {
		int err;

		found_new = false;
		set_alarm(EXEC_US);
		err = proc_each_number(folder, seize, c, &found_new);
		set_alarm(0);
		fault_point("helper.seized");
		if (err == 0)
			err = wait_for_seized(c, deadline, stuck);
		if (err < 0)
			return err;
		if (tracee_clock() > deadline)
			return -EAGAIN;
	} while (found_new || count_threads(c) != count_stopped(c));
	for (uint32_t i = 0; i < c->thread_count; i++)
		if (c->state[i] == STOPPED && is_on_its_way(c, c->tids[i]))
			return -EAGAIN;
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
		c->stop_signal[n] = c->stop_signal[i];
		c->state[n++] = c->state[i];
	}
	c->thread_count = n;
	for (uint32_t i = 1; i < n; i++) {
		if (c->tids[i] == c->pid) {
			uint8_t state = c->state[i], sig = c->stop_signal[i];

			c->tids[i] = c->tids[0];
			c->state[i] = c->state[0];
			c->stop_signal[i] = c->stop_signal[0];
			c->tids[0] = c->pid;
			c->state[0] = state;
			c->stop_signal[0] = sig;
		}
	}
	if (n)
		c->live = c->tids[0];
}

/* An exec leaves this memory to the helper alone, and the process with another. */
static bool shares_memory(struct capture *c)
{
	uint64_t nonce = 0;

	sys_getrandom(&c->nonce, sizeof c->nonce, 0);
	return tracee_read(c->tids[0], (uint64_t)(uintptr_t)&c->nonce, &nonce, sizeof nonce) == 0 && nonce == c->nonce;
}

static int say_gone(struct capture *c, const char *what)
{
	char message[120];
	struct text t;

	text_init(&t, message, sizeof message);
	text_fmt(&t, "process %d %s meanwhile", c->pid, what);
	report_error(c, "process-died", message);
	return -ESRCH;
}

static int say_unsteady(struct capture *c)
{
	char message[200];
	struct text t;

	text_init(&t, message, sizeof message);
	text_fmt(&t, "process %d can't be stopped: it starts and ends threads without a pause, or they are still coming back from a "
		     "checkpoint that was killed; it runs on: try again", c->pid);
	report_error(c, "stuck", message);
	return -EAGAIN;
}

int stop_trigger(struct capture *c)
{
	const struct ckpt_request *request = &ckpt_request;
	uint64_t deadline = tracee_clock() + BUSY_NS; /* it was running code of ours: at most it gets no CPU */
	uint64_t regs[CKPT_REG_COUNT];
	uint32_t sig = 0;
	unsigned looks = 0;
	int err;

	set_alarm(EXEC_US + BUSY_NS / 1000);
	while ((err = tracee_seize(c->pid)) == -EPERM && tracee_clock() < deadline)
		wait_a_little(looks++); /* the tool holds it */
	set_alarm(0);
	if (err == 0)
		err = tracee_wait_stop(c->pid, deadline, &sig);
	fault_point("helper.trigger");
	if (err == 0)
		err = tracee_get_regs(c->pid, regs);
	if (err == 0 && regs[CKPT_REG_RIP] - ckpt_contract.enter < ckpt_contract.enter_end - ckpt_contract.enter) {
		/* Should the helper be killed in between, it goes on through the frame. */
		err = tracee_set_mask(c->pid, request->mask);
		fault_point("helper.trigger-mask");
		if (err == 0)
			err = tracee_set_regs(c->pid, request->regs);
	}
	fault_point("helper.trigger-back");
	if (err < 0)
		return err;
	c->tids[0] = c->pid;
	c->state[0] = STOPPED;
	c->stop_signal[0] = (uint8_t)sig;
	c->thread_count = 1;
	return 0;
}

int stop_all(struct capture *c)
{
	const struct __kernel_timespec breath = { .tv_nsec = BREATH_NS };
	uint64_t begun = tracee_clock(), end = begun + STOP_NS;
	int stuck = 0;
	int err;

	for (;;) {
		uint64_t now = tracee_clock();

		err = try_stop(c, now + TRY_NS < end ? now + TRY_NS : end, &stuck);
		if (err == -EPERM && ckpt_contract.need_ptracer && c->door == CKPT_DOOR_SIGNAL)
			err = -EAGAIN; /* the door is about to allow it */
		if (err == -ETIMEDOUT && state_of(c, stuck) == 'R' && tracee_clock() - begun < BUSY_NS) {
			end = tracee_clock() + TRY_NS;
			continue; /* the others stand still: there is all the more CPU for it */
		}
		if ((err != -ETIMEDOUT && err != -EAGAIN) || tracee_clock() >= end)
			break;
		let_go(c);
		sys_nanosleep(&breath, NULL);
	}
	tidy(c);
	if (err == 0 && !c->thread_count)
		return say_gone(c, "ended");
	if (err == 0 && !shares_memory(c))
		err = say_gone(c, "started another program, or ended,");
	if (err == 0)
		return 0;
	let_go(c);
	if (err == -EPERM && yama_scope() == 1 && !ckpt_contract.need_ptracer && c->door == CKPT_DOOR_SIGNAL) {
		ckpt_contract.need_ptracer = 1; /* the door tries again */
		sys_exit_group(1);
	}
	if (err == -ETIMEDOUT)
		say_stuck(c, stuck);
	else if (err == -EAGAIN)
		say_unsteady(c);
	else if (err == -ENOENT)
		say_gone(c, "ended");
	else if (err != -ESRCH)
		say_refused(c, err);
	return err;
}

bool stands_still(struct capture *c)
{
	uint64_t mask;

	/* SIGKILL wakes all threads before the first one can go on. */
	return tracee_get_mask(c->tids[0], &mask) == 0;
}

void go_on(struct capture *c)
{
	for (uint32_t i = 0; i < c->thread_count; i++) {
		if (c->state[i] != STOPPED)
			continue;
		tracee_detach(c->tids[i]);
		fault_point("helper.detaching");
	}
}
