/* SPDX-License-Identifier: MIT */
/*
 * readckpt - prints what is in an image of mini: start, end and name of every segment, and the registers.
 *
 *     ./readckpt                of mycheckpoint
 *     ./readckpt noon.ckpt      of another image
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "../print.h"
#include "image.h"

static const char *file_name;
static FILE *file;
static long file_size;

_Noreturn static void refuse(const char *why)
{
	fprintf(stderr, "readckpt: %s: %s\n", file_name, why);
	exit(1);
}

static void read_part(void *to, size_t size)
{
	if (fread(to, 1, size, file) != size)
		refuse("is damaged, or was cut off");
}

static void open_image(struct header *header)
{
	struct stat st;

	file = fopen(file_name, "re");
	if (file == NULL || fstat(fileno(file), &st) != 0)
		refuse(strerror(errno));
	file_size = st.st_size;
	if (!S_ISREG(st.st_mode) || fread(header, 1, sizeof *header, file) != sizeof *header || header->magic != IMAGE_MAGIC)
		refuse("is no image of mini's ckpt");
}

static void take_segment(const struct record *segment)
{
	char name[PATH_MAX + 32];

	if (segment->name_size == 0 || segment->name_size > sizeof name)
		refuse("is damaged, or was cut off");
	read_part(name, segment->name_size);
	name[segment->name_size - 1] = '\0';
	print_segment(name, strlen(name), (int)segment->prot, segment->start, segment->end);
}

static void print_segments(void)
{
	struct record record;

	printf("    *** Memory segments of %s ***\n", file_name);
	for (;;) {
		read_part(&record, sizeof record);
		if (record.kind == END)
			return;
		if (record.kind == SEGMENT)
			take_segment(&record);
		else if (record.kind != DATA || record.end < record.start ||
			 fseek(file, (long)(record.end - record.start), SEEK_CUR) != 0 || ftell(file) > file_size)
			refuse("is damaged, or was cut off");
	}
}

static void print_registers(const struct header *header)
{
	/* In the order of gregset_t. */
	static const char names[][8] = { "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "rdi", "rsi", "rbp", "rbx",
					 "rdx", "rax", "rcx", "rsp", "rip", "eflags" };

	printf("    *** Registers of thread %d ***\n", header->pid);
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		print_register(names[i], (uint64_t)header->registers[i]);
	print_register("fs_base", header->fs_base);
	print_register("gs_base", header->gs_base);
}

int main(int argc, char **argv)
{
	static struct header header;

	if (argc > 2) {
		fprintf(stderr, "usage: %s [IMAGE]\n", argv[0]);
		return 2;
	}
	file_name = argc == 2 ? argv[1] : DEFAULT_IMAGE;
	open_image(&header);
	print_segments();
	print_registers(&header);
	if (fflush(stdout) != 0) {
		perror("readckpt: standard output");
		return 1;
	}
	return 0;
}
