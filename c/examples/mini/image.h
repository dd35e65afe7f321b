/* SPDX-License-Identifier: MIT */
/*
 * image.h - what lies in the file mycheckpoint: a header, then records one after the other.
 *
 *     header | SEGMENT [DATA bytes]… | SEGMENT [DATA bytes]… | … | END
 *
 * A SEGMENT is one line of /proc/self/maps, its name behind it. A DATA says where in memory the bytes behind it belong; memory
 * that was never touched has none, and takes no room. END says that the file is whole. There is nothing else: what
 * the program's variables hold comes back with its memory, and so do the variables of libckpt.so.
 */
#ifndef MINI_IMAGE_H
#define MINI_IMAGE_H

#include <limits.h>
#include <linux/prctl.h>
#include <stdint.h>
#include <sys/ucontext.h>

#define IMAGE_MAGIC 0x32696e696d706b63u /* "ckpmini2" */
#define DEFAULT_IMAGE "mycheckpoint"
#define FAILED 125 /* exit status: ckpt or restart itself failed, not the program */

struct header {
	uint64_t magic;
	int32_t pid;
	char exe[PATH_MAX];         /* the program's file */
	gregset_t registers;        /* of the program, when the signal came: ucontext.h has their order */
	uint64_t fs_base, gs_base;  /* where the thread's own variables lie: no part of gregset_t */
	uint64_t kernel;            /* a sum over the code of the kernel's [vdso] */
	uint64_t resume;            /* address of the function where the restored program begins */
	struct prctl_mm_map layout; /* where the kernel finds heap, arguments, environment: prctl(2) */
	uint64_t auxv[64];
};

enum record_kind { SEGMENT = 1, DATA, END };

/* What a segment is made of when it comes back. */
enum segment_way {
	MEMORY,      /* the program's own: private memory, its bytes follow */
	SHARED_FILE, /* the file's own pages: nothing follows */
	KERNEL,      /* the kernel's gift to every process ([vdso], [vvar] …): the restarted one has its own, which is moved here */
};

struct record {
	uint32_t kind;
	uint32_t way;    /* of a SEGMENT */
	uint64_t start;
	uint64_t end;
	uint32_t prot;   /* PROT_… of mmap(2) */
	uint32_t name_size; /* bytes of the name that follows, with its NUL */
	uint64_t offset; /* in the file of that name */
};

#endif
