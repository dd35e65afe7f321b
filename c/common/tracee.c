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
#define SYSCALL_STOP (SIGTRAP | 0x80)
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
	if (stop_event(status) || stop_signal(status) == SYSCALL_STOP)
		return 0;
	return stop_signal(status);
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

int tracee_stop(int32_t tid, uint64_t timeout_ns, uint32_t *stopped)
{
	long err = sys_ptrace(PTRACE_SEIZE, tid, NULL, (void *)TRACEE_OPTIONS);

	if (err < 0)
		return (int)err;
	err = sys_ptrace(PTRACE_INTERRUPT, tid, NULL, NULL);
	if (err < 0)
		return (int)err;
	return tracee_wait_stop(tid, tracee_clock() + timeout_ns, stopped);
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

bool tracee_cure_eintr(uint64_t regs[CKPT_REG_COUNT])
{
	if ((int64_t)regs[CKPT_REG_ORIG_RAX] < 0 || (int64_t)regs[CKPT_REG_RAX] != -EINTR)
		return false;
	regs[CKPT_REG_RAX] = (uint64_t)-ERESTARTNOHAND;
	return true;
}

/* PTRACE_GET_RSEQ_CONFIGURATION; a kernel without it has told nobody of a registration either. */
static void get_rseq(int32_t tid, struct ptrace_rseq_configuration *config)
{
	memset(config, 0, sizeof *config);
	if (sys_ptrace(PTRACE_GET_RSEQ_CONFIGURATION, tid, (void *)sizeof *config, config) < 0)
		memset(config, 0, sizeof *config);
}

/*
 * A remote call makes the kernel forget that the thread was inside a restartable sequence: it looks at the register
 * rip when the thread goes on. So do here what it would have done: go on at the abort address.
 */
static void leave_rseq(int32_t tid, uint64_t regs[CKPT_REG_COUNT])
{
	struct {
		uint32_t version, flags;
		uint64_t start, length, abort;
	} section;
	struct ptrace_rseq_configuration config;
	uint64_t at;

	get_rseq(tid, &config);
	if (!config.rseq_abi_pointer ||
	    tracee_read(tid, config.rseq_abi_pointer + 8, &at, sizeof at) < 0 || !at ||
	    tracee_read(tid, at, &section, sizeof section) < 0)
		return;
	if (regs[CKPT_REG_RIP] - section.start < section.length)
		regs[CKPT_REG_RIP] = section.abort;
}

int tracee_begin(struct tracee *t)
{
	int err = tracee_get_regs(t->tid, t->regs);

	if (err < 0)
		return err;
	if (t->regs[CKPT_REG_CS] != USER64_CS)
		return -ENOEXEC; /* in 32-bit code: no system call of ours can be made from there */
	err = tracee_get_mask(t->tid, &t->mask);
	if (err < 0)
		return err;
	leave_rseq(t->tid, t->regs);
	t->begun = true;
	return tracee_set_mask(t->tid, ~0ull);
}

/*
 * Lets the thread run until it stops at a system call, entry or exit. Nothing else can happen to it but a stop by job
 * control, which is let through, and its end. A fault cannot: the code is ours.
 */
static int run_to_syscall_stop(struct tracee *t)
{
	uint64_t deadline = tracee_clock() + t->timeout_ns;
	int sig = 0;

	for (;;) {
		int status;
		int err = resume(PTRACE_SYSCALL, t->tid, sig);

		if (err < 0)
			return err;
		err = tracee_wait(t->tid, deadline, &status);
		if (err == -ETIMEDOUT) {
			/* In a frozen cgroup, for example: it can be stopped, but does not run. */
			sys_ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
			tracee_wait(t->tid, tracee_clock() + t->timeout_ns, &status);
			return -ETIMEDOUT;
		}
		if (err < 0)
			return err;
		if (!stop_event(status) && stop_signal(status) == SYSCALL_STOP)
			return 0;
		sig = signal_on_its_way(status);
		if (sig && sig != SIGSTOP)
			return -EFAULT; /* end() goes on without it */
	}
}

int tracee_remote_syscall(struct tracee *t, long nr, const uint64_t args[6], long *result)
{
	uint64_t deadline = tracee_clock() + t->timeout_ns;
	uint64_t regs[CKPT_REG_COUNT];
	int err;

	do {
		memcpy(regs, t->regs, sizeof regs);
		regs[CKPT_REG_RIP] = t->call_syscall;
		regs[CKPT_REG_RAX] = (uint64_t)nr;
		regs[CKPT_REG_ORIG_RAX] = ~0ull; /* no interrupted call: nothing to restart */
		regs[CKPT_REG_RDI] = args[0];
		regs[CKPT_REG_RSI] = args[1];
		regs[CKPT_REG_RDX] = args[2];
		regs[CKPT_REG_R10] = args[3];
		regs[CKPT_REG_R8] = args[4];
		regs[CKPT_REG_R9] = args[5];
		err = tracee_set_regs(t->tid, regs);
		if (err < 0)
			return err;
		err = run_to_syscall_stop(t); /* entry */
		if (err < 0)
			return err;
		err = run_to_syscall_stop(t); /* exit */
		if (err < 0)
			return err;
		err = tracee_get_regs(t->tid, regs);
		if (err < 0)
			return err;
		*result = (long)regs[CKPT_REG_RAX];
		/* A stop by job control came in between: again. */
	} while (*result <= -ERESTARTSYS && *result >= -ERESTART_RESTARTBLOCK &&
		 tracee_clock() < deadline);
	return 0;
}

int tracee_run_to_entry(struct tracee *t, uint64_t regs[CKPT_REG_COUNT], bool set)
{
	int err = set ? tracee_set_regs(t->tid, regs) : 0;

	/* From an entry the next stop is the exit. */
	for (int stops = 0; err == 0 && stops < 2; stops++) {
		err = run_to_syscall_stop(t);
		if (err == 0)
			err = tracee_get_regs(t->tid, regs);
		if (err == 0 && (int64_t)regs[CKPT_REG_RAX] == -ENOSYS)
			return 0;
	}
	return err < 0 ? err : -EPROTO;
}

int tracee_end(struct tracee *t)
{
	uint64_t deadline = tracee_clock() + t->timeout_ns;
	int sig = 0;
	int err;

	if (!t->begun)
		return 0;
	for (;;) {
		int status;

		/* It stops again before it runs one instruction. */
		sys_ptrace(PTRACE_INTERRUPT, t->tid, NULL, NULL);
		err = resume(PTRACE_CONT, t->tid, sig);
		if (err < 0 && err != -ESRCH)
			return err;
		err = tracee_wait(t->tid, deadline, &status);
		if (err < 0)
			return err;
		if (stop_event(status) == EVENT_STOP)
			break;
		sig = signal_on_its_way(status);
		if (sig != SIGSTOP)
			sig = 0;
	}
	t->begun = false;
	err = tracee_set_regs(t->tid, t->regs);
	if (err < 0)
		return err;
	return tracee_set_mask(t->tid, t->mask);
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

static void read_name(int32_t tid, char name[16])
{
	char path[32];
	struct text t;
	long fd;
	long n;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/comm", tid);
	memset(name, 0, 16);
	fd = sys_openat(-100 /* AT_FDCWD */, path, 02000000 /* O_RDONLY | O_CLOEXEC */, 0);
	if (fd < 0)
		return;
	n = sys_read((int)fd, name, 16);
	sys_close((int)fd);
	if (n > 0)
		name[n - 1] = 0; /* the newline */
}

static int read_pending(int32_t tid, struct ckpt_thread *out, uint8_t *to, size_t room)
{
	struct ptrace_peeksiginfo_args args = { .off = 0, .flags = 0, .nr = 1 };

	for (;;) {
		if (room < 128)
			return -E2BIG;
		if (sys_ptrace(PTRACE_PEEKSIGINFO, tid, &args, to) != 1)
			return 0;
		if (++out->pending_count == CKPT_THREAD_PENDING_MAX)
			return -E2BIG;
		args.off++;
		to += 128;
		room -= 128;
	}
}

/* What the thread alone can say of itself. */
static int ask_thread(struct tracee *t, struct ckpt_thread *out)
{
	const uint64_t altstack[6] = { 0, t->scratch };
	const uint64_t clear_tid[6] = { 40 /* PR_GET_TID_ADDRESS */, t->scratch };
	long result;
	int end;
	int err = tracee_begin(t);

	if (err < 0)
		goto out;
	memcpy(out->regs, t->regs, sizeof out->regs);
	out->mask = t->mask;
	err = tracee_remote_syscall(t, __NR_sigaltstack, altstack, &result);
	if (err < 0)
		goto out;
	if (result < 0) {
		err = (int)result;
		goto out;
	}
	err = tracee_read(t->tid, t->scratch, out->altstack, sizeof out->altstack);
	if (err < 0)
		goto out;
	out->altstack[1] &= 0xffffffffu; /* padding follows the flags */
	err = tracee_remote_syscall(t, __NR_prctl, clear_tid, &result);
	if (err == 0 && result == 0) /* else a kernel without it */
		err = tracee_read(t->tid, t->scratch, &out->clear_tid, sizeof out->clear_tid);
out:
	end = tracee_end(t);
	return err < 0 ? err : end;
}

long tracee_collect(struct tracee *t, uint32_t stopped, struct ckpt_thread *out, size_t room)
{
	struct ptrace_rseq_configuration rseq;
	uint8_t *behind = (uint8_t *)(out + 1);
	uint64_t size;
	int err;

	if (room < sizeof *out + 128)
		return -E2BIG;
	memset(out, 0, sizeof *out);
	out->tid = t->tid;
	out->stopped = stopped;
	/* Remote calls may change the vector registers' in-use bits but not their values: read them first. */
	size = room - sizeof *out;
	err = get_regset(t->tid, NT_X86_XSTATE, behind, &size);
	if (err < 0)
		return err;
	out->xsave_size = (uint32_t)size;
	room -= sizeof *out + size;
	err = read_pending(t->tid, out, behind + size, room);
	if (err < 0)
		return err;
	get_rseq(t->tid, &rseq);
	out->rseq = rseq.rseq_abi_pointer;
	out->rseq_size = rseq.rseq_abi_size;
	out->rseq_signature = rseq.signature;
	out->rseq_flags = rseq.flags;
	ckpt_syscall3(__NR_get_robust_list, t->tid, &out->robust[0], &out->robust[1]);
	read_name(t->tid, out->name);
	err = ask_thread(t, out);
	if (err < 0)
		return err;
	out->call = tracee_call_behind(t->tid, out->regs);
	return (long)(sizeof *out + size + out->pending_count * 128u);
}
