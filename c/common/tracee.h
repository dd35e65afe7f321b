/* SPDX-License-Identifier: MIT */
/*
 * tracee.h - one thread seen by its tracer: wait until it stops, let it make system calls, read what is known of it.
 * The helper (inside the program) and the tool (outside) use the same code. System calls alone; no libc.
 *
 * A tracee is seized with TRACEE_OPTIONS. Where a function here returns, the thread is in a PTRACE_EVENT_STOP, unless
 * the function says otherwise: there the kernel still decides about the restart of an interrupted system call by the
 * registers that it finds.
 */
#ifndef CKPT_COMMON_TRACEE_H
#define CKPT_COMMON_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckpt/contract.h"

/* Places in ckpt_thread.regs: struct user_regs_struct. */
enum ckpt_reg {
	CKPT_REG_R15, CKPT_REG_R14, CKPT_REG_R13, CKPT_REG_R12, CKPT_REG_RBP, CKPT_REG_RBX,
	CKPT_REG_R11, CKPT_REG_R10, CKPT_REG_R9, CKPT_REG_R8, CKPT_REG_RAX, CKPT_REG_RCX,
	CKPT_REG_RDX, CKPT_REG_RSI, CKPT_REG_RDI, CKPT_REG_ORIG_RAX, CKPT_REG_RIP, CKPT_REG_CS,
	CKPT_REG_EFLAGS, CKPT_REG_RSP, CKPT_REG_SS, CKPT_REG_FS_BASE, CKPT_REG_GS_BASE,
	CKPT_REG_DS, CKPT_REG_ES, CKPT_REG_FS, CKPT_REG_GS, CKPT_REG_COUNT
};

#define TRACEE_OPTIONS 1ul /* PTRACE_O_TRACESYSGOOD */
#define TRACEE_SCRATCH_SIZE 64u

struct tracee {
	int32_t tid;
	uint64_t call_syscall; /* address of `syscall; int3` in its memory (contract) */
	uint64_t scratch;      /* address of TRACEE_SCRATCH_SIZE bytes there that it may write to */
	uint64_t timeout_ns;   /* for each wait */

	/* between tracee_begin and tracee_end */
	bool begun;
	uint64_t regs[CKPT_REG_COUNT]; /* to be put back; the caller may change them */
	uint64_t mask;
};

/* CLOCK_MONOTONIC in ns. */
uint64_t tracee_clock(void);

/*
 * The next wait status of tid. Polls, as a wait with a deadline does not exist. 0, -ETIMEDOUT, or -ESRCH where
 * it has ended.
 */
int tracee_wait(int32_t tid, uint64_t deadline_ns, int *status);

/*
 * Waits until tid, seized and interrupted, is in a PTRACE_EVENT_STOP; signals on their way are handed on. *stopped
 * (may be NULL): the stop signal where it is in a group stop, else 0. After -ETIMEDOUT the thread is still a tracee and
 * one may wait again; only a stopped thread can be detached.
 */
int tracee_wait_stop(int32_t tid, uint64_t deadline_ns, uint32_t *stopped);

/* PTRACE_SEIZE, PTRACE_INTERRUPT and the wait. -EPERM and -ESRCH are the kernel's. */
int tracee_stop(int32_t tid, uint64_t timeout_ns, uint32_t *stopped);

/* Lets it go; a group stop goes on. */
int tracee_detach(int32_t tid);

/* n bytes at an address of its memory, readable or not. */
int tracee_read(int32_t tid, uint64_t address, void *to, size_t n);
int tracee_get_regs(int32_t tid, uint64_t regs[CKPT_REG_COUNT]);
int tracee_set_regs(int32_t tid, const uint64_t regs[CKPT_REG_COUNT]);
int tracee_get_mask(int32_t tid, uint64_t *mask);
int tracee_set_mask(int32_t tid, uint64_t mask);

/*
 * Remote calls: begin, any number of calls, end. begin keeps registers and mask and blocks every signal; end puts both
 * back, with the thread in a PTRACE_EVENT_STOP again. A thread inside a restartable sequence (rseq) is put at its
 * abort address, as the kernel would have done. No signal is involved.
 */
int tracee_begin(struct tracee *t);
int tracee_remote_syscall(struct tracee *t, long nr, const uint64_t args[6], long *result);
int tracee_end(struct tracee *t);

/*
 * Lets the thread run code of ours and stops it at the entry of the next system call, whose registers are then in *regs.
 * set: start it with *regs first. Between begin and end.
 */
int tracee_run_to_entry(struct tracee *t, uint64_t regs[CKPT_REG_COUNT], bool set);

/*
 * Everything that struct ckpt_thread holds, the XSAVE area and the pending signals behind it. Makes remote calls.
 * The bytes used, or -errno; -E2BIG where it does not fit in room.
 */
long tracee_collect(struct tracee *t, uint32_t stopped, struct ckpt_thread *out, size_t room);

/*
 * Some system calls (epoll_wait, sigtimedwait, semop, recv with a timeout …) return -EINTR from a stop without any
 * signal. Makes the kernel restart them. True where the registers were changed.
 */
bool tracee_cure_eintr(uint64_t regs[CKPT_REG_COUNT]);

/* The system call behind a restart_syscall(2), as far as it can be told, or -1. */
int32_t tracee_call_behind(int32_t tid, const uint64_t regs[CKPT_REG_COUNT]);

#endif
