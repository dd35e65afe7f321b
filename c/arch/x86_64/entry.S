/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the few instructions of libckpt.so that must be exactly these: the end of a signal handler, the birth of
 * the helper, the places where a tracer lets a thread make a system call, and the way out of a restart.
 */
#include <asm/unistd.h>

#define CLONE_FLAGS 0x00100900 /* CLONE_VM | CLONE_SIGHAND | CLONE_PARENT_SETTID, exit signal 0 */

/* rdx = where its PID goes; the helper starts at helper_start, rax is its PID or -errno here. */
	.macro make_helper
	mov $CLONE_FLAGS, %edi
	lea ckpt_area(%rip), %rsi
	add $CKPT_HELPER_STACK_SIZE, %rsi
	xor %r10d, %r10d
	xor %r8d, %r8d
	mov $__NR_clone, %eax
	syscall
	test %rax, %rax
	jz helper_start
	.endm

	.text

/* gdb unwinds a signal frame through this very sequence and, where there are symbols, this very name. */
	.globl __restore_rt
	.hidden __restore_rt
	.type __restore_rt, @function
	.balign 16
	nop /* an unwinder looks for the address before the return address */
__restore_rt:
	.byte 0x48, 0xc7, 0xc0, 0x0f, 0x00, 0x00, 0x00, 0x0f, 0x05
	.size __restore_rt, . - __restore_rt

/* long ckpt_clone_helper(int *pid): the helper's PID, or -errno. The helper itself never returns. */
	.globl ckpt_clone_helper
	.hidden ckpt_clone_helper
	.type ckpt_clone_helper, @function
	.balign 16
ckpt_clone_helper:
	mov %rdi, %rdx
	make_helper
	ret

/*
 * The same for a tool that keeps this thread stopped: rbx = &busy, eax = the value expected there, ecx = the new one,
 * rdx = &helper. rax afterwards: the helper's PID, -errno, or -EBUSY (-16). No stack is used.
 */
	.globl ckpt_call_clone
	.hidden ckpt_call_clone
	.type ckpt_call_clone, @function
	.balign 16
ckpt_call_clone:
	lock cmpxchg %ecx, (%rbx)
	jne 1f
	make_helper
	jmp 2f
1:	mov $-16, %rax
2:	nop
	/* The tool stops the thread at the entry of this call, which it never makes. */
	mov %rax, %rdi
	mov $__NR_getpid, %eax
	syscall
	int3

helper_start:
	xor %ebp, %ebp
	and $-16, %rsp
	call ckpt_helper_main
	hlt

/* A tracer sets the registers of a system call and starts a thread here. */
	.globl ckpt_call_syscall
	.hidden ckpt_call_syscall
	.type ckpt_call_syscall, @function
	.balign 16
ckpt_call_syscall:
	syscall
	int3

/*
 * The last steps of a restarted thread: rdi = two words, the number of threads still in the restarter and a gate, rsp = ucontext.
 * No thread runs the program before the restarter is unmapped: a fork would take it along.
 */
	.globl ckpt_leave
	.hidden ckpt_leave
	.type ckpt_leave, @function
	.balign 16
ckpt_leave:
	lock decl (%rdi)
1:	pause
	cmpl $0, 4(%rdi)
	je 1b
	mov $__NR_rt_sigreturn, %eax
	syscall
	int3

/* Those of the last one: rsi = the restarter's memory, rdx = its length. */
	.globl ckpt_leave_last
	.hidden ckpt_leave_last
	.type ckpt_leave_last, @function
	.balign 16
ckpt_leave_last:
	pause
	cmpl $0, (%rdi)
	jne ckpt_leave_last
	mov %rdi, %rbx
	mov %rsi, %rdi
	mov %rdx, %rsi
	mov $__NR_munmap, %eax
	syscall
	movl $1, 4(%rbx)
	mov $__NR_rt_sigreturn, %eax
	syscall
	int3

/* Where the tool finds the contract. */
	.section .note.ckpt, "a", @note
	.balign 4
	.long 5, 8, 0x434b5100
	.asciz "CKPT"
	.balign 4
	.long 1
	.long ckpt_contract - .

	.section .note.GNU-stack, "", @progbits
