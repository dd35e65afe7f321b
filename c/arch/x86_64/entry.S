/* SPDX-License-Identifier: MIT */
/*
 * entry.S - the few instructions of libckpt.so that must be exactly these: the end of a signal handler, the birth of
 * the helper, what a thread does for a tracer, and the way out of a restart. A tracer may be killed at any moment: the code that
 * it sends a thread to comes back to the program by itself, and uses neither the thread's stack nor its vector registers.
 */
#include <asm/unistd.h>

#include "ckpt/contract.h"

/* Not CLONE_SIGHAND: no handler of the program can run there. */
#define CLONE_MAKER 0x00100100  /* CLONE_VM | CLONE_PARENT_SETTID, exit signal 0 */
#define CLONE_HELPER 0x00300100 /* … | CLONE_CHILD_CLEARTID */
#define WALL 0x40000000
#define WNOHANG 1
#define EINTR_RESULT -4
#define EBUSY_RESULT -16
#define EAGAIN_RESULT -11
#define PR_SET_NAME 15
#define PR_SET_CHILD_SUBREAPER 36
#define PR_GET_CHILD_SUBREAPER 37
#define PR_GET_TID_ADDRESS 40
#define SIG_SETMASK 2
#define FUTEX_WAIT 0
#define FUTEX_WAKE 1
#define FUTEX_WAIT_PRIVATE 128
#define FUTEX_WAKE_PRIVATE 129
#define YIELDS 20000 /* some milliseconds in which a tool notices a failure */

	.macro sys nr
	mov $\nr, %eax
	syscall
	.endm

/*
 * Makes the helper. rbx = the contract, whose lock this process holds. eax: its PID, 0 where it has ended already, or -errno and the lock is
 * free. Clobbers rcx, rdx, rsi, rdi, r8, r10, r11, r12.
 *
 * A process that makes the helper and ends at once leaves it to init, which reaps it: the program never has a child that it did not
 * make. A program that adopts orphans does not for that moment; PID 1 must, and reaps the helper itself. An exec by another thread in
 * between leaves the ended process unreaped, for the next checkpoint to reap.
 */
	.macro make_helper
	movl $0, CKPT_AT_SUBREAPER(%rbx)
	movl $0, CKPT_AT_STATUS(%rbx)
	mov $PR_GET_CHILD_SUBREAPER, %edi
	lea CKPT_AT_SUBREAPER(%rbx), %rsi
	sys __NR_prctl
	cmpl $1, CKPT_AT_OWNER(%rbx)
	je 30f
	cmpl $0, CKPT_AT_SUBREAPER(%rbx)
	je 10f
	mov $PR_SET_CHILD_SUBREAPER, %edi
	xor %esi, %esi
	sys __NR_prctl
10:	mov $CLONE_MAKER, %edi
	xor %esi, %esi /* it needs no stack */
	lea CKPT_AT_MAKER(%rbx), %rdx
	xor %r10d, %r10d
	xor %r8d, %r8d
	sys __NR_clone
	mov %eax, %r12d
	test %eax, %eax
	jz 29f
	js 20f
11:	mov %r12d, %edi
	lea CKPT_AT_STATUS(%rbx), %rsi
	mov $WALL, %edx
	xor %r10d, %r10d
	sys __NR_wait4
	cmp $EINTR_RESULT, %eax
	je 11b
	movl $0, CKPT_AT_MAKER(%rbx)
	mov CKPT_AT_STATUS(%rbx), %eax
	test $0x7f, %al
	jz 12f
	/* It was killed: before it made the helper, or after. */
	xor %r12d, %r12d
	mov $EAGAIN_RESULT, %ecx
	cmpl $-1, CKPT_AT_HELPER(%rbx)
	cmove %ecx, %r12d
	jmp 20f
12:	shr $8, %eax
	neg %eax
	mov %eax, %r12d
20:	cmpl $0, CKPT_AT_SUBREAPER(%rbx)
	je 40f
	mov $PR_SET_CHILD_SUBREAPER, %edi
	mov $1, %esi
	sys __NR_prctl
	jmp 40f
	/* the process in between, and PID 1 itself from 30 on */
29:	mov $PR_SET_NAME, %edi
	lea maker_name(%rip), %rsi
	sys __NR_prctl
