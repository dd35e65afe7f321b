/* SPDX-License-Identifier: MIT */
/*
 * 02-fs-base.c - the FS base: thread-local variables and the stack protector's secret lie behind it. Compiled with
 * -fstack-protector-all: a function that was entered before the checkpoint and is left after the restart compares the
 * secret on its stack with the one at %fs:0x28, and ends the program when they differ.
 */
#define _GNU_SOURCE
#include <stdint.h>
#include <string.h>

#include "act.h"

#define DEPTH 50

static __thread uint64_t number = 5;
static __thread char text[4096];

static uint64_t secret(void)
{
	uint64_t value;

	__asm__ volatile("mov %%fs:0x28, %0" : "=r"(value));
	return value;
}

/* The word at the FS base is its own address. */
static uint64_t fs_base(void)
{
	uint64_t value;

	__asm__ volatile("mov %%fs:0, %0" : "=r"(value));
	return value;
}

/* DEPTH frames, each with the secret in it, lie on the stack over the restart. */
__attribute__((noinline)) static unsigned down(unsigned depth)
{
	volatile char frame[64];
	unsigned sum = 0;

	memset((char *)frame, (int)depth, sizeof frame);
	if (depth == DEPTH)
		intermission();
	else
		sum = down(depth + 1);
	for (size_t i = 0; i < sizeof frame; i++)
		sum += frame[i] == (char)depth;
	return sum;
}

int main(void)
{
	uint64_t before[] = { fs_base(), secret(), (uint64_t)(uintptr_t)&number };

	CHECK(number == 5 && text[4095] == 0);
	number = 0x0123456789abcdef;
	memset(text, 't', sizeof text);
	CHECK(down(1) == DEPTH * 64);
	CHECK(fs_base() == before[0] && secret() == before[1] && (uint64_t)(uintptr_t)&number == before[2]);
	CHECK(number == 0x0123456789abcdef);
	for (size_t i = 0; i < sizeof text; i++)
		CHECK(text[i] == 't');
	return pass();
}
