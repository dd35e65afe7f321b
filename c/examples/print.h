/* SPDX-License-Identifier: MIT */
/*
 * print.h - how mini's and core's readckpt print what they find, so that the two can be compared.
 */
#ifndef PRINT_H
#define PRINT_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "proc-self-maps.h"

/* prot: PROT_READ … A name may hold anything but a NUL; what would disturb the terminal is shown as in /proc/self/maps. */
static inline void print_segment(const char *name, size_t length, int prot, uint64_t start, uint64_t end)
{
	if (length == 0)
		printf("%s", MAPS_NO_NAME);
	for (size_t i = 0; i < length; i++) {
		unsigned char byte = (unsigned char)name[i];

		printf(byte < ' ' || byte == 127 ? "\\%03o" : "%c", byte);
	}
	printf(" (%c%c%c)\n  Address-range: 0x%lx - 0x%lx\n", prot & PROT_READ ? 'r' : '-', prot & PROT_WRITE ? 'w' : '-',
	       prot & PROT_EXEC ? 'x' : '-', start, end);
}

static inline void print_register(const char *name, uint64_t value)
{
	printf("  %-9s0x%016lx\n", name, value);
}

#endif
