/* SPDX-License-Identifier: MIT */
/*
 * helper.c - the life of the helper: stop, collect, fork the snapshot, let the program go on. It runs in the program's
 * memory with a descriptor table of its own; every signal is blocked. May call the engine and system calls only.
 */
#include <linux/prctl.h>
#include <asm-generic/errno.h>
#include <linux/time.h>

#include "arch/x86_64/syscall.h"
#include "engine.h"

#define SIGKILL_NUMBER 9
#define PR_SET_NAME_OP 15

_Static_assert(sizeof(struct capture) + CKPT_HELPER_STACK_SIZE < AREA_SIZE / 2, "room for the arena");

void *arena_take(struct capture *c, uint64_t n)
{
	uint64_t room = AREA_SIZE - CKPT_HELPER_STACK_SIZE - sizeof *c;
	uint64_t at = (uint64_t)(uintptr_t)c->arena + c->arena_used;
	uint64_t pad = -at & 63;

	if (n > room || c->arena_used + pad > room - n)
		return NULL;
	c->arena_used += pad + n;
	return (void *)(uintptr_t)(at + pad);
}

/* The snapshot that wrote last is alive and still the same process. */
static bool snapshot_writes(void)
{
	char path[40], stat[1024];
	struct text t;

	if (!ckpt_contract.snapshot)
		return false;
	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/stat", ckpt_contract.snapshot);
	if (proc_read(path, stat, sizeof stat) < 0)
		return false;
	return proc_stat_field(stat, 22) == ckpt_contract.snapshot_start &&
	       !str_find(stat, ") Z ") && !str_find(stat, ") X ");
}

static void remember_snapshot(int32_t pid)
{
	char path[40], stat[1024];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/stat", pid);
	if (proc_read(path, stat, sizeof stat) < 0)
		return;
	ckpt_contract.snapshot_start = proc_stat_field(stat, 22);
	ckpt_contract.snapshot = pid;
}

static void say_paused(struct capture *c)
{
	char line[80];
	struct text t;

	text_init(&t, line, sizeof line);
	text_fmt(&t, "paused %lu %d", now_ns(CLOCK_MONOTONIC) - c->stopped_at_ns, (int)c->thread_count);
	report_packet(c, line);
}

/* Where no fork can be had, the helper writes while the program stands still. */
static int write_synchronously(struct capture *c, const char *why)
{
	char line[160];
	struct text t;

	text_init(&t, line, sizeof line);
	text_fmt(&t, "note %s: the program stands still until the image is written", why);
	report_packet(c, line);
	c->synchronous = true;
	return snapshot_main(c);
}

static int take_snapshot(struct capture *c)
{
	long snapshot;

	if (c->subreaper || c->pid == 1)
		return write_synchronously(c, "the program adopts orphans (subreaper or PID 1)");
	snapshot = sys_fork();
	if (snapshot == 0)
		sys_exit_group(snapshot_main(c));
	if (snapshot == -ENOMEM || snapshot == -EAGAIN)
		return write_synchronously(c, snapshot == -ENOMEM ? "no memory for a copy (overcommit)" :
								    "no process can be made (ulimit -u)");
	if (snapshot < 0) {
		report_error(c, "fork", "the snapshot process was refused (a seccomp filter?)");
		return (int)snapshot;
	}
	remember_snapshot((int32_t)snapshot);
	return 0;
}

static int checkpoint(struct capture *c)
{
	int err = stop_all(c);

	if (err < 0)
		return err;
	report_packet(c, "stopped");
	err = collect_process(c);
	if (err == 0)
		err = collect_obstacles(c);
	if (err == 0)
		err = collect_descriptors(c);
	if (err == 0 && c->obstacles.len) {
		char message[CKPT_PACKET_SIZE - 64];
		struct text t;

		text_init(&t, message, sizeof message);
		text_fmt(&t, "process %d (%s) can't be checkpointed: %s; it runs on", c->pid, c->comm,
			 c->obstacles_text);
		report_error(c, "refused", message);
		err = -EOPNOTSUPP;
	}
	if (err == 0)
		err = collect_threads(c);
	if (err == 0)
		err = take_snapshot(c);
	if (err < 0)
		report_error(c, "internal", "the state of the program could not be read");
	go_on(c);
	say_paused(c);
	return err;
}

void ckpt_helper_main(void)
{
	struct capture *c = (struct capture *)(void *)(ckpt_area + CKPT_HELPER_STACK_SIZE);
	struct ckpt_request *request = &ckpt_request;
	int err;

	sys_prctl(PR_SET_PDEATHSIG, SIGKILL_NUMBER, 0, 0, 0);
	if (sys_getppid() != request->pid)
		sys_exit_group(1);
	sys_close_range(0, ~0u, 0);
	sys_prctl(PR_SET_NAME_OP, (unsigned long)"ckpt-helper", 0, 0, 0);
	memset(c, 0, offsetof(struct capture, threads));
	c->arena_used = 0;
	c->pending_count = 0;
	c->descriptor_count = 0;
	c->failed = false;
	c->request = request;
	c->pid = request->pid;
	c->live = request->trigger;
	c->socket = -1;
	text_init(&c->obstacles, c->obstacles_text, sizeof c->obstacles_text);
	if (request->door == CKPT_DOOR_TOOL && report_connect(c) < 0)
		sys_exit_group(1); /* nobody listens: the tool is gone */
	if (snapshot_writes()) {
		report_error(c, "busy", "an earlier checkpoint of this process is still being written: try again when it is done");
		sys_exit_group(1);
	}
	err = checkpoint(c);
	sys_exit_group(err < 0);
}
