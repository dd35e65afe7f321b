/* SPDX-License-Identifier: MIT */
/*
 * 17-short-calls.c - a library to be preloaded, with which read() and write() move no more than CKPT_SHORT bytes at a time, and every third call
 * is interrupted before it has moved any: as the kernel may do it, but seldom does. The standard streams are left alone. The file
 * CKPT_SHORT_LOG is as long as there were kinds of calls that were made shorter. May call nothing but system calls: it is used in signal handlers.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t most;
static unsigned calls;
static const char *log_file;

__attribute__((constructor)) static void set_up(void)
{
	const char *text = getenv("CKPT_SHORT");

	log_file = getenv("CKPT_SHORT_LOG");
	most = text && log_file ? strtoul(text, NULL, 10) : 0;
}

/* The number of bytes to ask for, or 0: say EINTR. */
static size_t allow(int fd, size_t n, char kind, unsigned *seen)
{
	if (fd < 3 || !most || n <= most)
		return n;
	if (++*seen == 1) {
		int log = (int)syscall(SYS_openat, AT_FDCWD, log_file, O_WRONLY | O_CREAT | O_APPEND, 0600);

		syscall(SYS_write, log, &kind, 1);
		syscall(SYS_close, log);
	}
	return ++calls % 3 == 0 ? 0 : most;
}

#define SHORT(type, name, kind, call, params, ...)                 \
	type name params;                                          \
	type name params                                           \
	{                                                          \
		static unsigned seen;                              \
		size_t allowed = n ? allow(fd, n, kind, &seen) : 0; \
                                                                   \
		if (n && !allowed) {                               \
			errno = EINTR;                             \
			return -1;                                 \
		}                                                  \
		return (type)syscall(call, fd, buf, allowed __VA_ARGS__); \
	}

SHORT(ssize_t, read, 'r', SYS_read, (int fd, void *buf, size_t n))
SHORT(ssize_t, write, 'w', SYS_write, (int fd, const void *buf, size_t n))
SHORT(ssize_t, pread, 'R', SYS_pread64, (int fd, void *buf, size_t n, off_t at), , at)
SHORT(ssize_t, pread64, 'R', SYS_pread64, (int fd, void *buf, size_t n, off64_t at), , at)
SHORT(ssize_t, pwrite, 'W', SYS_pwrite64, (int fd, const void *buf, size_t n, off_t at), , at)
SHORT(ssize_t, pwrite64, 'W', SYS_pwrite64, (int fd, const void *buf, size_t n, off64_t at), , at)
