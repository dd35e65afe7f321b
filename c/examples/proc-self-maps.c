/* SPDX-License-Identifier: MIT */
/*
 * proc-self-maps - finds all memory segments of its own process: the first thing that a checkpoint has to know.
 *
 *     cat /proc/self/maps                         what the kernel tells, as text: here the segments of cat
 *     make proc-self-maps && ./proc-self-maps     the same for this program, read by itself
 *
 * One sees the program's own file several times (code, constants, variables), [heap], each library, nameless memory from
 * mmap(), [stack], and what the kernel lends to each process ([vdso], [vvar]).
 *
 * What to learn here: a program that looks at its own memory must not change it while it looks. malloc() and printf() may
 * map memory and take locks, and in a signal handler they are forbidden. So this reads with open(), read() and close() alone,
 * into memory that the caller gives, byte by byte: then it does not matter how long a line is, or where a read() ends.
 * Mappings may still come and go between two read()s, if threads or the caller make some. The kernel promises that addresses
 * rise all the same, and that a mapping which is there all the time is told once.
 *
 * main() is at the end of this file so that one file is the whole program, and even `cc proc-self-maps.c` builds it. A program
 * that wants the functions only (mini/ does) compiles this file with -DPROC_SELF_MAPS_LIBRARY.
 */
#include "proc-self-maps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Moves on to the next byte of the text. */
static void advance(struct maps *maps)
{
	if (maps->next == maps->filled) {
		ssize_t got;

		do
			got = read(maps->fd, maps->buffer, sizeof(maps->buffer));
		while (got < 0 && errno == EINTR);
		maps->error = got < 0 ? -errno : 0;
		maps->filled = got < 0 ? 0 : (size_t)got;
		maps->next = 0;
		if (got <= 0) {
			maps->byte = -1;
			return;
		}
	}
	maps->byte = (unsigned char)maps->buffer[maps->next++];
}

static int digit_value(int byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	if (byte >= 'a' && byte <= 'f')
		return byte - 'a' + 10;
	return -1;
}

/* Takes a number, and the byte that must follow it. */
static bool take_number(struct maps *maps, int base, int follower, uint64_t *number)
{
	int digit = digit_value(maps->byte);

	if (digit < 0 || digit >= base)
		return false;
	*number = 0;
	while (digit >= 0 && digit < base) {
		*number = *number * (uint64_t)base + (uint64_t)digit;
		advance(maps);
		digit = digit_value(maps->byte);
	}
	if (maps->byte != follower)
		return false;
	advance(maps);
	return true;
}

/* Takes one of the four letters of "rwxp": true if it is `yes`, false for a '-' (or the 'p' of "private"). */
static bool take_letter(struct maps *maps, int yes)
{
	bool is_yes = maps->byte == yes;

	advance(maps);
	return is_yes;
}

/* Takes the name, up to the end of the line. The kernel writes a newline in a name as \012. */
static void take_name(struct maps *maps, struct mapping *mapping)
{
	const size_t deleted = strlen(MAPS_DELETED);
	size_t length = 0;

	mapping->cut = false;
	while (maps->byte == ' ')
		advance(maps);
	for (; maps->byte != '\n' && maps->byte != -1; advance(maps)) {
		if (length == sizeof(mapping->name) - 1) {
			mapping->cut = true;
			continue;
		}
		mapping->name[length++] = (char)maps->byte;
		if (length >= 4 && memcmp(mapping->name + length - 4, "\\012", 4) == 0) {
			length -= 3;
			mapping->name[length - 1] = '\n';
		}
	}
	mapping->name[length] = '\0';
	mapping->name_length = length;
	mapping->deleted = !mapping->cut && length > deleted &&
		memcmp(mapping->name + length - deleted, MAPS_DELETED, deleted) == 0;
}

int maps_open(struct maps *maps)
{
	maps->byte = -1;
	maps->error = 0;
	maps->next = maps->filled = 0;
	maps->fd = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
	if (maps->fd < 0)
		return -errno;
	advance(maps);
	if (maps->error < 0) {
		close(maps->fd);
		return maps->error;
	}
	return 0;
}

/* A line is: 55e320778000-55e32077a000 r-xp 00001000 fe:00 260131      /usr/bin/cat */
int maps_next(struct maps *maps, struct mapping *mapping)
{
	uint64_t major, minor;

	if (maps->error < 0)
		return maps->error;
	if (maps->byte == -1)
		return 0;
	if (!take_number(maps, 16, '-', &mapping->start) || !take_number(maps, 16, ' ', &mapping->end))
		goto not_understood;
	mapping->prot = take_letter(maps, 'r') ? PROT_READ : PROT_NONE;
	mapping->prot |= take_letter(maps, 'w') ? PROT_WRITE : 0;
	mapping->prot |= take_letter(maps, 'x') ? PROT_EXEC : 0;
	mapping->shared = take_letter(maps, 's');
	if (maps->byte != ' ')
		goto not_understood;
	advance(maps);
	if (!take_number(maps, 16, ' ', &mapping->offset) || !take_number(maps, 16, ':', &major) ||
	    !take_number(maps, 16, ' ', &minor) || !take_number(maps, 10, ' ', &mapping->inode))
		goto not_understood;
	mapping->major = (unsigned int)major;
	mapping->minor = (unsigned int)minor;
	take_name(maps, mapping);
	if (maps->byte != '\n')
		goto not_understood;
	advance(maps);
	return 1;

not_understood:
	return maps->error < 0 ? maps->error : -EBADMSG;
}

int maps_close(struct maps *maps)
{
	return close(maps->fd) == 0 ? 0 : -errno;
}

int proc_self_maps(int (*visit)(const struct mapping *mapping, void *data), void *data)
{
	struct maps maps;
	struct mapping mapping;
	int status = maps_open(&maps);

	if (status != 0)
		return status;
	while ((status = maps_next(&maps, &mapping)) == 1) {
		status = visit(&mapping, data);
		if (status != 0)
			break;
	}

	int closed = maps_close(&maps);

	return status != 0 ? status : closed;
}

#ifndef PROC_SELF_MAPS_LIBRARY
#include <inttypes.h>
#include <stdio.h>

/* Prints a segment; a newline in its name as the kernel would, so that a name stays on its line. */
static int print_mapping(const struct mapping *mapping, void *data)
{
	(void)data;
	if (mapping->name_length == 0)
		printf("%s", MAPS_NO_NAME);
	for (size_t i = 0; i < mapping->name_length; i++) {
		if (mapping->name[i] == '\n')
			printf("\\012");
		else
			putchar(mapping->name[i]);
	}
	printf("%s (%c%c%c)\n", mapping->cut ? "..." : "",
		mapping->prot & PROT_READ ? 'r' : '-', mapping->prot & PROT_WRITE ? 'w' : '-',
		mapping->prot & PROT_EXEC ? 'x' : '-');
	printf("  Address-range: 0x%" PRIx64 " - 0x%" PRIx64 "\n", mapping->start, mapping->end);
	return 0;
}

int main(int argc, char **argv)
{
	(void)argc;
	printf("    *** Memory segments of %s ***\n", argv[0]);

	int status = proc_self_maps(print_mapping, NULL);

	if (status != 0) {
		fprintf(stderr, "proc-self-maps: /proc/self/maps: %s\n", strerror(-status));
		return 1;
	}
	if (fflush(stdout) != 0 || ferror(stdout)) {
		perror("proc-self-maps: standard output");
		return 1;
	}
	return 0;
}
#endif
