/* SPDX-License-Identifier: MIT */
/*
 * tracee.c - one thread seen by its tracer. May call nothing but system calls and str.c; writes to memory of its
 * caller alone. Every wait has a deadline.
 */
#include "tracee.h"

#include <asm/signal.h>
#include <asm-generic/errno-base.h>
#include <asm-generic/errno.h>
#include <linux/ptrace.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "str.h"

#define NT_PRSTATUS 1
#define NT_X86_XSTATE 0x202
#define EVENT_STOP 128
#define SPIN_NS 200000u
#define NAP_NS 50000
#define USER64_CS 0x33

/* Errors by which the kernel itself asks for a restart; see include/linux/errno.h there. */
#define ERESTARTSYS 512
#define ERESTARTNOINTR 513
#define ERESTARTNOHAND 514
#define ERESTART_RESTARTBLOCK 516

struct kernel_timespec {
	int64_t sec;
	int64_t nsec;
};

struct io_vector {
	void *base;
	uint64_t len;
};

static inline bool is_stopped(int status) { return (status & 0xff) == 0x7f; }
static inline int stop_signal(int status) { return (status >> 8) & 0xff; }
static inline int stop_event(int status) { return (status >> 16) & 0xff; }

uint64_t tracee_clock(void)
{
	struct kernel_timespec now = { 0, 0 };

	sys_clock_gettime(1 /* CLOCK_MONOTONIC */, &now);
	return (uint64_t)now.sec * 1000000000u + (uint64_t)now.nsec;
}

int tracee_wait(int32_t tid, uint64_t deadline_ns, int *status)
{
	const struct kernel_timespec nap = { 0, NAP_NS };
	uint64_t begun = tracee_clock();

	for (;;) {
		long ret = sys_wait4(tid, status, WNOHANG | __WALL, NULL);
		uint64_t now;

		if (ret == tid)
			return is_stopped(*status) ? 0 : -ESRCH;
		if (ret < 0 && ret != -EINTR)
			return ret == -ECHILD ? -ESRCH : (int)ret;
		now = tracee_clock();
		if (now >= deadline_ns)
			return -ETIMEDOUT;
		if (now - begun < SPIN_NS)
			sys_sched_yield();
		else
			sys_nanosleep(&nap, NULL);
	}
}

static int resume(long how, int32_t tid, int sig)
{
	return (int)sys_ptrace(how, tid, NULL, (void *)(long)sig);
}

/* The signal to hand on when the thread goes on after this stop; 0 for a stop that is no signal's. */
static int signal_on_its_way(int status)
{
	return stop_event(status) ? 0 : stop_signal(status);
}

int tracee_wait_stop(int32_t tid, uint64_t deadline_ns, uint32_t *stopped)
{
	for (;;) {
		int status;
		int err = tracee_wait(tid, deadline_ns, &status);

		if (err < 0)
			return err;
		if (stop_event(status) == EVENT_STOP) {
			int sig = stop_signal(status);

			if (stopped)
				*stopped = sig == SIGTRAP ? 0 : (uint32_t)sig;
			return 0;
		}
		err = resume(PTRACE_CONT, tid, signal_on_its_way(status));
		if (err < 0 && err != -ESRCH)
			return err;
	}
}

int tracee_seize(int32_t tid)
{
	long err = sys_ptrace(PTRACE_SEIZE, tid, NULL, NULL);

	return err < 0 ? (int)err : tracee_interrupt(tid);
}

int tracee_interrupt(int32_t tid)
{
	return (int)sys_ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
}

int tracee_run(int32_t tid)
{
	return resume(PTRACE_CONT, tid, 0);
}

int tracee_detach(int32_t tid)
{
	return (int)sys_ptrace(PTRACE_DETACH, tid, NULL, NULL);
}

int tracee_read(int32_t tid, uint64_t address, void *to, size_t n)
{
	uint8_t *at = to;

	while (n) {
		uint64_t word;
		size_t part = n < sizeof word ? n : sizeof word;
		/* The system call, unlike the C library's function, stores the word at its last argument. */
		long err = sys_ptrace(PTRACE_PEEKDATA, tid, (void *)address, &word);

		if (err < 0)
			return (int)err;
		memcpy(at, &word, part);
		at += part;
		address += part;
		n -= part;
	}
	return 0;
}

static int get_regset(int32_t tid, unsigned type, void *to, uint64_t *size)
{
	struct io_vector iov = { to, *size };
	long err = sys_ptrace(PTRACE_GETREGSET, tid, (void *)(unsigned long)type, &iov);

	*size = iov.len;
	return (int)err;
}

