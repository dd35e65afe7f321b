/* SPDX-License-Identifier: MIT */
/* big-memory.c - a 4 GiB mapping, a 1 TiB reservation, 5,000 mappings. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>

#include "act.h"

#define GIB (1ul << 30)
#define MAPPINGS 5000

int main(void)
{
	char *big = mmap(NULL, 4 * GIB + 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *reserve = mmap(NULL, 1024 * GIB, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	char *many = mmap(NULL, 2ul * MAPPINGS * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	CHECK(big != MAP_FAILED && reserve != MAP_FAILED && many != MAP_FAILED);
	for (size_t at = 0; at <= 4 * GIB; at += GIB / 16)
		big[at] = (char)(1 + at / (GIB / 16));
	for (int i = 0; i < MAPPINGS; i++) {
		char *page = many + 2ul * 4096 * (size_t)i;

		CHECK(mprotect(page, 4096, PROT_READ | PROT_WRITE) == 0);
		memcpy(page, &i, sizeof i);
	}
	intermission();
	for (size_t at = 0; at <= 4 * GIB; at += GIB / 16)
		CHECK(big[at] == (char)(1 + at / (GIB / 16)) && big[at + 1] == 0);
	for (int i = 0; i < MAPPINGS; i++)
		CHECK(memcmp(many + 2ul * 4096 * (size_t)i, &i, sizeof i) == 0);
	CHECK(mprotect(reserve + 512 * GIB, 4096, PROT_READ | PROT_WRITE) == 0);
	reserve[512 * GIB] = 1;
	return pass();
}
