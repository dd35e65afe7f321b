// SPDX-License-Identifier: MIT
/*
 * Maps one of each kind of memory, prints "ready" and waits to be killed.
 * The files are made in the folder that the argument names.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <unistd.h>

#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#define PR_SET_VMA_ANON_NAME 0
#endif

static const size_t SIZE = 4 * 4096;

static void *map(int prot, int flags, int fd)
{
	char *memory = mmap(NULL, SIZE, prot, flags, fd, 0);

	if (memory == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	if (prot & PROT_WRITE)
		memset(memory, 1, SIZE / 2);
	return memory;
}

static int file(const char *name)
{
	int fd = open(name, O_RDWR | O_CREAT | O_EXCL, 0600);

	if (fd < 0 || ftruncate(fd, SIZE)) {
		perror(name);
		exit(1);
	}
	return fd;
}

int main(int argc, char **argv)
{
	static const char *const names[] = {
		"with two  spaces ", "new\nline", "back\\slash", "bytes \xff\xc3", "\xc3\xa9t\xc3\xa9",
		"stays (deleted)", "[heap]",
	};
	void *memory;
	int fd, segment;

	if (argc != 2 || chdir(argv[1])) {
		perror("chdir");
		return 1;
	}
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		map(PROT_READ | PROT_WRITE, i % 2 ? MAP_SHARED : MAP_PRIVATE, file(names[i]));

	map(PROT_READ, MAP_SHARED, file("gone"));
	unlink("gone");
	map(PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	map(PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	map(PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1);

	fd = memfd_create("a memfd", 0);
	if (fd < 0 || ftruncate(fd, SIZE))
		return 1;
	map(PROT_READ | PROT_WRITE, MAP_SHARED, fd);

	segment = shmget(IPC_PRIVATE, SIZE, IPC_CREAT | 0600);
	if (segment < 0 || shmat(segment, NULL, 0) == (void *)-1)
		return 1;
	shmctl(segment, IPC_RMID, NULL);

	memory = map(PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	prctl(PR_SET_VMA, PR_SET_VMA_ANON_NAME, memory, SIZE, "a label");
	if (sbrk(SIZE) == (void *)-1)
		return 1;

	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
