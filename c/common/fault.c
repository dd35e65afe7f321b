/* SPDX-License-Identifier: MIT */
/* fault.c - carries out what fault.h describes. Part of test builds alone. System calls and str.c only. */
#include "fault.h"

#include <asm/signal.h>
#include <linux/fcntl.h>

#include "arch/x86_64/syscall.h"
#include "str.h"

static char file[4096]; /* of orders; "-": none */
static char text[256];  /* the order as it was read */
static struct {
	char name[64];
	char action[16];
	uint64_t number, nth, times;
	long by; /* the process that carries it out, 0: none has yet */
} order;

static long read_all(const char *path, char *buf, uint64_t size)
{
	long fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	uint64_t len = 0;
	long n;

	if (fd < 0)
		return fd;
	while (len + 1 < size && ((n = sys_read((int)fd, buf + len, size - 1 - len)) > 0 || n == -4 /* EINTR */))
		len += n > 0 ? (uint64_t)n : 0;
	sys_close((int)fd);
	buf[len] = 0;
	return (long)len;
}

static void find_file(void)
{
	static char environment[128 << 10];
	long n = read_all("/proc/self/environ", environment, sizeof environment);
	struct text t;

	text_init(&t, file, sizeof file);
	text_str(&t, "-");
	for (const char *p = environment; n > 0 && p < environment + n; p += str_len(p) + 1)
		if (str_starts(p, "CKPT_FAULT=")) {
			text_init(&t, file, sizeof file);
			text_str(&t, p + 11);
		}
}

static void take_word(const char **p, char *to, uint64_t size)
{
	uint64_t n = 0;

	while (**p == ' ')
		(*p)++;
	for (; **p > ' '; (*p)++)
		if (n + 1 < size)
			to[n++] = **p;
	to[n] = 0;
}

static uint64_t take_number(const char **p, uint64_t otherwise)
{
	char word[24];
	const char *digits = word;

	take_word(p, word, sizeof word);
	return word[0] ? str_number(&digits, 10) : otherwise;
}

static void read_order(void)
{
	char now[sizeof text];
	const char *p = now;
	long n;

	if (!file[0])
		find_file();
	if (file[0] == '-' || (n = read_all(file, now, sizeof now)) < 0)
		return;
	if (n == 0 && order.by != sys_getpid()) {
		/* carried out by another process, or withdrawn; what we know of it we have from a parent, or share its memory */
		order.name[0] = text[0] = 0;
		return;
	}
	if (n == 0 || str_cmp(now, text) == 0)
		return;
	order.by = 0;
	memcpy(text, now, sizeof text);
	take_word(&p, order.name, sizeof order.name);
	take_word(&p, order.action, sizeof order.action);
	order.number = take_number(&p, 0);
	order.nth = take_number(&p, 1);
	order.times = take_number(&p, 1);
}

/* Is this the place and the time? */
static bool due(const char *name, const char *action)
{
	read_order();
	if (str_cmp(order.name, name) != 0 || str_cmp(order.action, action) != 0 || !order.times)
		return false;
	if (order.nth > 1) {
		order.nth--;
		return false;
	}
	order.times--;
	order.by = sys_getpid();
	sys_close((int)sys_openat(AT_FDCWD, file, O_WRONLY | O_TRUNC | O_CLOEXEC, 0));
	text[0] = 0; /* the same order may come again */
	return true;
}

void fault_point(const char *point)
{
	if (due(point, "kill"))
		sys_kill((int)sys_getpid(), SIGKILL);
	if (due(point, "hold"))
		sys_kill((int)sys_getpid(), SIGSTOP);
}

bool fault_switch(const char *name)
{
	char path[sizeof file + 64];
	struct text t;
	long fd;

	read_order();
	text_init(&t, path, sizeof path);
	text_fmt(&t, "%s.%s", file, name);
	fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd >= 0)
		sys_close((int)fd);
	return fd >= 0;
}

long fault_error(const char *call)
{
	return due(call, "error") ? -(long)order.number : 0;
}

uint64_t fault_short(const char *call, uint64_t n)
{
	return due(call, "short") && order.number < n ? order.number : n;
}
