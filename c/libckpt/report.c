/* SPDX-License-Identifier: MIT */
/* report.c - tells the tool, or the program's terminal, how it goes. System calls and str.c only. */
#include <asm/stat.h>
#include <asm-generic/errno-base.h>
#include <asm/ioctls.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "arch/x86_64/syscall.h"
#include "engine.h"

#define AF_UNIX 1
#define SOCK_SEQPACKET_CLOEXEC (5 | 02000000)
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000

int report_connect(struct capture *c)
{
	struct {
		uint16_t family;
		char name[CKPT_SOCKET_NAME_SIZE + 1];
	} address = { .family = AF_UNIX };
	size_t n = str_len(ckpt_request.socket);
	long fd = sys_socket(AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0);
	long err;

	if (fd < 0)
		return (int)fd;
	memcpy(address.name + 1, ckpt_request.socket, n);
	err = sys_connect((int)fd, &address, (unsigned)(2 + 1 + n));
	if (err < 0) {
		sys_close((int)fd);
		return (int)err;
	}
	c->socket = (int)fd;
	return 0;
}

void report_packet(struct capture *c, const char *text)
{
	if (c->socket >= 0)
		sys_sendto(c->socket, text, str_len(text), MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* A terminal, or the same open file as at the start: nothing else is written into. */
static bool is_ours(int fd)
{
	char termios[64];
	struct stat st;

	if (sys_fstat(fd, &st) < 0)
		return false;
	if (st.st_dev == ckpt_contract.stderr_dev && st.st_ino == ckpt_contract.stderr_ino)
		return true;
	return S_ISCHR(st.st_mode) && sys_ioctl(fd, TCGETS, termios) == 0;
}

void report_stderr(int32_t pid, int32_t tid, const char *message)
{
	char buf[4400];
	char path[64];
	struct text t;
	long fd;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/task/%d/fd/2", pid, tid);
	fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_APPEND | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0);
	if (fd < 0)
		return;
	text_init(&t, buf, sizeof buf);
	text_fmt(&t, "ckpt: %s\n", message);
	if (is_ours((int)fd))
		sys_write((int)fd, buf, t.len);
	sys_close((int)fd);
}

void report_error(struct capture *c, const char *code, const char *message)
{
	char buf[CKPT_PACKET_SIZE];
	struct text t;

	if (c->failed)
		return; /* the first one is the cause */
	c->failed = true;
	if (c->socket < 0) {
		report_stderr(c->pid, c->live, message);
		return;
	}
	text_init(&t, buf, sizeof buf);
	text_fmt(&t, "error %s %s", code, message);
	report_packet(c, buf);
}
