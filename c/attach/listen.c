/* SPDX-License-Identifier: MIT */
/*
 * listen.c - hears what the helper and the snapshot say (contract.h), and tells the caller. Never waits without an end:
 * a helper that is silent for too long is killed; a snapshot's end closes its socket. System calls and str.c only.
 */
#include <asm-generic/errno.h>
#include <linux/fcntl.h>
#include <linux/poll.h>

#include "arch/x86_64/syscall.h"
#include "tool.h"

#define AF_UNIX 1
#define SOCK_SEQPACKET 5
#define SOCK_FLAGS (02000000 | 04000) /* close on exec, do not block */
#define SOL_SOCKET 1
#define SO_PEERCRED 17
#define MSG_DONTWAIT 0x40
#define MSG_NOSIGNAL 0x4000
#define SIGKILL_NUMBER 9
#define POLL_MS 1000
#define KILL_WAIT_MS 5000
#define LAST_WORD_NS 1000000000ull

struct peer {
	int32_t pid;
	uint32_t uid, gid;
};

int tool_open_socket(struct tool *t)
{
	struct {
		uint16_t family;
		char name[CKPT_SOCKET_NAME_SIZE + 1];
	} address = { .family = AF_UNIX };
	uint64_t random[2];
	struct text p;
	long fd, err;

	err = sys_getrandom(random, sizeof random, 0);
	text_init(&p, t->socket, sizeof t->socket);
	text_str(&p, "ckpt-");
	text_hex(&p, random[0]);
	text_hex(&p, random[1]);
	fd = err < 0 ? err : sys_socket(AF_UNIX, SOCK_SEQPACKET | SOCK_FLAGS, 0);
	if (fd >= 0) {
		memcpy(address.name + 1, t->socket, p.len);
		err = ckpt_syscall3(__NR_bind, fd, &address, 3 + p.len);
		if (err >= 0)
			err = ckpt_syscall2(__NR_listen, fd, 4);
	}
	if (fd < 0 || err < 0)
		return tool_fail(t, "failed", "no socket (error %ld)", fd < 0 ? -fd : -err);
	t->listener = (int)fd;
	return 0;
}

