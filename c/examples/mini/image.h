/* SPDX-License-Identifier: MIT */
/*
 * image.h - what lies in the file mycheckpoint: a header, then records one after the other.
 *
 *     header | SEGMENT name | DATA bytes | DATA bytes | … | SEGMENT name | … | END
 *
 * A SEGMENT is one line of /proc/self/maps. A DATA says where in memory the bytes behind it belong; memory that was never touched
 * has none, and takes no room. END says that the file is whole. There is nothing else: what the program's variables hold
 * comes back with its memory, and so do those of libckpt.so.
 */
#ifndef MINI_IMAGE_H
#define MINI_IMAGE_H

#include <limits.h>
#include <linux/prctl.h>
#include <stdint.h>
#include <sys/ucontext.h>

#define IMAGE_MAGIC 0x31696e696d706b63u /* "ckpmini1", as bytes in memory */
#define DEFAULT_IMAGE "mycheckpoint"
#define RESTART_VARIABLE "CKPT_RESTART" /* in the environment: the image that libckpt.so is to restart */

struct header {
	uint64_t magic;
	int32_t pid;
	uint32_t persona;           /* personality(2): whether addresses are at random */
	char exe[PATH_MAX];         /* the program's file */
	gregset_t registers;        /* of the program when the signal came, in the order of sys/ucontext.h */
	uint64_t fs_base, gs_base;  /* where the thread's own variables lie: no part of gregset_t */
	uint64_t vdso_sum;          /* over the code of [vdso]: is it the same kernel? */
	uint64_t resume;            /* address of the function in which the restored program begins */
	struct prctl_mm_map layout; /* where heap, stack, arguments and environment lie, for the kernel: prctl(2) */
	uint64_t auxv[64];
};

enum record_kind { SEGMENT = 1, DATA, END };

/* What a segment is made of when it comes back. */
enum segment_way {
	MEMORY,      /* private memory: its bytes follow */
	SHARED_FILE, /* the file's own pages: nothing follows */
	KERNEL,      /* what the kernel gives to every process ([vdso], [vvar] …): the new one has its own, which is moved here */
};

struct record {
	uint32_t kind;
	uint32_t way;       /* of a SEGMENT */
	uint64_t start, end;
	uint32_t prot;      /* PROT_… of mmap(2) */
	uint32_t name_size; /* bytes of the name that follows, with its NUL */
	uint64_t offset;    /* in the file of that name */
};

#endif
