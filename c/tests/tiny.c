/* SPDX-License-Identifier: MIT */
/*
 * tiny.c - a program without a libc, so that its image is small. Started as `tiny FILE`: opens FILE to append to it, maps it
 * shared, says "ready", then "tick" every 10 ms; 5 s of them and it ends. What is restarted of a damaged image must say
 * nothing and leave FILE as it is.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>

#include "arch/x86_64/syscall.h"

/* Six chunks of data and some: the description of the seal is then no multiple of four, and is padded. */
static volatile unsigned char bulk[6 << 20];

__asm__(".pushsection .text\n"
	".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	xor %ebp, %ebp\n"
	"	and $-16, %rsp\n"
	"	call tiny_main\n"
	"	hlt\n"
	".popsection");

__attribute__((noreturn)) void tiny_main(const uint64_t *stack);

void tiny_main(const uint64_t *stack)
{
	const char *file = (const char *)stack[2];
	const int64_t nap[2] = { 0, 10000000 };
	long fd;

	sys_close_range(3, ~0u, 0);
	fd = sys_openat(AT_FDCWD, file, O_RDWR | O_APPEND, 0);
	if (stack[0] < 2 || fd < 0 || sys_mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, (int)fd, 0) < 0)
		sys_exit_group(1);
	if (stack[0] > 2) /* a large image is wanted */
		for (unsigned i = 0; i < sizeof bulk; i += 512)
			bulk[i] = (unsigned char)(i >> 9);
	sys_write(1, "ready\n", 6);
	for (int i = 0; i < 500; i++) {
		sys_nanosleep(nap, NULL);
		sys_write(1, "tick\n", 5);
	}
	sys_exit_group(7);
}
