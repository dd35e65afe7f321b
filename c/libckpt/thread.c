/* SPDX-License-Identifier: MIT */
/* thread.c - what ptrace and /proc tell of one stopped thread. Runs in the helper. System calls, tracee.c and str.c only. */
#include "thread.h"

#include <linux/fcntl.h>
#include <linux/ptrace.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "common/tracee.h"

#define SIGINFO_SIZE 128u

static void read_name(int32_t tid, char name[16])
{
	char path[32], line[18];
	struct text t;
	long n;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/comm", tid);
	n = proc_read(path, line, sizeof line);
	memset(name, 0, 16);
	if (n > 0)
		memcpy(name, line, (uint64_t)n - 1); /* without the newline */
}

static int read_pending(int32_t tid, struct ckpt_thread *out, uint8_t *to, size_t room)
{
	struct ptrace_peeksiginfo_args args = { .off = 0, .flags = 0, .nr = CKPT_THREAD_PENDING_MAX };
	long n;

	if (room / SIGINFO_SIZE < CKPT_THREAD_PENDING_MAX)
		args.nr = (int32_t)(room / SIGINFO_SIZE);
	n = args.nr ? sys_ptrace(PTRACE_PEEKSIGINFO, tid, &args, to) : 0;
	if (n >= args.nr)
		return -E2BIG;
	out->pending_count = n > 0 ? (uint32_t)n : 0;
	return 0;
}

long thread_record(int32_t tid, uint32_t stop_signal, struct ckpt_thread *out, size_t room)
{
	struct ptrace_rseq_configuration rseq;
	uint8_t *behind = (uint8_t *)(out + 1);
	long size;
	int err;

	if (room < sizeof *out + SIGINFO_SIZE)
		return -E2BIG;
	memset(out, 0, sizeof *out);
	out->tid = tid;
	out->stopped = stop_signal;
	size = tracee_get_xsave(tid, behind, room - sizeof *out);
	if (size < 0)
		return size;
	out->xsave_size = (uint32_t)size;
	err = read_pending(tid, out, behind + size, room - sizeof *out - (uint64_t)size);
	if (err < 0)
		return err;
	tracee_get_rseq(tid, &rseq);
	out->rseq = rseq.rseq_abi_pointer;
	out->rseq_size = rseq.rseq_abi_size;
	out->rseq_signature = rseq.signature;
	out->rseq_flags = rseq.flags;
	ckpt_syscall3(__NR_get_robust_list, tid, &out->robust[0], &out->robust[1]);
	read_name(tid, out->name);
	err = tracee_get_regs(tid, out->regs);
	if (err == 0)
		err = tracee_get_mask(tid, &out->mask);
	if (err < 0)
		return err;
	if (!tracee_is_64_bit(out->regs))
		return -ENOEXEC;
	tracee_leave_rseq(tid, out->regs);
	out->call = tracee_call_behind(tid, out->regs);
	return (long)(sizeof *out + (uint64_t)size + out->pending_count * SIGINFO_SIZE);
}
