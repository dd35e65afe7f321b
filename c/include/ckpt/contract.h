/* SPDX-License-Identifier: MIT */
/*
 * contract.h - what libckpt.so, or libckpt.a, inside a program, and the tool outside (c/attach) agree upon.
 *
 * The library carries an ELF note (name "CKPT", type CKPT_NT_CONTRACT) whose description is the version and the
 * distance from the description's second word to `struct ckpt_contract`. The tool finds the library among the
 * mappings by this note, never by its file name. Raise CKPT_CONTRACT_VERSION with every change of a structure
 * here; a tool refuses a library of another version.
 */
#ifndef CKPT_CONTRACT_H
#define CKPT_CONTRACT_H

#define CKPT_CONTRACT_VERSION 2
#define CKPT_NT_CONTRACT 0x434b5100
#define CKPT_CONTRACT_MAGIC 0x746b70632d747063

#define CKPT_PATH_SIZE 4096
#define CKPT_SOCKET_NAME_SIZE 64
#define CKPT_INHERITED_MAX 32

/* Where entry.S finds things in the structures below. */
#define CKPT_AT_HELPER 16
#define CKPT_AT_OWNER 20
#define CKPT_AT_DOOR 24
#define CKPT_AT_SUBREAPER 28
#define CKPT_AT_STATUS 32
#define CKPT_AT_MAKER 36
#define CKPT_REQUEST_AT_RESULT 0
#define CKPT_REQUEST_AT_FRAME 4416

#define CKPT_ERRAND_AT_HELPER 0
#define CKPT_ERRAND_AT_DONE 4
#define CKPT_ERRAND_AT_ALTSTACK 8
#define CKPT_ERRAND_AT_CLEAR_TID 32
#define CKPT_ERRAND_AT_ITIMERS 40
#define CKPT_ERRAND_AT_ACTIONS 136
#define CKPT_ERRAND_AT_REAP 144
#define CKPT_ERRAND_AT_FRAME 192

#define CKPT_MAKER_NAME "ckpt-maker" /* of the process that makes the helper */
#define CKPT_DONE_NAME "ckpt-done"   /* of a snapshot whose image is whole: it is in nobody's way any more */

#define CKPT_DOOR_SIGNAL 1
#define CKPT_DOOR_TOOL 2

#ifndef __ASSEMBLER__
#include <stddef.h>
#include <stdint.h>

/* Request flags. */
#define CKPT_REQUEST_FORCE 1u /* save descriptors that can't be saved as closed ones */
#define CKPT_REQUEST_LEAN 2u  /* leave clean pages of files out */

/* Bytes of a frame for rt_sigreturn(2) with every register set there is (arch/x86_64/frame.h). */
#define CKPT_FRAME_SIZE 16384u

/* What ptrace and remote calls tell of one stopped thread. */
struct ckpt_thread {
	int32_t tid;
	uint32_t stopped;   /* in a group stop: the stop signal, or 0 */
	uint64_t regs[27];  /* struct user_regs_struct */
	uint64_t mask;      /* PTRACE_GETSIGMASK */
	uint64_t altstack[3]; /* stack_t: address, flags, size */
	uint64_t clear_tid; /* PR_GET_TID_ADDRESS */
	uint64_t robust[2]; /* get_robust_list(2): address, size */
	uint64_t rseq;      /* PTRACE_GET_RSEQ_CONFIGURATION */
	uint32_t rseq_size;
	uint32_t rseq_signature;
	uint32_t rseq_flags;
	int32_t call;       /* number behind a restart_syscall, or -1 */
	char name[16];
	uint32_t xsave_size;   /* bytes of XSAVE area that follow this structure */
	uint32_t pending_count; /* siginfo of 128 bytes each that follow the XSAVE area */
};

#define CKPT_THREAD_PENDING_MAX 1024u
#define CKPT_THREAD_SIZE_MAX (sizeof(struct ckpt_thread) + 16384u + CKPT_THREAD_PENDING_MAX * 128u)

/*
 * Written by the tool while it alone traces the main thread, which nobody else may do then, and while nobody makes a
 * checkpoint. The main thread starts at `enter` of the contract and, should the tool be killed, goes on by itself from the
 * frame; else the helper puts its registers and mask back.
 */
