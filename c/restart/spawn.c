/* SPDX-License-Identifier: MIT */
/* spawn.c - new threads without a libc. */
#include "spawn.h"

#include <asm/errno.h>
#include <linux/futex.h>
#include <linux/sched.h>

#include "arch/x86_64/syscall.h"
#include "common/str.h"

#define HELPER_FLAGS \
	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_CHILD_CLEARTID)

/* The system calls keep every register but rax, rcx and r11, so r9 and r8 are main and arg in the new thread. */
__asm__(".pushsection .text\n"
	".globl spawn_clone3\n"
	".hidden spawn_clone3\n"
	".type spawn_clone3, @function\n"
	"spawn_clone3:\n"
	"	mov %rdx, %r9\n"
	"	mov %rcx, %r8\n"
	"	mov $435, %eax\n"
	"	jmp 1f\n"
	".globl spawn_clone\n"
	".hidden spawn_clone\n"
	".type spawn_clone, @function\n"
	"spawn_clone:\n"
	"	mov %r8, %r10\n"
	"	mov %rdx, %r9\n"
	"	mov %rcx, %r8\n"
	"	xor %edx, %edx\n"
	"	mov $56, %eax\n"
	"1:	syscall\n"
	"	test %rax, %rax\n"
	"	jz 2f\n"
	"	ret\n"
	"2:	xor %ebp, %ebp\n"
	"	mov %r8, %rdi\n"
	"	and $-16, %rsp\n"
	"	call *%r9\n"
	"	hlt\n"
	".popsection");

long spawn_helper(uint64_t stack, uint64_t size, void (*main)(void *), void *arg, uint32_t *running)
{
	struct clone_args args;
	long ret;

	memset(&args, 0, sizeof args);
	args.flags = HELPER_FLAGS;
	args.stack = stack;
	args.stack_size = size;
	args.child_tid = (uint64_t)running;
	*running = 1;
	ret = spawn_clone3(&args, sizeof args, main, arg);
	if (ret == -ENOSYS)
		ret = spawn_clone(HELPER_FLAGS, (void *)(stack + size), main, arg, running);
	if (ret < 0)
		*running = 0;
	return ret;
}

void spawn_wait(uint32_t *running)
{
	/* The kernel wakes a futex that is not private. */
	while (__atomic_load_n(running, __ATOMIC_SEQ_CST))
		sys_futex(running, FUTEX_WAIT, 1, NULL);
}
