/* SPDX-License-Identifier: MIT */
/* world.c - see world.h. */
#include "world.h"

#include <errno.h>
#include <sanitizer/asan_interface.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>

#define MAPPINGS 64

struct fuzz_file fuzz_file;
struct fuzz_memory fuzz_memory;
unsigned fuzz_lines;

static struct {
	char *at;
	size_t size;
} mappings[MAPPINGS];
static unsigned mapping_count;
static uint64_t read_at;

void fuzz_fail(const char *what)
{
	fprintf(stderr, "fuzz: not true: %s\n", what);
	abort();
}

void fuzz_reset(void)
{
	while (mapping_count) {
		mapping_count--;
		ASAN_UNPOISON_MEMORY_REGION(mappings[mapping_count].at, mappings[mapping_count].size);
		free(mappings[mapping_count].at);
	}
	fuzz_lines = 0;
	read_at = 0;
}

long fuzz_mmap(void *address, size_t n, int prot, int flags, int fd, int64_t offset)
{
	void *at;

	(void)prot, (void)flags, (void)fd, (void)offset;
	if (address) /* MAP_FIXED: the harness has put memory there */
		return (long)address;
	if (n > FUZZ_NO_MEMORY || mapping_count == MAPPINGS || !(at = calloc(1, n)))
		return -ENOMEM;
	mappings[mapping_count].at = at;
	mappings[mapping_count++].size = n;
	return (long)at;
}

/* Most names are there, as regular files; what they are comes from their letters. */
static unsigned mood(const char *path)
{
	unsigned sum = 0;

	for (; *path; path++)
		sum = sum * 31 + (unsigned char)*path;
	return sum % 16;
}

static const struct {
	mode_t kind;
	off_t size;
} moods[16] = { { S_IFIFO, 0 }, { S_IFCHR, 0 }, { S_IFDIR, 0 }, { S_IFREG, 0 } };

long fuzz_openat(int dir, const char *path, int flags, int mode)
{
	(void)dir, (void)flags, (void)mode;
	if (!strcmp(path, "image"))
		return FUZZ_FD;
	MUST(strlen(path) < 4096);
	if (!strcmp(path, "/"))
		return FUZZ_FD + 1 + 2;
	return mood(path) == 4 ? -ENOENT : FUZZ_FD + 1 + (long)mood(path);
}

long fuzz_fstat(int fd, void *to)
{
	struct stat *st = to;

	memset(st, 0, sizeof *st);
	st->st_mode = S_IFREG | 0600;
	st->st_size = (off_t)fuzz_file.size;
	if (fd != FUZZ_FD && moods[fd - FUZZ_FD - 1].kind)
		st->st_mode = moods[fd - FUZZ_FD - 1].kind | 0600;
	if (fd != FUZZ_FD)
		st->st_size = fd % 4 ? 1 << 20 : 4096;
	return 0;
}

long fuzz_stat(const char *path, void *to)
{
	long fd = fuzz_openat(0, path, 0, 0);

	return fd < 0 ? fd : fuzz_fstat((int)fd, to);
}

static void copy_piece(uint8_t *to, uint64_t from, size_t n, const uint8_t *piece, uint64_t at, size_t size)
{
	uint64_t start = from > at ? from : at;
	uint64_t end = from + n < at + size ? from + n : at + size;

	if (start < end)
		memcpy(to + (start - from), piece + (start - at), end - start);
}

long fuzz_pread(int fd, void *to, size_t n, int64_t offset)
{
	uint64_t from = (uint64_t)offset;

	MUST(fd == FUZZ_FD);
	if (offset < 0)
		return -EINVAL;
	if (from >= fuzz_file.size)
		return 0;
	if (n > fuzz_file.size - from)
		n = fuzz_file.size - from;
	memset(to, 0, n);
	copy_piece(to, from, n, fuzz_file.head, 0, fuzz_file.head_size);
	copy_piece(to, from, n, fuzz_file.tail, fuzz_file.tail_at, fuzz_file.tail_size);
	/* A mapping that is read into is no longer than what is read. */
	for (unsigned i = 0; i < mapping_count; i++)
		if (mappings[i].at == to && n < mappings[i].size)
			ASAN_POISON_MEMORY_REGION((char *)to + n, mappings[i].size - n);
	return (long)n;
}

long fuzz_read(int fd, void *to, size_t n)
{
	(void)fd;
	if (read_at >= fuzz_file.head_size)
		return 0;
	if (n > fuzz_file.head_size - read_at)
		n = fuzz_file.head_size - read_at;
	memcpy(to, fuzz_file.head + read_at, n);
	read_at += n;
	return (long)n;
}

/* What is told is one line each, and says nothing to a terminal. */
long fuzz_write(int fd, const void *from, size_t n)
{
	const unsigned char *text = from;

	(void)fd;
	MUST(n > 7 && !memcmp(text, "ckpt: ", 6) && text[n - 1] == '\n');
	for (size_t i = 0; i + 1 < n; i++)
		MUST(text[i] >= ' ' && text[i] != 127);
	if (getenv("FUZZ_SAY"))
		fwrite(text, 1, n, stderr);
	if (memcmp(text + 6, "warning", 7))
		fuzz_lines++;
	return (long)n;
}

long fuzz_prlimit(int pid, int which, const void *set, void *get)
{
	const uint64_t limit[2] = { 1024, 1 << 20 };

	(void)pid, (void)which, (void)set;
	if (get)
		memcpy(get, limit, sizeof limit);
	return 0;
}

long fuzz_readv(int pid, const void *local, unsigned ln, const void *remote, unsigned rn)
{
	const struct iovec *to = local;
	const struct iovec *from = remote;
	size_t room = to->iov_len;
	char *at = to->iov_base;
	long done = 0;

	(void)pid;
	MUST(ln == 1);
	for (unsigned i = 0; i < rn; i++) {
		uint64_t address = (uint64_t)from[i].iov_base;
		size_t n = from[i].iov_len < room ? from[i].iov_len : room;

		if (address < fuzz_memory.at || address - fuzz_memory.at > fuzz_memory.size ||
		    n > fuzz_memory.size - (address - fuzz_memory.at))
			return done ? done : -EFAULT;
		memcpy(at, fuzz_memory.bytes + (address - fuzz_memory.at), n);
		at += n;
		room -= n;
		done += (long)n;
	}
	return done;
}
