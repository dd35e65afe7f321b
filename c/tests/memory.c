/* SPDX-License-Identifier: MIT */
/* memory.c - every kind of private mapping comes back where it was, with its protection, name and content. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "act.h"

#define PAGE 4096ul

/*
 * Start, end and protection of all mappings but those of the C library's own growth, as text. Neighbours that differ in
 * nothing are one: whether the kernel joins two anonymous mappings hangs on which of them was touched first, and where the
 * address layout puts `guard` beside the memory of a library they are two before and one after.
 */
static char *picture(void)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[8192], rest[8192] = "", *all = NULL;
	unsigned long start = 0, end = 0;
	size_t size = 0;
	FILE *out = open_memstream(&all, &size);

	CHECK(f && out);
	while (fgets(line, sizeof line, f)) {
		unsigned long from, to;
		int at;

		if (strstr(line, "[vvar") || strstr(line, "[heap]"))
			continue;
		CHECK(sscanf(line, "%lx-%lx %n", &from, &to, &at) == 2);
		if (from == end && strstr(rest, " 00:00 0") && strcmp(line + at, rest) == 0) {
			end = to;
			continue;
		}
		if (end)
			fprintf(out, "%lx-%lx %s", start, end, rest);
		start = from;
		end = to;
		snprintf(rest, sizeof rest, "%s", line + at);
	}
	fprintf(out, "%lx-%lx %s", start, end, rest);
	fclose(f);
	fclose(out);
	return all;
}

int main(void)
{
	char name[] = "/tmp/ckpt test \n memoryXXXXXX";
	int fd = mkstemp(name);
	char page[PAGE];
	uint8_t *anon, *file, *guard, *code, *tail, *shared;
	char *before, *after;
	void *top = sbrk(0);

	memset(page, 'f', sizeof page);
	for (int i = 0; i < 4; i++)
		CHECK(write(fd, page, sizeof page) == (ssize_t)sizeof page);
	CHECK(write(fd, "tail", 4) == 4);
	anon = mmap(NULL, 64 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	file = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	tail = mmap(NULL, 3 * PAGE, PROT_READ, MAP_PRIVATE, fd, 4 * PAGE); /* ends behind the file */
	shared = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	guard = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(anon != MAP_FAILED && file != MAP_FAILED && tail != MAP_FAILED && shared != MAP_FAILED);
	memset(anon, 'a', PAGE);
	memset(anon + 40 * PAGE, 'b', PAGE);
	file[PAGE] = 'X';
	memset(guard, 'g', 3 * PAGE);
	CHECK(mprotect(guard + PAGE, PAGE, PROT_NONE) == 0); /* populated and unreadable */
	memcpy(code, (uint8_t[]){ 0xb8, 42, 0, 0, 0, 0xc3 }, 6); /* mov $42,%eax; ret */
	CHECK(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
	before = picture();
	intermission();
	after = picture();
	if (strcmp(before, after) != 0)
		printf("--- before\n%s--- after\n%s", before, after);
	CHECK(strcmp(before, after) == 0);
	CHECK(sbrk(0) >= top);
	for (size_t i = 0; i < PAGE; i++)
		CHECK(anon[i] == 'a' && anon[40 * PAGE + i] == 'b' && anon[20 * PAGE + i] == 0);
	CHECK(file[0] == 'f' && file[PAGE] == 'X' && file[PAGE + 1] == 'f');
	CHECK(memcmp(tail, "tail", 5) == 0);
	shared[0] = 'S'; /* still the file's */
	CHECK(pread(fd, page, 1, 0) == 1 && page[0] == 'S');
	CHECK(guard[0] == 'g' && guard[2 * PAGE] == 'g');
	CHECK(mprotect(guard + PAGE, PAGE, PROT_READ) == 0 && guard[PAGE] == 'g');
	CHECK(((int (*)(void))(uintptr_t)code)() == 42);
	/* what was anonymous is anonymous: zeros after MADV_DONTNEED */
	CHECK(madvise(anon, 64 * PAGE, MADV_DONTNEED) == 0 && anon[0] == 0);
	CHECK(sbrk(1 << 20) != (void *)-1); /* the heap can grow */
	free(malloc(200000));
	unlink(name);
	return pass();
}