int tracee_get_regs(int32_t tid, uint64_t regs[CKPT_REG_COUNT])
{
	uint64_t size = CKPT_REG_COUNT * sizeof *regs;

	return get_regset(tid, NT_PRSTATUS, regs, &size);
}

int tracee_set_regs(int32_t tid, const uint64_t regs[CKPT_REG_COUNT])
{
	struct io_vector iov = { (void *)(uintptr_t)regs, CKPT_REG_COUNT * sizeof *regs };

	return (int)sys_ptrace(PTRACE_SETREGSET, tid, (void *)NT_PRSTATUS, &iov);
}

int tracee_get_mask(int32_t tid, uint64_t *mask)
{
	return (int)sys_ptrace(PTRACE_GETSIGMASK, tid, (void *)sizeof *mask, mask);
}

int tracee_set_mask(int32_t tid, uint64_t mask)
{
	return (int)sys_ptrace(PTRACE_SETSIGMASK, tid, (void *)sizeof mask, &mask);
}

void tracee_cure_eintr(int32_t tid)
{
	uint64_t regs[CKPT_REG_COUNT];

	if (tracee_get_regs(tid, regs) < 0 || (int64_t)regs[CKPT_REG_ORIG_RAX] < 0 ||
	    (int64_t)regs[CKPT_REG_RAX] != -EINTR)
		return;
	regs[CKPT_REG_RAX] = (uint64_t)-ERESTARTNOHAND;
	tracee_set_regs(tid, regs);
}

long tracee_get_xsave(int32_t tid, void *to, uint64_t room)
{
	int err = get_regset(tid, NT_X86_XSTATE, to, &room);

	return err < 0 ? err : (long)room;
}

void tracee_get_rseq(int32_t tid, struct ptrace_rseq_configuration *config)
{
	memset(config, 0, sizeof *config);
	if (sys_ptrace(PTRACE_GET_RSEQ_CONFIGURATION, tid, (void *)sizeof *config, config) < 0)
		memset(config, 0, sizeof *config);
}

void tracee_leave_rseq(int32_t tid, uint64_t regs[CKPT_REG_COUNT])
{
	struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} section;
	struct ptrace_rseq_configuration config;
	uint64_t at;

	tracee_get_rseq(tid, &config);
	if (!config.rseq_abi_pointer ||
	    tracee_read(tid, config.rseq_abi_pointer + 8, &at, sizeof at) < 0 || !at ||
	    tracee_read(tid, at, &section, sizeof section) < 0)
		return;
	if (regs[CKPT_REG_RIP] - section.start < section.length)
		regs[CKPT_REG_RIP] = section.abort;
}

bool tracee_is_64_bit(const uint64_t regs[CKPT_REG_COUNT])
{
	return regs[CKPT_REG_CS] == USER64_CS;
}

static bool is_restartable(uint64_t nr)
{
	return nr == __NR_nanosleep || nr == __NR_clock_nanosleep || nr == __NR_poll || nr == __NR_futex;
}

/*
 * The kernel overwrites the number of an interrupted call by that of restart_syscall(2), and tells nobody. The
 * program's code before the system call knows it: `mov $nr,%eax`. Else the arguments do: a clock and a flag for
 * clock_nanosleep, an operation that waits for futex; poll and nanosleep can't be told apart by them.
 */
int32_t tracee_call_behind(int32_t tid, const uint64_t regs[CKPT_REG_COUNT])
{
	uint8_t code[64];

	if ((int64_t)regs[CKPT_REG_ORIG_RAX] != __NR_restart_syscall)
		return (int64_t)regs[CKPT_REG_RAX] == -ERESTART_RESTARTBLOCK ? (int32_t)regs[CKPT_REG_ORIG_RAX] : -1;
	if (tracee_read(tid, regs[CKPT_REG_RIP] - 2 - sizeof code, code, sizeof code) == 0) {
		for (int at = sizeof code - 5; at >= 0; at--) {
			uint32_t nr;

			memcpy(&nr, code + at + 1, sizeof nr);
			if (code[at] == 0xb8 && is_restartable(nr))
				return (int32_t)nr;
		}
	}
	if (regs[CKPT_REG_RDI] < 16 && regs[CKPT_REG_RSI] <= 1 && regs[CKPT_REG_RDX] > 4096)
		return __NR_clock_nanosleep;
	if (regs[CKPT_REG_RDI] > 4096 && regs[CKPT_REG_RSI] < 512 && regs[CKPT_REG_R10] > 4096 &&
	    ((regs[CKPT_REG_RSI] & 127) == 0 || (regs[CKPT_REG_RSI] & 127) == 9)) /* FUTEX_WAIT, _BITSET */
		return __NR_futex;
	return -1;
}
