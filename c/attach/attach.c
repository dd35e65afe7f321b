/* SPDX-License-Identifier: MIT */
/*
 * attach.c - a checkpoint from outside, from the first look to the whole image. The caller's thread makes the tracer
 * (attach.h says why), hands its words on, and takes its result. System calls and str.c only, on both sides of the fork.
 */
#include <stdarg.h>
#include <asm-generic/errno.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/wait.h>

#include "arch/x86_64/syscall.h"
#include "tool.h"

#define AF_UNIX 1
#define SOCK_SEQPACKET_CLOEXEC (5 | 02000000)
#define MSG_NOSIGNAL 0x4000
#define SIG_SETMASK 2
#define SIGKILL_NUMBER 9
_Static_assert(CKPT_ATTACH_FORCE == CKPT_REQUEST_FORCE && CKPT_ATTACH_LEAN == CKPT_REQUEST_LEAN, "flags");
_Static_assert(CKPT_ATTACH_PATH_SIZE == CKPT_PATH_SIZE, "path");
_Static_assert(CKPT_ATTACH_PACKET_SIZE == CKPT_PACKET_SIZE, "packet");

#define KILL_WAIT_MS 10000
#define CALLER_POLL_MS 50

int tool_fail(struct tool *t, const char *code, const char *fmt, ...)
{
	struct text p;
	va_list ap;

	if (*t->result->code)
		return -ECANCELED;
	text_init(&p, t->result->code, sizeof t->result->code);
	text_str(&p, code);
	text_init(&p, t->result->message, sizeof t->result->message);
	va_start(ap, fmt);
	text_vfmt(&p, fmt, ap);
	va_end(ap);
	return -ECANCELED;
}

static void tool_init(struct tool *t, int pid, const struct ckpt_attach_options *options,
		      struct ckpt_attach_result *result)
{
	memset(t, 0, sizeof *t);
	memset(result, 0, sizeof *result);
	t->pid = pid;
	t->options = options;
	t->result = result;
	t->pidfd = t->parent = t->listener = t->connection = t->helper_fd = -1;
}

static int kill_program(struct tool *t)
{
	struct pollfd fd = { .fd = t->pidfd, .events = POLLIN };
	long err = ckpt_syscall4(__NR_pidfd_send_signal, t->pidfd, SIGKILL_NUMBER, NULL, 0);

	if (err < 0 && err != -ESRCH)
		return tool_fail(t, "not-killed", "the image is whole, but process %d (%s) could not be killed (error %ld)",
				 t->pid, t->name, -err);
	sys_poll(&fd, 1, KILL_WAIT_MS);
	return 0;
}

static int checkpoint(struct tool *t)
{
	struct text p;
	int err = tool_look(t);

	if (err == 0)
		err = tool_find_contract(t);
	if (err < 0)
		return err;
	text_init(&p, t->result->path, sizeof t->result->path);
	text_str(&p, t->options->path ? t->options->path : t->contract.path);
	err = tool_check_path(t);
	if (err == 0)
		err = tool_open_socket(t);
	if (err == 0)
		err = tool_enter(t);
	if (t->helper) {
		int heard = tool_listen(t, true);

		if (err == 0)
			err = heard;
	}
	if (err == 0)
		err = tool_listen(t, false);
	if (err == 0 && t->options->kill)
		err = kill_program(t);
	return err;
}

/* The tracer's life: only the socket to the caller stays open, so that nobody waits for the end of a pipe of its. */
__attribute__((noreturn)) static void tracer_main(struct tool *t, int parent)
{
	uint64_t begun = tracee_clock();

	sys_dup3(parent, 0, 0);
	sys_close_range(1, ~0u, 0);
	sys_prctl(PR_SET_NAME, (unsigned long)"ckpt-tracer", 0, 0, 0);
	sys_fcntl(0, 4 /* F_SETFL */, 04000 /* O_NONBLOCK */);
	t->parent = 0;
	checkpoint(t);
	t->result->elapsed_ns = tracee_clock() - begun;
	sys_fcntl(0, 4, 0);
	sys_sendto(0, t->result, sizeof *t->result, MSG_NOSIGNAL);
	sys_exit_group(0);
}

/* Packets until the result, which alone is larger than any packet. */
static int hear_tracer(int fd, const struct ckpt_attach_options *options, ckpt_attach_progress *progress,
		       void *arg, struct ckpt_attach_result *result)
{
	struct pollfd poll = { .fd = fd, .events = POLLIN };
	bool cancelled = false;

	for (;;) {
		long n = sys_poll(&poll, 1, options->cancel ? CALLER_POLL_MS : -1);

		if (options->cancel && *options->cancel && !cancelled) {
			cancelled = true;
			sys_sendto(fd, "cancel", 6, MSG_NOSIGNAL);
		}
		if (n <= 0)
			continue;
		n = sys_read(fd, result, sizeof *result);
		if (n == -EINTR)
			continue;
		if (n == sizeof *result)
			return *result->code ? -ECANCELED : 0;
		if (n <= 0)
			return -EPIPE;
		((char *)result)[n] = 0;
		if (progress)
			progress(arg, (const char *)result);
	}
}

int ckpt_attach(int pid, const struct ckpt_attach_options *options, ckpt_attach_progress *progress, void *arg,
		struct ckpt_attach_result *result)
{
	const uint64_t all = ~0ull;
	uint64_t mask = 0;
	struct tool t;
	int sockets[2];
	int status;
	int err;
	long child;

	tool_init(&t, pid, options, result);
	err = (int)ckpt_syscall4(__NR_socketpair, AF_UNIX, SOCK_SEQPACKET_CLOEXEC, 0, sockets);
	if (err < 0)
		return tool_fail(&t, "failed", "no socket (error %d)", -err);
	sys_rt_sigprocmask(SIG_SETMASK, &all, &mask);
	child = sys_fork();
	if (child == 0)
		tracer_main(&t, sockets[1]);
	sys_rt_sigprocmask(SIG_SETMASK, &mask, NULL);
	sys_close(sockets[1]);
	if (child < 0) {
		sys_close(sockets[0]);
		return tool_fail(&t, "failed", "no process can be made (error %ld)", -child);
	}
	err = hear_tracer(sockets[0], options, progress, arg, result);
	if (err == -EPIPE) {
		memset(result, 0, sizeof *result);
		tool_fail(&t, "tracer-died", "the checkpoint of process %d was cut off: ckpt's own process was killed", pid);
		err = -ECANCELED;
	}
	while (sys_wait4((int)child, &status, __WALL, NULL) == -EINTR)
		;
	sys_close(sockets[0]);
	return err;
}

int ckpt_attach_contract(int pid, struct ckpt_attach_result *result)
{
	static const struct ckpt_attach_options options = { .flags = CKPT_ATTACH_FORCE };
	struct ckpt_contract *c;
	struct tool t;
	int err;

	tool_init(&t, pid, &options, result);
	c = &t.contract;
	err = tool_look(&t);
	if (err == 0)
		err = tool_find_contract(&t);
	if (err == 0) {
		memcpy(result->path, c->path, sizeof c->path);
		if (tool_is_writing(c->snapshot, c->snapshot_start))
			result->writing = c->snapshot;
	}
	if (t.pidfd >= 0)
		sys_close(t.pidfd);
	return err;
}