/* The helper and nobody else: the process tells its PID. */
bool tool_accept_helper(struct tool *t, int ms)
{
	struct pollfd fd = { .fd = t->listener, .events = POLLIN };
	struct peer peer = { 0 };
	uint32_t size = sizeof peer;
	int32_t helper = 0;
	long conn;

	if (sys_poll(&fd, 1, ms) <= 0)
		return false;
	conn = ckpt_syscall4(__NR_accept4, t->listener, NULL, NULL, SOCK_FLAGS);
	if (conn < 0)
		return false;
	if (ckpt_syscall5(__NR_getsockopt, conn, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0 ||
	    tool_read(t->pid, t->address + offsetof(struct ckpt_contract, helper), &helper, sizeof helper) < 0 ||
	    peer.pid != helper) {
		sys_close((int)conn);
		return false;
	}
	t->helper = helper;
	t->helper_fd = (int)ckpt_syscall2(__NR_pidfd_open, helper, 0);
	t->connection = (int)conn;
	sys_close(t->listener);
	t->listener = -1;
	return true;
}

static void tell_caller(struct tool *t, const char *packet)
{
	if (t->parent >= 0 && sys_sendto(t->parent, packet, str_len(packet), MSG_DONTWAIT | MSG_NOSIGNAL) == -EPIPE)
		t->parent = -1; /* the caller is gone: come to the end without it */
}

static void hear_error(struct tool *t, const char *text)
{
	char code[sizeof t->result->code];
	size_t n = 0;

	for (; text[n] && text[n] != ' ' && n + 1 < sizeof code; n++)
		code[n] = text[n];
	code[n] = 0;
	tool_fail(t, code, "%s", text[n] ? text + n + 1 : text);
	t->finished = true;
}

static void hear(struct tool *t, const char *packet)
{
	t->heard_ns = tracee_clock();
	if (str_starts(packet, "error ")) {
		hear_error(t, packet + 6);
	} else if (str_starts(packet, "done ")) {
		t->result->size = tool_number(packet + 5);
		t->finished = t->whole = true;
	} else if (str_starts(packet, "paused ")) {
		const char *p = packet + 7;

		t->result->pause_ns = str_number(&p, 10);
		t->result->threads = tool_number(p);
		if (!t->finished || t->whole)
			tell_caller(t, packet);
	} else {
		t->writing |= str_starts(packet, "writing ");
		tell_caller(t, packet);
	}
}

/* All packets that are there. False at the end of the connection. */
static bool hear_all(struct tool *t)
{
	char packet[CKPT_PACKET_SIZE + 1];

	for (;;) {
		long n = sys_read(t->connection, packet, sizeof packet - 1);

		if (n == -EAGAIN)
			return true;
		if (n == -EINTR)
			continue;
		if (n <= 0) {
			sys_close(t->connection);
			t->connection = -1;
			return false;
		}
		packet[n] = 0;
		hear(t, packet);
	}
}

/* What a process that wrote, snapshot or helper, has left when it was killed. */
static void remove_temporary(struct tool *t, int32_t writer)
{
	char path[CKPT_PATH_SIZE + 32];
	struct text p;

	text_init(&p, path, sizeof path);
	text_fmt(&p, "%s.tmp.%d", t->result->path, writer);
	if (writer && !p.full)
		sys_unlinkat(AT_FDCWD, path, 0);
}

/* Kills the snapshot, and removes what it has written. */
static void kill_snapshot(struct tool *t)
{
	struct ckpt_contract *c = &t->contract;
	long fd;

	if (tool_read(t->pid, t->address, c, sizeof *c) < 0 || !c->snapshot)
		return;
	fd = ckpt_syscall2(__NR_pidfd_open, c->snapshot, 0);
	if (fd < 0)
		return;
	if (tool_start_time(c->snapshot) == c->snapshot_start &&
	    ckpt_syscall4(__NR_pidfd_send_signal, fd, SIGKILL_NUMBER, NULL, 0) == 0) {
		struct pollfd end = { .fd = (int)fd, .events = POLLIN };

		sys_poll(&end, 1, KILL_WAIT_MS);
		remove_temporary(t, c->snapshot);
	}
	sys_close((int)fd);
}

static void hear_caller(struct tool *t)
{
	char word[16];
	long n = sys_read(t->parent, word, sizeof word);

	if (n == -EAGAIN || n == -EINTR)
		return;
	if (n <= 0)
		t->parent = -1;
	else
		t->cancelled = true;
}

/*
 * Killed in the middle of a remote call the helper would leave a thread with wrong registers: the last resort, for one
 * that is silent although each of its own waits has an end.
 */
static void give_up_helper(struct tool *t)
{
	tool_fail(t, "timeout", "process %d (%s): the helper does not answer; it was killed", t->pid, t->name);
	ckpt_syscall4(__NR_pidfd_send_signal, t->helper_fd, SIGKILL_NUMBER, NULL, 0);
	t->heard_ns = tracee_clock();
}

int tool_listen(struct tool *t, bool helper)
{
	t->heard_ns = tracee_clock();
	/* To the end of the connection: a snapshot that has said its last word is about to end, and the next checkpoint may come. */
	while (helper || (t->connection >= 0 && !(t->finished && tracee_clock() - t->heard_ns > LAST_WORD_NS))) {
		struct pollfd fds[3] = {
			{ .fd = t->connection, .events = POLLIN },
			{ .fd = t->parent, .events = POLLIN },
			{ .fd = helper ? t->helper_fd : -1, .events = POLLIN },
		};
		long n = sys_poll(fds, 3, POLL_MS);

		if (n < 0 && n != -EINTR)
			return tool_fail(t, "failed", "poll (error %ld)", -n);
		if (t->connection >= 0)
			hear_all(t);
		if (fds[1].revents)
			hear_caller(t);
		if (helper && (fds[2].revents || t->helper_fd < 0))
			return 0;
		if (helper && !t->writing && tracee_clock() - t->heard_ns > TOOL_HELPER_NS)
			give_up_helper(t);
		if (!helper && t->cancelled && !t->finished) {
			kill_snapshot(t);
			return tool_fail(t, "aborted", "the checkpoint of process %d (%s) was given up; it runs on", t->pid,
					 t->name);
		}
	}
	if (t->whole)
		return 0;
	if (!t->finished) {
		remove_temporary(t, t->helper);
		if (tool_read(t->pid, t->address, &t->contract, sizeof t->contract) == 0 &&
		    !tool_start_time(t->contract.snapshot))
			remove_temporary(t, t->contract.snapshot);
	}
	if (!t->finished && !t->result->pause_ns)
		tool_fail(t, "helper-died", "process %d (%s): the helper was killed; the program runs on", t->pid, t->name);
	else if (!t->finished)
		tool_fail(t, "snapshot-died",
			  "process %d (%s): the process that wrote the image was killed; the program runs on", t->pid,
			  t->name);
	return -ECANCELED;
}
