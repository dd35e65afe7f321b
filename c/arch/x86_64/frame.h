/* SPDX-License-Identifier: MIT */
/*
 * frame.h - what rt_sigreturn(2) takes registers from: a struct ucontext with a floating point state, as the kernel
 * builds it for a signal handler (arch/x86/include/uapi/asm/sigcontext.h). With rsp at the frame, the call makes
 * the thread go on as the frame says.
 */
#ifndef CKPT_ARCH_FRAME_H
#define CKPT_ARCH_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#define FRAME_ALIGN 64u

/* Flags of rflags that code of ours must not be started with. */
#define FRAME_EFLAGS_TRAP 0x100u
#define FRAME_EFLAGS_DIRECTION 0x400u

/* As altstack_flags: rt_sigreturn leaves the alternate stack as it is, as the kernel takes no such flags. */
#define FRAME_KEEP_ALTSTACK 0x7fffffffull

struct frame_source {
	const uint64_t *regs; /* struct user_regs_struct */
	const void *xstate;   /* XSAVE area, standard format */
	uint64_t mask;
	uint64_t altstack, altstack_flags, altstack_size;
	int32_t call; /* number of the call behind restart_syscall, or -1 */
};

/* The register sets that kernel and CPU save (XCR0). */
uint64_t frame_features(void);

/* Bytes of XSAVE area for these register sets on this CPU. */
uint32_t frame_xstate_size(uint64_t features);

/* Bytes of a frame that holds these register sets. */
uint64_t frame_size(uint64_t features);

/*
 * Builds it at `to`, for the place `address` of the memory where it is used: a multiple of FRAME_ALIGN. An interrupted
 * system call is issued again.
 */
void frame_build(void *to, uint64_t address, const struct frame_source *s);

/* Makes the kernel give this thread room for AMX state (it does at the first use only). */
void frame_use_amx(void);

#endif
