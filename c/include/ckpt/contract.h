/* SPDX-License-Identifier: MIT */
/*
 * contract.h - what libckpt.so, inside a program, and the tool outside (c/attach) agree upon.
 *
 * libckpt.so carries an ELF note (name "CKPT", type CKPT_NT_CONTRACT) whose description is the version and the
 * distance from the description's second word to `struct ckpt_contract`. The tool finds the library among the
 * mappings by this note, never by its file name. Raise CKPT_CONTRACT_VERSION with every change of a structure
 * here; a tool refuses a library of another version.
 */
#ifndef CKPT_CONTRACT_H
#define CKPT_CONTRACT_H

#include <stdint.h>

#define CKPT_CONTRACT_VERSION 1u
#define CKPT_NT_CONTRACT 0x434b5100u
#define CKPT_CONTRACT_MAGIC 0x746b70632d747063ull

#define CKPT_PATH_SIZE 4096
#define CKPT_SOCKET_NAME_SIZE 64
#define CKPT_INHERITED_MAX 32

/* Request flags. */
#define CKPT_REQUEST_FORCE 1u /* save descriptors that can't be saved as closed ones */
#define CKPT_REQUEST_LEAN 2u  /* leave clean pages of files out */

enum ckpt_door { CKPT_DOOR_SIGNAL = 1, CKPT_DOOR_TOOL = 2 };

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

#define CKPT_THREAD_PENDING_MAX 64u
#define CKPT_THREAD_SIZE_MAX (sizeof(struct ckpt_thread) + 16384u + CKPT_THREAD_PENDING_MAX * 128u)

/* Written by the door (the handler, or the tool) before the helper is made. */
struct ckpt_request {
	uint32_t door;
	uint32_t flags;
	int32_t pid;
	int32_t trigger; /* tool: the thread that the tool keeps stopped and whose record follows */
	char socket[CKPT_SOCKET_NAME_SIZE]; /* tool: abstract unix socket (without the leading NUL) */
	char path[CKPT_PATH_SIZE];          /* tool: absolute path of the image */
	_Alignas(64) uint8_t thread[CKPT_THREAD_SIZE_MAX]; /* tool: struct ckpt_thread and what follows it */
};

/* The library's face. Addresses are absolute; the constructor fills them in. */
struct ckpt_contract {
	uint64_t magic;
	uint32_t version;
	uint32_t size;         /* of this structure */
	uint64_t base;         /* of the library */
	uint64_t call_clone;   /* rbx = &busy, rax = expected, ecx = new: takes busy, makes the helper */
	uint64_t call_syscall; /* `syscall; int3` */
	uint64_t leave;        /* see docs/image-format.md, note process, key library */
	uint64_t leave_last;
	uint64_t scratch;
	uint64_t scratch_size;
	uint64_t request; /* struct ckpt_request */
	int32_t busy;     /* TID of the thread by which a checkpoint is being made, or 0 */
	int32_t helper;   /* PID of the helper while busy */
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

#endif
