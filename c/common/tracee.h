/* SPDX-License-Identifier: MIT */
/*
 * tracee.h - one thread seen by its tracer: wait until it stops, read and write its registers. The helper (inside the
 * program) and the tool (outside) use the same code. System calls alone; no libc.
 *
 * Where a function here returns, the thread is in a PTRACE_EVENT_STOP, unless the function says otherwise: there the
 * kernel still decides about the restart of an interrupted system call by the registers that it finds.
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

/* PTRACE_SEIZE and PTRACE_INTERRUPT. -EPERM and -ESRCH are the kernel's. */
int tracee_seize(int32_t tid);
/* PTRACE_DETACH: the thread goes on; where its group is stopped, it stops again. */
int tracee_detach(int32_t tid);
/* Lets a stopped thread run, still traced. */
int tracee_run(int32_t tid);
int tracee_interrupt(int32_t tid);

int tracee_read(int32_t tid, uint64_t address, void *to, size_t n);
int tracee_get_regs(int32_t tid, uint64_t regs[CKPT_REG_COUNT]);
int tracee_set_regs(int32_t tid, const uint64_t regs[CKPT_REG_COUNT]);
int tracee_get_mask(int32_t tid, uint64_t *mask);
int tracee_set_mask(int32_t tid, uint64_t mask);
/* The XSAVE area in standard format: its bytes, or -errno. */
long tracee_get_xsave(int32_t tid, void *to, uint64_t room);

/* PTRACE_GET_RSEQ_CONFIGURATION; a kernel without it has told nobody of a registration either: all 0. */
struct ptrace_rseq_configuration;
void tracee_get_rseq(int32_t tid, struct ptrace_rseq_configuration *config);
/*
 * A thread that is sent elsewhere makes the kernel forget that it was inside a restartable sequence (rseq): it looks at the
 * register rip when the thread goes on. So do here what it would have done: go on at the abort address.
 */
void tracee_leave_rseq(int32_t tid, uint64_t regs[CKPT_REG_COUNT]);

/*
 * Some system calls (epoll_wait, sigtimedwait, semop, recv with a timeout …) return -EINTR from a stop without any
 * signal. Makes the kernel restart them. To be called as soon as the thread stands: the tracer may be killed any time.
 */
void tracee_cure_eintr(int32_t tid);

/* The system call behind a restart_syscall(2), as far as it can be told, or -1. */
int32_t tracee_call_behind(int32_t tid, const uint64_t regs[CKPT_REG_COUNT]);

/* Does it run 64-bit code? Only that can be sent to code of ours. */
bool tracee_is_64_bit(const uint64_t regs[CKPT_REG_COUNT]);

#endif
