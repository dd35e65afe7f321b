/* SPDX-License-Identifier: MIT */
/* say.c - lines to the user. Runs before and after the old memory is gone: system calls and str.c alone. */
#include "say.h"

#include <asm/errno.h>

#include "arch/x86_64/syscall.h"

char say_line[5 * 4096];

static int say_fd = 2;

void say_to(int fd)
{
	say_fd = fd;
}

void say_write(struct text *t)
{
	static char out[sizeof say_line + 8];
	struct text line;

	text_init(&line, out, sizeof out);
	text_str(&line, "ckpt: ");
	for (size_t i = 0; i < t->len; i++)
		if ((unsigned char)t->buf[i] < ' ' || t->buf[i] == 127)
			t->buf[i] = '?';
	text_mem(&line, t->buf, t->len);
	text_str(&line, "\n");
	for (size_t done = 0; done < line.len;) {
		long n = sys_write(say_fd, out + done, line.len - done);

		if (n == -EINTR)
			continue;
		if (n <= 0)
			return;
		done += (size_t)n;
	}
}

const char *error_text(long error)
{
	static char number[32];
	struct text t;

	switch (error < 0 ? -error : error) {
	case EPERM: return "operation not permitted";
	case ENOENT: return "no such file or directory";
	case ESRCH: return "no such process";
	case EIO: return "input/output error";
	case ENXIO: return "no such device";
	case E2BIG: return "argument list too long";
	case ENOEXEC: return "exec format error";
	case EBADF: return "bad file descriptor";
	case EAGAIN: return "resource temporarily unavailable";
	case ENOMEM: return "cannot allocate memory";
	case EACCES: return "permission denied";
	case EFAULT: return "bad address";
	case EBUSY: return "device or resource busy";
	case EEXIST: return "exists already";
	case ENODEV: return "no such device";
	case ENOTDIR: return "not a directory";
	case EISDIR: return "is a directory";
	case EINVAL: return "invalid argument";
	case ENFILE: return "too many open files in the system";
	case EMFILE: return "too many open files";
	case ETXTBSY: return "text file busy";
	case ENOSPC: return "no space left on device";
	case EROFS: return "read-only file system";
	case ENAMETOOLONG: return "file name too long";
	case ENOSYS: return "not implemented by this kernel";
	case ELOOP: return "too many symbolic links";
	case ESTALE: return "stale file handle";
	}
	text_init(&t, number, sizeof number);
	text_fmt(&t, "error %ld", error < 0 ? -error : error);
	return number;
}
