/* SPDX-License-Identifier: MIT */
/*
 * 01-special-mapping.c - mappings of the kernel's own, with names that a checkpointer has never heard of. [vvar_vclock] is one where the kernel has
 * it. Another one, [uprobes], is made here where that is allowed (CAP_PERFMON): a function of this program is watched for
 * a moment by the kernel's uprobes, which put a page of their own into the process that comes to it. It is not readable, and it stays.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/perf_event.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>

#include "act.h"

#define PMU "/sys/bus/event_source/devices/uprobe/type"

int watched(void);

/* An instruction that the kernel can't emulate: it executes a copy of it, in that page. */
__asm__(".pushsection .text\n"
	".globl watched\n"
	".type watched, @function\n"
	"watched:\n"
	"	mov $42, %eax\n"
	"	ret\n"
	".popsection");

/* Does a line of maps end in this name? With `at`, the place in the file where the address lies. */
static int find(const char *name, uintptr_t address, uint64_t *at)
{
	FILE *f = fopen("/proc/self/maps", "r");
	char line[8192];
	int found = 0;

	CHECK(f);
	while (fgets(line, sizeof line, f)) {
		unsigned long from, to, offset;

		CHECK(sscanf(line, "%lx-%lx %*s %lx", &from, &to, &offset) == 3);
		if (name && strstr(line, name))
			found = 1;
		if (at && address >= from && address < to)
			*at = address - from + offset;
	}
	fclose(f);
	return found;
}

static void make_unknown_mapping(void)
{
	char exe[4096] = "", type[16] = "";
	struct perf_event_attr probe = { .size = sizeof probe, .uprobe_path = (uintptr_t)exe };
	int fd = open(PMU, O_RDONLY);

	CHECK(readlink("/proc/self/exe", exe, sizeof exe - 1) > 0);
	if (fd >= 0 && read(fd, type, sizeof type - 1) > 0) {
		close(fd);
		probe.type = (unsigned)atoi(type);
		find(NULL, (uintptr_t)watched, (uint64_t *)&probe.probe_offset);
		fd = (int)syscall(SYS_perf_event_open, &probe, 0, -1, -1, 0);
	}
	if (fd < 0) {
		printf("note: no [uprobes] here: %s\n", strerror(errno));
		return;
	}
	CHECK(watched() == 42);
	close(fd);
	CHECK(find("[uprobes]", 0, NULL));
	/* the breakpoint is gone when the instruction is the first of `mov` again */
	while (*(volatile const uint8_t *)(uintptr_t)watched == 0xcc)
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
}

int main(void)
{
	if (!find("[vvar_vclock]", 0, NULL))
		printf("note: no [vvar_vclock] here\n");
	make_unknown_mapping();
	intermission();
	CHECK(watched() == 42);
	CHECK(find("[vdso]", 0, NULL) && find("[vvar]", 0, NULL));
	return pass();
}
