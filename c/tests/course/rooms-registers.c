/* SPDX-License-Identifier: MIT */
/* rooms-registers.c - a loop with known values in its registers. */
#include <stdio.h>

int main(void)
{
	puts("ready");
	fflush(stdout);
	__asm__ volatile("mov $0x1111222233334444, %%r15\n"
			 "mov $0x15151515, %%r14\n"
			 "mov $-2, %%r12\n"
			 "mov $0x0102030405060708, %%r10\n"
			 "mov $0x99, %%r9\n"
			 "mov $0x88, %%r8\n"
			 "mov $0xaa, %%rax\n"
			 "mov $0xcc, %%rcx\n"
			 "mov $0xdd, %%rdx\n"
			 "mov $0x51, %%rsi\n"
			 "mov $0xd1, %%rdi\n"
			 "1: pause\n"
			 "jmp 1b"
			 :
			 :
			 : "r15", "r14", "r12", "r10", "r9", "r8", "rax", "rcx", "rdx", "rsi", "rdi");
	return 0;
}
