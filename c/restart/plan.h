/* SPDX-License-Identifier: MIT */
/*
 * plan.h - all that the restarter knows of an image, in one piece of memory (the arena) that begins with struct
 * plan. The arena is copied to another address (hole.h), so things in it point to each other by their distance from
 * the arena's start (`ref`, 0: nothing); plan_at() makes a pointer of one.
 */
#ifndef CKPT_RESTART_PLAN_H
#define CKPT_RESTART_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ckpt/image.h"

typedef uint32_t ref;

#define MAX_LOADS (16u << 20)
#define PAGE 4096ull
#define PAGE_UP(n) (((n) + PAGE - 1) & ~(PAGE - 1))
#define PAGE_DOWN(n) ((n) & ~(PAGE - 1))
#define USER_END 0x7ffffffff000ull /* the end of 47 bits of user addresses */

enum pids { PIDS_AUTO, PIDS_EXACT, PIDS_FRESH };

enum region_kind { KIND_ANON, KIND_HEAP, KIND_STACK, KIND_FILE, KIND_VDSO, KIND_VVAR, KIND_VSYSCALL,
		   KIND_SPECIAL };

/* What a region is made of (check.c decides). */
enum region_way {
	WAY_SKIP,   /* the kernel's own, or nothing that can be mapped */
	WAY_ANON,   /* private anonymous memory */
	WAY_SHARED, /* shared anonymous memory */
	WAY_FILE,   /* private, of a file: saved pages that differ are written */
	WAY_SHARED_FILE, /* the file's own pages */
	WAY_VDSO,
};

struct region {
	uint64_t start, end;
	uint64_t offset;
	uint64_t size, mtime, ino;
	uint32_t dev_major, dev_minor;
	uint32_t prot;
	uint32_t flags;
	ref name;
	uint8_t shared;
	uint8_t kind; /* enum region_kind */
	uint8_t way;  /* enum region_way */
	uint8_t prot_now; /* while memory is rebuilt */
	uint8_t filled;   /* some load of it has bytes */
};

/* A PT_LOAD. */
struct load {
	uint64_t start, end;
	uint64_t offset; /* of its bytes in the data */
	bool filled;     /* they are in the data */
};

struct thread {
	uint64_t regs[27]; /* enum reg */
	uint64_t mask;
	uint64_t clear_tid;
	uint64_t robust, robust_size;
	uint64_t altstack, altstack_flags, altstack_size;
	uint64_t rseq, rseq_size, rseq_signature, rseq_flags;
	uint32_t tid;
	int32_t call; /* number of the call behind restart_syscall, or -1 */
	ref name;
	ref xstate;
	uint32_t xstate_size;
	ref pending; /* siginfo of 128 bytes each */
	uint32_t pending_count;
};

/* The order of struct user_regs_struct. */
enum reg { REG_R15, REG_R14, REG_R13, REG_R12, REG_RBP, REG_RBX, REG_R11, REG_R10, REG_R9, REG_R8,
	   REG_RAX, REG_RCX, REG_RDX, REG_RSI, REG_RDI, REG_ORIG_RAX, REG_RIP, REG_CS, REG_EFLAGS,
	   REG_RSP, REG_SS, REG_FS_BASE, REG_GS_BASE, REG_DS, REG_ES, REG_FS, REG_GS };

/* With which flags of the program's a file is opened again: nothing is made, nothing is cut off. */
#define FD_OPEN_FLAGS (~(uint32_t)(O_CREAT | O_TRUNC | O_EXCL | __O_TMPFILE))

enum descriptor_kind { FD_FILE, FD_DIRECTORY, FD_DEVICE, FD_TERMINAL, FD_PIPE, FD_SOCKET, FD_OTHER };

struct descriptor {
	uint64_t offset, size, ino, dev, mtime;
	uint32_t fd;
	uint32_t flags;
	uint32_t mode;
	int32_t same; /* or -1 */
	ref path;
	uint8_t kind; /* enum descriptor_kind */
	bool cloexec;
	bool dropped;
};

struct action {
	uint64_t signal, handler, flags, restorer, mask;
};

/* struct prctl_mm_map of prctl(2), PR_SET_MM_MAP. */
struct mm_map {
	uint64_t start_code, end_code, start_data, end_data, start_brk, brk, start_stack;
	uint64_t arg_start, arg_end, env_start, env_end;
	uint64_t auxv;
	uint32_t auxv_size;
	uint32_t exe_fd;
};

struct plan {
	uint64_t size;     /* of the arena, in use */
	uint64_t capacity;

	/* the command line */
	ref image_name;
	uint32_t pids; /* enum pids */
	bool force;
	bool foreign_vdso; /* test: as if the kernel's vdso were another */
	bool sealed_vdso;  /* test: as if the kernel had sealed it */
	bool no_exec;      /* test: do not start the original executable */

