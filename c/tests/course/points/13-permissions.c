/* SPDX-License-Identifier: MIT */
/* 13-permissions.c FILE - mappings of every kind and protection; 13-permissions.sh compares what /proc says of them before and after. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#include "act.h"

#define PAGE 4096ul

int main(int argc, char **argv)
{
	static const int protections[] = { PROT_NONE, PROT_READ, PROT_READ | PROT_WRITE, PROT_READ | PROT_EXEC, PROT_EXEC };
	const int count = sizeof protections / sizeof *protections;
	uint8_t *own[5], *file[5], *code;
	int fd = argc == 2 ? open(argv[1], O_RDWR | O_CREAT, 0600) : -1;

	CHECK(fd >= 0 && ftruncate(fd, 5 * PAGE) == 0);
	for (int i = 0; i < count; i++) {
		own[i] = mmap(NULL, 3 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		file[i] = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, (off_t)((unsigned)i * PAGE));
		CHECK(own[i] != MAP_FAILED && file[i] != MAP_FAILED);
		own[i][0] = file[i][0] = (uint8_t)(i + 1);
		CHECK(mprotect(own[i], PAGE, protections[i]) == 0 && mprotect(file[i], PAGE, protections[i]) == 0);
		CHECK(mprotect(own[i] + 2 * PAGE, PAGE, PROT_NONE) == 0);
	}
	code = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(code != MAP_FAILED);
	memcpy(code, (uint8_t[]){ 0xb8, 42, 0, 0, 0, 0xc3 }, 6); /* mov $42,%eax; ret */
	CHECK(mprotect(code, PAGE, PROT_READ | PROT_EXEC) == 0);
	close(fd);
	intermission();
	CHECK(((int (*)(void))(uintptr_t)code)() == 42);
	for (int i = 0; i < count; i++) {
		CHECK(mprotect(own[i], PAGE, PROT_READ) == 0 && own[i][0] == i + 1);
		CHECK(mprotect(file[i], PAGE, PROT_READ) == 0 && file[i][0] == i + 1);
	}
	return pass();
}
