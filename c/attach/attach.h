/* SPDX-License-Identifier: MIT */
/*
 * attach.h - the tool's door: checkpoints a prepared process from outside. One function for the command line, the
 * ticker and the Node addon.
 *
 * The work is done in a process of its own, made by a bare fork: a tracer must not be a thread of a program that waits
 * for its children itself (a C library or libuv would take the tracee's stops for an end of the child), and it must
 * come to its end although the caller is killed, or the program would be left with changed registers.
 */
#ifndef CKPT_ATTACH_H
#define CKPT_ATTACH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* As CKPT_REQUEST_… and the sizes of contract.h, which C++ cannot read. */
#define CKPT_ATTACH_FORCE 1u
#define CKPT_ATTACH_LEAN 2u
#define CKPT_ATTACH_PATH_SIZE 4096
#define CKPT_ATTACH_PACKET_SIZE 8192

struct ckpt_attach_options {
	const char *path; /* of the image, absolute; NULL: as the program was started with */
	uint32_t flags;   /* CKPT_ATTACH_… */
	bool kill;        /* the program, when the image is whole. It runs on until then. */
	const volatile int *cancel; /* not 0: give up (looked at every 50 ms); may be NULL */
};

struct ckpt_attach_result {
	char code[32];                         /* why it failed: one word */
	char message[CKPT_ATTACH_PACKET_SIZE]; /* … and one line */
	char path[CKPT_ATTACH_PATH_SIZE];      /* of the image */
	int32_t signal;                        /* of the signal door, 0: none */
	int32_t writing;                       /* ckpt_attach_contract: PID of a snapshot that writes now, or 0 */
	uint64_t size;
	uint64_t threads;
	uint64_t pause_ns;
	uint64_t elapsed_ns;
};

/* A packet of contract.h: stopped, paused, writing or note. */
typedef void ckpt_attach_progress(void *arg, const char *packet);

/* 0, or -ECANCELED with code and message in *result. Blocks; needs no libc; may be called in any thread. */
int ckpt_attach(int pid, const struct ckpt_attach_options *options, ckpt_attach_progress *progress,
		void *arg, struct ckpt_attach_result *result);

/* path, signal and writing of a prepared process, which is not touched. As above. */
int ckpt_attach_contract(int pid, struct ckpt_attach_result *result);

#ifdef __cplusplus
}
#endif
#endif