30:	mov $CLONE_HELPER, %edi
	lea ckpt_area(%rip), %rsi
	add $CKPT_HELPER_STACK_SIZE, %rsi
	lea CKPT_AT_HELPER(%rbx), %rdx
	mov %rdx, %r10
	xor %r8d, %r8d
	sys __NR_clone
	test %eax, %eax
	jz helper_start
	mov %eax, %r12d
	cmpl $1, CKPT_AT_OWNER(%rbx)
	je 40f
	xor %edi, %edi
	neg %eax
	cmovns %eax, %edi
	sys __NR_exit
40:	mov %r12d, %eax
	test %eax, %eax
	js 45f
	mov CKPT_AT_HELPER(%rbx), %eax
	test %eax, %eax
	jns 50f
	xor %eax, %eax /* it has ended, and another door is taken */
	jmp 50f
45:	movl $0, CKPT_AT_HELPER(%rbx)
50:
	.endm

/* Waits for the end of helper r12d. rbx = the contract. The helper's end wakes one thread, and each all others. */
	.macro wait_helper
60:	cmp %r12d, CKPT_AT_HELPER(%rbx)
	jne 61f
	lea CKPT_AT_HELPER(%rbx), %rdi
	mov $FUTEX_WAIT, %esi
	mov %r12d, %edx
	xor %r10d, %r10d
	sys __NR_futex
	jmp 60b
61:	lea CKPT_AT_HELPER(%rbx), %rdi
	mov $FUTEX_WAKE, %esi
	mov $0x7fffffff, %edx
	sys __NR_futex
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

/* long ckpt_clone_helper(void): the lock is held; the helper's PID, 0 or -errno. The helper itself never returns. */
	.globl ckpt_clone_helper
	.hidden ckpt_clone_helper
	.type ckpt_clone_helper, @function
	.balign 16
ckpt_clone_helper:
	push %rbx
	push %r12
	lea ckpt_contract(%rip), %rbx
	make_helper
	pop %r12
	pop %rbx
	cltq
	ret

helper_start:
	xor %ebp, %ebp
	and $-16, %rsp
	call ckpt_helper_main
	hlt

/*
 * Where the tool sends the main thread: rbx = the contract, rbp = the request. It makes the helper and waits; the helper puts its registers
 * back meanwhile. Otherwise, and where there is none, it goes on through the frame.
 */
	.globl ckpt_enter
	.hidden ckpt_enter
	.type ckpt_enter, @function
	.balign 16
	.quad CKPT_CONTRACT_MAGIC /* the tool looks whether it is still here */
ckpt_enter:
	mov $SIG_SETMASK, %edi
	lea all_signals(%rip), %rsi
	xor %edx, %edx
	mov $8, %r10d
	sys __NR_rt_sigprocmask
	sys __NR_getpid
	mov %eax, %esi
	mov %rsi, %rcx
	shl $32, %rcx
	mov $0xffffffff, %edx
	or %rdx, %rcx
1:	mov CKPT_AT_HELPER(%rbx), %rax
	test %eax, %eax
	jz 2f
	mov %rax, %rdx
	shr $32, %rdx
	cmp %edx, %esi
	je 3f
2:	lock cmpxchg %rcx, CKPT_AT_HELPER(%rbx)
	jne 1b
	movl $CKPT_DOOR_TOOL, CKPT_AT_DOOR(%rbx)
	make_helper
	test %eax, %eax
	js 4f
	movl $1, CKPT_REQUEST_AT_RESULT(%rbp)
	jz 6f
	mov %eax, %r12d
	wait_helper
	cmpl $1, CKPT_AT_OWNER(%rbx)
	jne 6f
	mov %r12d, %edi /* a child of PID 1 */
	xor %esi, %esi
	mov $WALL, %edx
	xor %r10d, %r10d
	sys __NR_wait4
	jmp 6f
3:	mov $EBUSY_RESULT, %eax
4:	mov %eax, CKPT_REQUEST_AT_RESULT(%rbp)
	mov $YIELDS, %r12d
5:	sys __NR_sched_yield
	dec %r12d
	jnz 5b
6:	lea CKPT_REQUEST_AT_FRAME(%rbp), %rsp
	sys __NR_rt_sigreturn

