/* SPDX-License-Identifier: MIT */
/*
 * no-copy.c - a program that no copy can be made of (the fork fails, as where memory or processes are short): the image is
 * written while the program stands still, and is as good as any.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "act.h"

int main(void)
{
	size_t size = 64 << 20;
	char *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	FILE *order = fopen(getenv("CKPT_FAULT"), "w");

	CHECK(memory != MAP_FAILED && order);
	fprintf(order, "helper.fork error %d\n", ENOMEM);
	CHECK(fclose(order) == 0);
	for (size_t i = 0; i < size; i += 4096)
		memset(memory + i, (int)(i >> 12) | 1, 4096);
	CHECK(mprotect(memory + 4096, 4096, PROT_NONE) == 0);
	intermission();
	CHECK((order = fopen(getenv("CKPT_FAULT"), "r")) && fgetc(order) == EOF); /* it was carried out */
	CHECK(waitpid(-1, NULL, WNOHANG | __WALL) < 0 && errno == ECHILD);
	CHECK(mprotect(memory + 4096, 4096, PROT_READ) == 0);
	for (size_t i = 0; i < size; i += 4096)
		CHECK(memory[i] == (char)((i >> 12) | 1) && memory[i + 4095] == memory[i]);
	return pass();
}
