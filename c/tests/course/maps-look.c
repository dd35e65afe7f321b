/* SPDX-License-Identifier: MIT */
/*
 * maps-look - to be preloaded: at each step of a program that works with memory (mmap, mprotect, munmap, writing to and
 * reading from a file) it looks at all mappings, and ends the program with 99 if one is writable and executable. It writes
 * one letter for each look to descriptor 9: m(map), p(rotect), u(nmap), w(rite), r(ead).
 * A file that has a name is 97.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../examples/proc-self-maps.h"

static int find_both(const struct mapping *mapping, void *data)
{
	(void)data;
	return (mapping->prot & (PROT_WRITE | PROT_EXEC)) == (PROT_WRITE | PROT_EXEC);
}

static void look(char step)
{
	if (proc_self_maps(find_both, NULL) != 0 || write(9, &step, 1) != 1)
		_exit(99);
}

static void no_name(FILE *file)
{
	struct stat status;

	if (fstat(fileno(file), &status) != 0 || status.st_nlink != 0)
		_exit(97);
}

static void *next(const char *name)
{
	void *function = dlsym(RTLD_NEXT, name);

	if (function == NULL)
		_exit(98);
	return function;
}

void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset)
{
	void *(*original)(void *, size_t, int, int, int, off_t) = next("mmap");
	void *memory = original(address, length, prot, flags, fd, offset);

	look('m');
	return memory;
}

int mprotect(void *address, size_t length, int prot)
{
	int (*original)(void *, size_t, int) = next("mprotect");
	int status = original(address, length, prot);

	look('p');
	return status;
}

int munmap(void *address, size_t length)
{
	int (*original)(void *, size_t) = next("munmap");

	look('u');
	return original(address, length);
}

size_t fwrite(const void *memory, size_t size, size_t count, FILE *file)
{
	size_t (*original)(const void *, size_t, size_t, FILE *) = next("fwrite");

	no_name(file);
	look('w');
	return original(memory, size, count, file);
}

size_t fread(void *memory, size_t size, size_t count, FILE *file)
{
	size_t (*original)(void *, size_t, size_t, FILE *) = next("fread");
	size_t got = original(memory, size, count, file);

	no_name(file);
	look('r');
	return got;
}