/*
 * Where the helper sends every thread: rbx = an errand (libckpt/ask.c). The thread writes down what it alone, or its process alone, can ask the
 * kernel, and waits until the helper puts its registers back, or has ended.
 */
	.globl ckpt_errand
	.hidden ckpt_errand
	.type ckpt_errand, @function
	.balign 16
ckpt_errand:
	mov %rbx, %rbp
	lea ckpt_contract(%rip), %rbx
	mov $SIG_SETMASK, %edi /* the helper may have been killed before it did so */
	lea all_signals(%rip), %rsi
	xor %edx, %edx
	mov $8, %r10d
	sys __NR_rt_sigprocmask
	xor %edi, %edi
	lea CKPT_ERRAND_AT_ALTSTACK(%rbp), %rsi
	sys __NR_sigaltstack
	mov $PR_GET_TID_ADDRESS, %edi
	lea CKPT_ERRAND_AT_CLEAR_TID(%rbp), %rsi
	sys __NR_prctl
	xor %r12d, %r12d
	lea CKPT_ERRAND_AT_ITIMERS(%rbp), %r13
1:	mov %r12d, %edi
	mov %r13, %rsi
	sys __NR_getitimer
	add $32, %r13
	inc %r12d
	cmp $3, %r12d
	jne 1b
	mov CKPT_ERRAND_AT_REAP(%rbp), %edi
	test %edi, %edi
	jz 4f
	xor %esi, %esi
	mov $(WALL | WNOHANG), %edx
	xor %r10d, %r10d
	sys __NR_wait4
4:	mov CKPT_ERRAND_AT_ACTIONS(%rbp), %r13
	test %r13, %r13
	jz 3f
	mov $1, %r12d
2:	mov %r12d, %edi
	xor %esi, %esi
	mov %r13, %rdx
	mov $8, %r10d
	sys __NR_rt_sigaction
	add $32, %r13
	inc %r12d
	cmp $64, %r12d
	jbe 2b
3:	mov CKPT_ERRAND_AT_HELPER(%rbp), %r12d
	movl $1, CKPT_ERRAND_AT_DONE(%rbp)
	wait_helper
	lea CKPT_ERRAND_AT_FRAME(%rbp), %rsp
	sys __NR_rt_sigreturn
	int3

	.balign 8
all_signals:
	.quad -1
maker_name:
	.asciz CKPT_MAKER_NAME

/*
 * The last steps of a restarted thread: rdi = two words, the number of threads still in the restarter and a gate, rsp = ucontext.
 * No thread runs the program before the restarter is unmapped: a fork would take it along.
 */
	.globl ckpt_leave
	.hidden ckpt_leave
	.type ckpt_leave, @function
	.balign 16
ckpt_leave:
	mov %rdi, %rbx
	lock decl (%rbx)
1:	cmpl $0, 4(%rbx)
	jne 2f
	lea 4(%rbx), %rdi
	mov $FUTEX_WAIT_PRIVATE, %esi
	xor %edx, %edx
	xor %r10d, %r10d
	sys __NR_futex
	jmp 1b
2:	sys __NR_rt_sigreturn
	int3

/* Those of the last one: rsi = the restarter's memory, rdx = its length. */
	.globl ckpt_leave_last
	.hidden ckpt_leave_last
	.type ckpt_leave_last, @function
	.balign 16
ckpt_leave_last:
	mov %rdi, %rbx
	mov %rsi, %r12
1:	cmpl $0, (%rbx)
	je 2f
	sys __NR_sched_yield
	jmp 1b
2:	mov %r12, %rdi
	mov %rdx, %rsi
	sys __NR_munmap
	movl $1, 4(%rbx)
	lea 4(%rbx), %rdi
	mov $FUTEX_WAKE_PRIVATE, %esi
	mov $0x7fffffff, %edx
	sys __NR_futex
	sys __NR_rt_sigreturn
	.globl ckpt_enter_end
	.hidden ckpt_enter_end
ckpt_enter_end:
	int3

/* Where the tool finds the contract. */
	.section .note.ckpt, "a", @note
	.balign 4
	.long 5, 8, CKPT_NT_CONTRACT
	.asciz "CKPT"
	.balign 4
	.long CKPT_CONTRACT_VERSION
	.long ckpt_contract - .

	.section .note.GNU-stack, "", @progbits
