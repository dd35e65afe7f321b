/* SPDX-License-Identifier: MIT */
/*
 * helper.c - the life of the helper: stop, collect, fork the snapshot, let the program go on. It runs in the program's
 * memory with a descriptor table of its own; every signal is blocked. May call the engine and system calls only.
 */
#include <linux/fcntl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <asm-generic/errno.h>
#include <linux/time.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "engine.h"

#define MAKER_NS 200000000ull

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
	       !str_find(stat, "(" CKPT_DONE_NAME ")") && !str_find(stat, ") Z ") && !str_find(stat, ") X ");
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

/* The copy is the first to die when memory runs out, before the program goes on and writes. */
static void offer_to_oom(int32_t pid)
{
	char path[40];
	struct text t;
	long fd;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/oom_score_adj", pid);
	fd = sys_openat(AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0);
	if (fd >= 0) {
		sys_write((int)fd, "1000", 4);
		sys_close((int)fd);
	}
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

	if (c->pid == 1)
		return write_synchronously(c, "the program is PID 1, which adopts every orphan");
	snapshot = fault_switch("no-copy") ? -ENOMEM : FAULTY("helper.fork", sys_fork());
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
	offer_to_oom((int32_t)snapshot);
	fault_point("helper.verdict");
	if (stands_still(c))
		sys_kill((int)snapshot, VERDICT_SIGNAL);
	return 0;
}

static int checkpoint(struct capture *c)
{
	int err = stop_all(c);

	if (err < 0)
		return err;
	fault_point("helper.stopped");
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
	fault_point("helper.collected");
	if (err == 0)
		err = take_snapshot(c);
	fault_point("helper.forked");
	if (err < 0)
		report_error(c, "internal", "the state of the program could not be read");
	go_on(c);
	fault_point("helper.gone-on");
	say_paused(c);
	return err;
}

/* Takes what the door has left, once the program's memory is ours to use. */
static void set_up(struct capture *c)
{
	memset(c, 0, offsetof(struct capture, threads));
	c->arena_used = 0;
	c->pending_count = 0;
	c->descriptor_count = 0;
	c->door = ckpt_contract.door;
	c->pid = ckpt_contract.owner;
	c->helper = (int32_t)sys_getpid();
	c->socket = -1;
	c->stopped_at_ns = now_ns(CLOCK_MONOTONIC);
	text_init(&c->obstacles, c->obstacles_text, sizeof c->obstacles_text);
	if (c->door == CKPT_DOOR_TOOL) {
		c->live = c->pid;
		c->flags = ckpt_request.flags;
		c->path = ckpt_request.path;
		c->stopped_at_ns = ckpt_request.stopped_at_ns;
	} else {
		c->live = ckpt_contract.trigger;
		c->path = ckpt_contract.path;
	}
}

/* The soft limit of descriptors is the program's; the helper goes as far as it may. */
static void raise_descriptors(void)
{
	struct rlimit64 limit;

	if (sys_prlimit(0, RLIMIT_NOFILE, NULL, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	sys_prlimit(0, RLIMIT_NOFILE, &limit, NULL);
}

/* The process that made this one is a child of the program until it is reaped. */
static void wait_for_maker(void)
{
	uint64_t deadline = now_ns(CLOCK_MONOTONIC) + MAKER_NS;
	unsigned looks = 0;

	while (__atomic_load_n(&ckpt_contract.maker, __ATOMIC_ACQUIRE) && now_ns(CLOCK_MONOTONIC) < deadline)
		wait_a_little(looks++);
}

/* What the arena took is free memory again; no frame in it is needed, as nobody is on an errand any more. */
static void give_arena_back(struct capture *c)
{
	uint64_t start = ((uint64_t)(uintptr_t)c->arena + 4095) & ~4095ull;

	sys_madvise((void *)start, (uint64_t)(uintptr_t)ckpt_area + AREA_SIZE - start, MADV_DONTNEED);
}

void ckpt_helper_main(void)
{
	struct capture *c = (struct capture *)(void *)(ckpt_area + CKPT_HELPER_STACK_SIZE);
	bool heard = true, stood = false;
	int err = 0;

	fault_point("helper.start");
	sys_close_range(0, ~0u, 0);
	raise_descriptors();
	sys_prctl(PR_SET_NAME, (unsigned long)"ckpt-helper", 0, 0, 0);
	sys_setsid(); /* or SIGSTOP to the program's group would hold the helper, and with it the program */
	wait_for_maker();
	set_up(c);
	watch_for_exec();
	if (c->door == CKPT_DOOR_TOOL) {
		heard = report_connect(c) == 0;
		fault_point("helper.connected");
		if (c->pid != 1) /* it waits for our end there, as our parent */
			err = stop_trigger(c);
	}
	if (err == 0 && heard && snapshot_writes()) {
		report_error(c, "busy", "an earlier checkpoint of this process is still being written: try again when it is done");
		heard = false;
	}
	if (err == 0 && heard) {
		err = checkpoint(c);
		stood = err == 0;
	} else if (err == 0) {
		go_on(c); /* the tool is gone: nobody wants it */
	} else {
		report_error(c, err == -ESRCH ? "process-died" : "stuck", "the main thread could not be stopped; the program runs on");
	}
	fault_point("helper.done");
	if (stood)
		give_arena_back(c);
	sys_exit_group(err < 0);
}