	/* the image */
	int32_t image_fd;
	bool seekable;
	uint64_t data_offset, data_size;
	uint64_t xinuse;
	ref crcs; /* u32 for each chunk of the data */

	/* process */
	uint32_t pid, uid;
	uint32_t umask;
	uint64_t personality;
	ref exe, cwd;
	bool no_new_privs;
	bool subreaper;
	int64_t nice;
	uint64_t limits[16][2];
	struct mm_map mm;
	ref auxv;
	uint64_t leave, leave_last, scratch, scratch_size;

	ref regions, loads, threads, descriptors, actions;
	uint32_t region_count, load_count, thread_count, descriptor_count, action_count;
	ref pending;
	uint32_t pending_count;
	uint64_t itimers[3][2];

	/* where it happens (hole.h) */
	bool exact;      /* the process has its old PID, threads are to have theirs */
	uint32_t tracer; /* the helper that put us here, to be reaped; 0: none */
	bool exec_done;  /* /proc/PID/exe is the original */
	uint64_t hole, hole_size;   /* what is unmapped in the end */
	uint64_t park, park_size;   /* behind it: where vvar and vdso wait */
	uint64_t buffer, vdso_copy, helper_stacks, stacks; /* in the hole */
};

#define BUFFER_SIZE ((uint64_t)CKPT_CHUNK_SIZE)
#define VDSO_COPY_SIZE (128ull << 10)
#define FILL_HELPERS 3
#define HELPER_STACK_SIZE (16ull << 10)
#define THREAD_STACK_SIZE 8192ull

static inline void *plan_at(const struct plan *p, ref at)
{
	return (char *)(uintptr_t)p + at;
}

static inline const char *plan_text(const struct plan *p, ref at)
{
	return plan_at(p, at);
}

static inline struct region *plan_regions(const struct plan *p)
{
	return plan_at(p, p->regions);
}

/* The last region that begins at or below an address, or the first one. */
static inline struct region *plan_region_of(const struct plan *p, uint64_t address)
{
	struct region *g = plan_regions(p);
	uint32_t low = 0;
	uint32_t high = p->region_count;

	while (high - low > 1) {
		uint32_t middle = low + (high - low) / 2;

		if (g[middle].start <= address)
			low = middle;
		else
			high = middle;
	}
	return g + low;
}

static inline struct load *plan_loads(const struct plan *p)
{
	return plan_at(p, p->loads);
}

static inline struct thread *plan_threads(const struct plan *p)
{
	return plan_at(p, p->threads);
}

static inline struct descriptor *plan_descriptors(const struct plan *p)
{
	return plan_at(p, p->descriptors);
}

/* n zeroed bytes of the arena, 64-aligned; 0 where it is full. */
ref plan_take(struct plan *p, uint64_t n);
/* A copy of n bytes and a NUL. */
ref plan_text_take(struct plan *p, const char *s, uint64_t n);

/* read.c: the image, opened and read up to its data, and its seal. */
struct image {
	const char *name;
	int fd;
	uint64_t file_size;
	uint8_t *head; /* every byte before the data */
	uint64_t head_size;
	uint8_t *seal; /* the last segment */
	uint64_t seal_offset, seal_size;
	const uint8_t *phdrs;
	uint32_t phdr_count;
	const uint8_t *notes;
	uint64_t notes_size;
};

/* One note. */
struct note {
	uint32_t type;
	const char *name;
	uint32_t name_size;
	const uint8_t *desc;
	uint32_t size;
};

/* Opens, checks whose it is, reads. 0, or the exit status, the reason told. */
int image_open(struct image *im, const char *name, bool force);
/* The next note of [*at, end); false at its end, or where a note reaches over it or is padded with other than zeros (*at is
 * then not end). */
bool note_next(const uint8_t **at, const uint8_t *end, struct note *n);

/* decode.c: 0, or the exit status, the reason told. *out is a new arena. */
int plan_decode(struct image *im, struct plan **out);
/* decode_threads.c and decode_process.c: what notes hold; false where they are not as they must be. */
struct cbor_reader;
bool decode_image(struct plan *p, struct cbor_reader *r, uint8_t id[16], uint64_t seal[2]);
bool decode_process(struct plan *p, struct cbor_reader *r);
bool decode_regions(struct plan *p, struct cbor_reader *r);
bool decode_threads(struct plan *p, struct cbor_reader *r);
bool decode_descriptors(struct plan *p, struct cbor_reader *r);
bool decode_signals(struct plan *p, struct cbor_reader *r);
bool decode_timers(struct plan *p, struct cbor_reader *r);

/* check.c: can this be restarted here? Decides the ways of regions. 0, or the exit status, the reason told. */
int plan_check(struct plan *p);
/* check_files.c */
int check_regions(struct plan *p);
int check_descriptors(struct plan *p);

#endif
