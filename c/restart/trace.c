/* SPDX-License-Identifier: MIT */
/*
 * trace.c - the tracer's side of enter.c: waits until the other process has started the original executable, fills the
 * hole in its memory and sends it there. Runs in a process of its own, or in the proxy.
 */
#include <asm/errno.h>
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/ptrace.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "enter.h"
#include "hole.h"
#include "inside.h"
#include "procfs.h"
#include "say.h"

#define REGS 27
#define NT_PRSTATUS 1

static char maps[64 << 10];

struct tracee {
	int pid;
	int mem; /* /proc/PID/mem */
	int stop; /* a stop signal that came in between */
	int end; /* its wait status when it has ended, or -1 */
	uint64_t regs[REGS];
};

static long get_regs(struct tracee *t, uint64_t regs[REGS])
{
	uint64_t iov[2] = { (uint64_t)regs, REGS * sizeof *regs };

	return sys_ptrace(PTRACE_GETREGSET, t->pid, (void *)NT_PRSTATUS, iov);
}

static long set_regs(struct tracee *t, const uint64_t regs[REGS])
{
	uint64_t iov[2] = { (uint64_t)regs, REGS * sizeof *regs };

	return sys_ptrace(PTRACE_SETREGSET, t->pid, (void *)NT_PRSTATUS, iov);
}

/* Waits for a trap: the event, or 0 for a plain one; -ESRCH where the process has ended. */
static long wait_trap(struct tracee *t)
{
	for (;;) {
		int status;
		long ret = sys_wait4(t->pid, &status, __WALL, NULL);
		int sig = status >> 8 & 0xff;

		if (ret == -EINTR)
			continue;
		if (ret < 0)
			return ret;
		if ((status & 0xff) != 0x7f) {
			t->end = status;
			return -ESRCH;
		}
		if (sig == SIGTRAP && status >> 16 != PTRACE_EVENT_STOP)
			return status >> 16;
		/* A stop signal; all others are blocked there. It stops when it is let go. */
		if (sig == SIGSTOP)
			t->stop = sig;
		sys_ptrace(PTRACE_CONT, t->pid, NULL, NULL);
	}
}

static long write_mem(struct tracee *t, uint64_t to, const void *from, uint64_t n)
{
	const char *at = from;

	while (n) {
		long done = FAULTY("tracer.write", sys_pwrite(t->mem, at, fault_short("tracer.write", n < 1u << 30 ? n : 1u << 30),
							      (int64_t)to));

		if (done == -EINTR)
			continue;
		if (done <= 0)
			return done ? done : -EFAULT;
		at += done;
		to += (uint64_t)done;
		n -= (uint64_t)done;
	}
	return 0;
}

/* The process makes a system call, with code written over its first instructions. */
static long remote_call(struct tracee *t, int nr, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e,
			uint64_t f)
{
	uint8_t code[8] = { 0xb8, 0, 0, 0, 0, 0x0f, 0x05, 0xcc }; /* mov $nr,%eax; syscall; int3 */
	uint64_t regs[REGS];
	uint64_t word;
	long err;

	memcpy(code + 1, &nr, sizeof nr);
	memcpy(regs, t->regs, sizeof regs);
	regs[REG_ORIG_RAX] = ~0ull;
	regs[REG_RDI] = a;
	regs[REG_RSI] = b;
	regs[REG_RDX] = c;
	regs[REG_R10] = d;
	regs[REG_R8] = e;
	regs[REG_R9] = f;
	memcpy(&word, code, sizeof word);
	if ((err = sys_ptrace(PTRACE_POKETEXT, t->pid, (void *)t->regs[REG_RIP], (void *)word)) || (err = set_regs(t, regs)) ||
	    (err = sys_ptrace(PTRACE_CONT, t->pid, NULL, NULL)) || (err = wait_trap(t)) ||
	    (err = get_regs(t, regs)))
		return err;
	return (long)regs[REG_RAX];
}

static long open_mem(struct tracee *t, const char *name, int flags)
{
	char path[32];
	struct text text;

	text_init(&text, path, sizeof path);
	text_fmt(&text, "/proc/%d/%s", t->pid, name);
	if (str_cmp(name, "mem"))
		return procfs_read(path, maps, sizeof maps);
	return FAULTY("tracer.open", sys_openat(AT_FDCWD, path, flags | O_CLOEXEC, 0));
}

/* The process stands at the first instruction of the new program. */
static long fill_hole(struct plan *p, struct tracee *t)
{
	uint64_t there;
	long err = get_regs(t, t->regs);

	if (err || (err = open_mem(t, "maps", 0)) < 0 || (err = open_mem(t, "mem", O_RDWR)) < 0)
		return err;
	t->mem = (int)err;
	if ((err = hole_choose(p, maps)))
		return err;
	there = hole_plan(p);
	err = FAULTY("tracer.map", remote_call(t, __NR_mmap, p->hole, p->hole_size, PROT_READ | PROT_WRITE,
					       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, ~0ull,
					       0));
	if (err < 0)
		return err;
	p->exec_done = true;
	if ((err = write_mem(t, there, p, p->size)) ||
	    (err = write_mem(t, p->hole, blob_start, (uint64_t)(blob_end - blob_start))) ||
	    (err = remote_call(t, __NR_mprotect, p->hole, hole_text_size(), PROT_READ | PROT_EXEC, 0, 0, 0)))
		return err;
	t->regs[REG_ORIG_RAX] = ~0ull;
	t->regs[REG_RIP] = hole_address(p, (const void *)go);
	t->regs[REG_RSP] = hole_stack_top(p);
	t->regs[REG_RDI] = there;
	t->regs[REG_RBP] = 0;
	return set_regs(t, t->regs);
}

int trace(struct plan *p, int pid, int fd)
{
	struct tracee t = { .pid = pid, .mem = -1, .end = -1 };
	char word = 'n';
	long err = FAULTY("tracer.seize", sys_ptrace(PTRACE_SEIZE, pid, NULL,
						     (void *)(PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)));

	if (!err)
		word = 'y';
	fault_point("tracer.seized");
	sys_write(fd, &word, 1);
	sys_close(fd);
	if (err)
		return t.end;
	err = wait_trap(&t);
	fault_point("tracer.trapped");
	if (err == PTRACE_EVENT_EXEC)
		err = fill_hole(p, &t);
	else if (err == 0) { /* the execve failed: it enters by itself */
		sys_ptrace(PTRACE_DETACH, pid, NULL, NULL);
		return t.end;
	}
	if (err && get_regs(&t, t.regs) == 0) { /* else it has been killed */
		say("%s: the restarter can't be put into %s: %s", plan_text(p, p->image_name),
		    plan_text(p, p->exe), error_text(err));
		if (remote_call(&t, __NR_exit_group, CKPT_EXIT_FAILED, 0, 0, 0, 0, 0) != -ESRCH)
			sys_kill(pid, SIGKILL);
	}
	if (t.mem >= 0)
		sys_close(t.mem);
	fault_point("tracer.filled");
	sys_ptrace(PTRACE_DETACH, pid, NULL, (void *)(long)t.stop);
	fault_point("tracer.done");
	return t.end;
}
