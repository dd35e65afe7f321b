/* SPDX-License-Identifier: MIT */
/*
 * file.c - small things that saving and restoring both need. read() and write() may move fewer bytes than was asked for, or be
 * interrupted before the first one: whoever forgets that has torn files on a busy day.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "mini.h"

bool append(char *to, size_t size, const char *more)
{
	size_t length = strlen(to);

	while (*more != '\0' && length + 1 < size)
		to[length++] = *more++;
	to[length] = '\0';
	return *more == '\0';
}

bool read_all(int fd, void *to, size_t n)
{
	char *at = to;

	while (n > 0) {
		ssize_t got = read(fd, at, n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			errno = got == 0 ? 0 : errno;
			return false;
		}
		at += got;
		n -= (size_t)got;
	}
	return true;
}

bool write_all(int fd, const void *from, size_t n)
{
	const char *at = from;

	while (n > 0) {
		ssize_t done = write(fd, at, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		at += done;
		n -= (size_t)done;
	}
	return true;
}

size_t read_file(const char *path, void *to, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t length = 0;

	while (fd >= 0 && length < size) {
		ssize_t got = read(fd, (char *)to + length, size - length);

		if (got > 0)
			length += (size_t)got;
		else if (got == 0 || errno != EINTR)
			break;
	}
	if (fd >= 0)
		close(fd);
	return length;
}

const char *read_text(const char *path, char *to, size_t size)
{
	to[read_file(path, to, size - 1)] = '\0';
	return to;
}

/* FNV-1a, eight bytes at a time. */
uint64_t sum_bytes(uint64_t start, uint64_t end)
{
	uint64_t sum = 0xcbf29ce484222325u;

	for (const uint64_t *word = (const uint64_t *)start; word < (const uint64_t *)end; word++)
		sum = (sum ^ *word) * 0x100000001b3u;
	return sum;
}

bool is_kernel_segment(const char *name)
{
	return name[0] == '[' && strcmp(name, "[heap]") != 0 && strncmp(name, "[stack", 6) != 0 && strncmp(name, "[anon", 5) != 0;
}
