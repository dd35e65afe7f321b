/* SPDX-License-Identifier: MIT */
/* world.h - the world as a fuzz target sees it. Hosted: libc and sanitizers are there. */
#ifndef CKPT_FUZZ_WORLD_H
#define CKPT_FUZZ_WORLD_H

#include <stddef.h>
#include <stdint.h>

/* The file that is opened first: two pieces of it are in memory, the rest is zeros. */
struct fuzz_file {
	const uint8_t *head;
	size_t head_size;
	const uint8_t *tail;
	size_t tail_size;
	uint64_t tail_at, size;
};
extern struct fuzz_file fuzz_file;

/* The memory of another process, from an address on. */
struct fuzz_memory {
	const uint8_t *bytes;
	size_t size;
	uint64_t at;
};
extern struct fuzz_memory fuzz_memory;

#define FUZZ_FD 100
#define FUZZ_NO_MEMORY (48ull << 20) /* what a single mapping may have */

long fuzz_mmap(void *address, size_t n, int prot, int flags, int fd, int64_t offset);
long fuzz_openat(int dir, const char *path, int flags, int mode);
long fuzz_fstat(int fd, void *stat);
long fuzz_stat(const char *path, void *stat);
long fuzz_pread(int fd, void *to, size_t n, int64_t offset);
long fuzz_read(int fd, void *to, size_t n);
long fuzz_write(int fd, const void *from, size_t n);
long fuzz_prlimit(int pid, int which, const void *set, void *get);
long fuzz_readv(int pid, const void *local, unsigned ln, const void *remote, unsigned rn);

/* Frees what was mapped; before each input. */
void fuzz_reset(void);
/* How many lines were said since. */
extern unsigned fuzz_lines;

/* Ends the run where the program is wrong. */
void fuzz_fail(const char *what);
#define MUST(condition)                      \
	do {                                 \
		if (!(condition))            \
			fuzz_fail(#condition); \
	} while (0)

#endif
