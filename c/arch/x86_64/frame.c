/* SPDX-License-Identifier: MIT */
/* frame.c - frames for rt_sigreturn(2). May call nothing but str.c. */
#include "frame.h"

#include "common/str.h"

#define FEATURES_LEGACY 3ull /* x87, SSE */
#define XSTATE_MIN 576u      /* FXSAVE area and XSAVE header */
#define XSTATE_HEADER 512u
#define SW_RESERVED 464u
#define MAGIC1 0x46505853u
#define MAGIC2 0x46505845u
#define UC_FLAGS 7ull /* UC_FP_XSTATE | UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS */
#define USER_CS 0x33u
#define USER_SS 0x2bu
#define NR_RESTART_SYSCALL 219
#define FPSTATE_AT 320u

enum reg { R15, R14, R13, R12, RBP, RBX, R11, R10, R9, R8, RAX, RCX, RDX, RSI, RDI, ORIG_RAX, RIP, CS, EFLAGS,
	   RSP, SS };

struct ucontext {
	uint64_t flags, link;
	uint64_t altstack, altstack_flags, altstack_size;
	uint64_t r8, r9, r10, r11, r12, r13, r14, r15;
	uint64_t rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, eflags;
	uint16_t cs, gs, fs, ss;
	uint64_t err, trap, old_mask, cr2;
	uint64_t fpstate;
	uint64_t reserved[8];
	uint64_t mask;
};
_Static_assert(sizeof(struct ucontext) == 304 && sizeof(struct ucontext) <= FPSTATE_AT, "struct ucontext");

struct sw_bytes {
	uint32_t magic1, extended_size;
	uint64_t features;
	uint32_t xstate_size, padding[7];
};
_Static_assert(sizeof(struct sw_bytes) == 48, "struct _fpx_sw_bytes");

static void cpuid(uint32_t leaf, uint32_t sub, uint32_t out[4])
{
	__asm__ volatile("cpuid"
			 : "=a"(out[0]), "=b"(out[1]), "=c"(out[2]), "=d"(out[3])
			 : "a"(leaf), "c"(sub));
}

uint64_t frame_features(void)
{
	uint32_t r[4];
	uint32_t low, high;

	cpuid(1, 0, r);
	if (!(r[2] >> 27 & 1)) /* OSXSAVE */
		return FEATURES_LEGACY;
	__asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
	return (uint64_t)high << 32 | low;
}

uint32_t frame_xstate_size(uint64_t features)
{
	uint32_t size = XSTATE_MIN;

	for (unsigned i = 2; i < 63; i++) {
		uint32_t r[4];

		if (!(features >> i & 1))
			continue;
		cpuid(0xd, i, r);
		if (r[0] + r[1] > size)
			size = r[0] + r[1];
	}
	return size;
}

uint64_t frame_size(uint64_t features)
{
	return (FPSTATE_AT + frame_xstate_size(features) + sizeof(uint32_t) + FRAME_ALIGN - 1) &
	       ~(uint64_t)(FRAME_ALIGN - 1);
}

static void put_fpstate(uint8_t *to, const void *xstate)
{
	uint64_t in_use;
	uint32_t size;
	uint32_t magic2 = MAGIC2;
	struct sw_bytes sw;

	memcpy(&in_use, (const uint8_t *)xstate + XSTATE_HEADER, sizeof in_use);
	in_use &= frame_features();
	size = frame_xstate_size(in_use);
	memcpy(to, xstate, size);
	memset(to + XSTATE_HEADER, 0, XSTATE_MIN - XSTATE_HEADER);
	memcpy(to + XSTATE_HEADER, &in_use, sizeof in_use);
	memset(&sw, 0, sizeof sw);
	sw.magic1 = MAGIC1;
	sw.extended_size = size + (uint32_t)sizeof magic2;
	sw.features = in_use | FEATURES_LEGACY; /* the others get their initial state */
	sw.xstate_size = size;
	memcpy(to + SW_RESERVED, &sw, sizeof sw);
	memcpy(to + size, &magic2, sizeof magic2);
}

/* The kernel was about to start an interrupted call again; so does the frame. */
static void restart_call(struct ucontext *uc, const uint64_t *regs, int32_t call)
{
	int64_t nr = (int64_t)regs[ORIG_RAX];
	int64_t ret = (int64_t)regs[RAX];

	if (nr < 0 || (ret != -512 && ret != -513 && ret != -514 && ret != -516 && ret != -4))
		return;
	if (nr == NR_RESTART_SYSCALL || ret == -516) {
		if (call >= 0)
			nr = call;
		else if (nr == NR_RESTART_SYSCALL) {
			uc->rax = (uint64_t)-4; /* what it was is not known: -EINTR */
			return;
		}
	}
	uc->rax = (uint64_t)nr;
	uc->rip -= 2;
}

void frame_build(void *to, uint64_t address, const struct frame_source *s)
{
	const uint64_t *regs = s->regs;
	struct ucontext *uc = to;

	memset(uc, 0, FPSTATE_AT);
	uc->flags = UC_FLAGS;
	uc->altstack = s->altstack;
	uc->altstack_flags = s->altstack_flags;
	uc->altstack_size = s->altstack_size;
	uc->r8 = regs[R8];
	uc->r9 = regs[R9];
	uc->r10 = regs[R10];
	uc->r11 = regs[R11];
	uc->r12 = regs[R12];
	uc->r13 = regs[R13];
	uc->r14 = regs[R14];
	uc->r15 = regs[R15];
	uc->rdi = regs[RDI];
	uc->rsi = regs[RSI];
	uc->rbp = regs[RBP];
	uc->rbx = regs[RBX];
	uc->rdx = regs[RDX];
	uc->rax = regs[RAX];
	uc->rcx = regs[RCX];
	uc->rsp = regs[RSP];
	uc->rip = regs[RIP];
	uc->eflags = regs[EFLAGS];
	uc->cs = USER_CS;
	uc->ss = USER_SS;
	uc->mask = s->mask;
	uc->fpstate = address + FPSTATE_AT;
	restart_call(uc, regs, s->call);
	put_fpstate((uint8_t *)to + FPSTATE_AT, s->xstate);
}

void frame_use_amx(void)
{
	static const struct {
		uint8_t palette, start_row, reserved[14];
		uint16_t columns[16];
		uint8_t rows[16];
	} config __attribute__((aligned(64))) = { .palette = 1, .columns = { 64 }, .rows = { 16 } };

	__asm__ volatile(".byte 0xc4, 0xe2, 0x78, 0x49, 0x00\n\t" /* ldtilecfg (%rax) */
			 ".byte 0xc4, 0xe2, 0x7b, 0x49, 0xc0\n\t" /* tilezero %tmm0 */
			 ".byte 0xc4, 0xe2, 0x78, 0x49, 0xc0"     /* tilerelease */
			 : : "a"(&config) : "memory");
}