struct ckpt_request {
	int32_t result; /* 0; 1: a helper was made; -errno: none could be */
	uint32_t flags;
	uint64_t stopped_at_ns; /* CLOCK_MONOTONIC: when the tool stopped the thread */
	uint64_t regs[27];
	uint64_t mask;
	char socket[CKPT_SOCKET_NAME_SIZE]; /* abstract unix socket (without the leading NUL) */
	char path[CKPT_PATH_SIZE];          /* absolute path of the image */
	_Alignas(64) uint8_t frame[CKPT_FRAME_SIZE];
};
_Static_assert(offsetof(struct ckpt_request, result) == CKPT_REQUEST_AT_RESULT, "result");
_Static_assert(offsetof(struct ckpt_request, frame) == CKPT_REQUEST_AT_FRAME, "frame");

/* The library's face. Addresses are absolute; the constructor fills them in. */
struct ckpt_contract {
	uint64_t magic;
	uint32_t version;
	uint32_t size; /* of this structure */
	/*
	 * The door, locked and freed as one word of 64 bits. helper: 0 free, -1 taken, else the PID of the helper; the kernel
	 * itself puts 0 there when the helper ends, in whatever way (CLONE_CHILD_CLEARTID). owner: the process that took it;
	 * in another one, a fork's child, the lock is void.
	 */
	int32_t helper;
	int32_t owner;
	uint32_t door; /* CKPT_DOOR_…: by which the helper was asked for */
	int32_t subreaper; /* the process adopts orphans (PR_SET_CHILD_SUBREAPER) */
	int32_t status; /* of the process that made the helper */
	int32_t maker;  /* its PID until the trigger thread has reaped it */
	int32_t trigger; /* door "signal": the thread that took it */
	uint64_t base; /* of the library, or of the static program that it is a part of */
	/*
	 * The places where a thread runs for ckpt, [enter, enter_end): a thread that is found there has not yet come back, from a
	 * checkpoint that was killed or from a restart. At `enter` it makes the helper: rbx = the contract, rbp = the request.
	 */
	uint64_t enter, enter_end;
	uint64_t leave; /* see docs/image-format.md, note process, key library */
	uint64_t leave_last;
	uint64_t scratch;
	uint64_t scratch_size;
	uint64_t request; /* struct ckpt_request */
	int32_t snapshot; /* PID of the snapshot that was writing last */
	int32_t signal;   /* that the door listens to; 0: none */
	int32_t need_ptracer; /* yama: the helper was refused; the door tries again with PR_SET_PTRACER */
	uint64_t snapshot_start; /* its start time in /proc/PID/stat: a PID is not reused unseen */
	uint64_t stderr_dev;     /* descriptor 2 at the start: an error is written there alone */
	uint64_t stderr_ino;
	char path[CKPT_PATH_SIZE]; /* absolute path of the image */
	/* Pipes and sockets beyond the standard streams that the program was started with. */
	struct {
		int32_t fd; /* 0: none */
		uint64_t ino;
	} inherited[CKPT_INHERITED_MAX];
};
_Static_assert(offsetof(struct ckpt_contract, helper) == CKPT_AT_HELPER && CKPT_AT_HELPER % 8 == 0, "helper");
_Static_assert(offsetof(struct ckpt_contract, owner) == CKPT_AT_OWNER, "owner");
_Static_assert(offsetof(struct ckpt_contract, door) == CKPT_AT_DOOR, "door");
_Static_assert(offsetof(struct ckpt_contract, subreaper) == CKPT_AT_SUBREAPER, "subreaper");
_Static_assert(offsetof(struct ckpt_contract, status) == CKPT_AT_STATUS, "status");
_Static_assert(offsetof(struct ckpt_contract, maker) == CKPT_AT_MAKER, "maker");

/*
 * What the helper and the snapshot say on the socket (SOCK_SEQPACKET), one packet each, text:
 *   "stopped"                        every thread stands still
 *   "error CODE MESSAGE"             it failed; the program runs on; the last packet
 *   "paused NANOSECONDS THREADS"     the program goes on now
 *   "writing DONE TOTAL"             bytes of data
 *   "done SIZE"                      the image is whole, under its name, on disk; the last packet
 *   "note MESSAGE"                   something to know
 */
#define CKPT_PACKET_SIZE 8192

#endif /* __ASSEMBLER__ */
#endif
