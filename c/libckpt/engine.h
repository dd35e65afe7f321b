/* SPDX-License-Identifier: MIT */
/*
 * engine.h - the parts of the engine and what they hand to each other.
 *
 * Two processes run this code. The *helper* shares the program's memory, stops its threads and collects; it
 * must not allocate, and writes to `ckpt_area` alone. The *snapshot* is the helper's fork: it has a copy of the memory
 * and writes it to the image; it may map memory of its own. Where no fork can be had the helper does the snapshot's work
 * while the program stands still (`synchronous`). Neither calls a libc, takes a lock of the program or touches its TLS.
 */
#ifndef CKPT_ENGINE_H
#define CKPT_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#include "ckpt/contract.h"
#include "ckpt/image.h"
#include "common/str.h"

#define CKPT_ENGINE_VERSION "0.1.0"
#define AREA_SIZE (16u << 20)
#define MAX_ITIMERS 3
#define MAX_LIMITS 16
#define MAX_PENDING 65536 /* as many as a reader takes */

#define SA_RESTORER_FLAG 0x04000000ul
/* struct sigaction as the kernel has it. */
struct kernel_action {
	uint64_t handler;
	uint64_t flags;
	uint64_t restorer;
	uint64_t mask;
};

/* What is known of the program, collected while it stands still. It lies in ckpt_area. */
struct capture {
	uint32_t door;    /* CKPT_DOOR_… */
	uint32_t flags;   /* CKPT_REQUEST_… */
	const char *path; /* of the image */
	int32_t pid;
	int32_t helper; /* PID of the helper */
	int32_t live; /* a thread that lives: the way into /proc/PID/task/… where the main thread has exited */
	int socket;   /* to the tool, or -1 */
	bool synchronous;
	bool leader_gone;
	int32_t left_maker; /* a process of an earlier checkpoint that an exec has left unreaped; see entry.S */
	bool failed;
	int32_t failed_tid; /* the thread that made ask_threads() fail */
	uint64_t nonce; /* that the program's memory is this memory */

	/* threads, in the order of the image */
	uint32_t thread_count;
	struct ckpt_thread *threads[CKPT_MAX_THREADS];
	uint8_t state[CKPT_MAX_THREADS]; /* enum of stop.c */
	uint8_t stop_signal[CKPT_MAX_THREADS]; /* in a group stop: by which signal */
	int32_t tids[CKPT_MAX_THREADS];

	/* process */
	uint64_t time_ns;
	uint64_t mono_ns;
	uint64_t stopped_at_ns; /* CLOCK_MONOTONIC when the first thread was told to stop */
	int32_t ppid, pgid, sid;
	uint32_t uid, gid;
	uint32_t umask;
	uint64_t personality;
	bool no_new_privs;
	int64_t nice;
	uint64_t limits[MAX_LIMITS][2];
	uint64_t itimers[MAX_ITIMERS][2]; /* interval, value: µs */
	struct kernel_action actions[65];
	uint32_t pending_count;
	uint8_t *pending; /* siginfo of 128 bytes each, in the arena */
	char comm[16];
	char cwd[CKPT_PATH_SIZE];
	uint32_t descriptor_count;

	/* in the arena */
	uint8_t *descriptors; /* the items of the note's array, CBOR */
	uint64_t descriptors_size;
	char *maps; /* the text of /proc/self/maps */
	uint64_t maps_size;

	char obstacles_text[4096];
	struct text obstacles; /* everything that stands in the way */
	uint64_t arena_used;
	uint8_t arena[];
};

/*
 * What the helper needs until all threads stand still: its stack, and struct capture without the arena. In the arena may lie frames by
 * which threads are about to come back to the program, from a restart or from a helper that was killed.
 */
#define STOP_SIZE ((CKPT_HELPER_STACK_SIZE + sizeof(struct capture) + 63) & ~63ull)

/* The library's working memory; its content is never saved. */
extern uint8_t ckpt_area[AREA_SIZE];
extern struct ckpt_contract ckpt_contract;
extern struct ckpt_request ckpt_request;

/* entry.S */
void __restore_rt(void);
long ckpt_clone_helper(void);
void ckpt_enter(void);
void ckpt_errand(void);
void ckpt_enter_end(void);
void ckpt_leave(void);
void ckpt_leave_last(void);

/* helper.c: the helper's life; never returns */
void ckpt_helper_main(void);
/* n bytes of the arena, 64-aligned, or NULL */
void *arena_take(struct capture *c, uint64_t n);

/* clock.c */
uint64_t now_ns(int clock);
/* Between two looks at what is about to happen: first only a turn for others, later a nap. */
void wait_a_little(unsigned looks);

/* report.c: to the tool's socket, or as a line to descriptor 2 of the program */
void report_error(struct capture *c, const char *code, const char *message);
void report_packet(struct capture *c, const char *text);
/* Writes "ckpt: MESSAGE" to descriptor 2 of thread tid of pid, where that is still what it was at the start. */
void report_stderr(int32_t pid, int32_t tid, const char *message);
int report_connect(struct capture *c);

/* proc.c: reading /proc */
/* The whole file into buf, NUL-terminated; its length, or -errno; -E2BIG where it does not fit. */
long proc_read(const char *path, char *buf, uint64_t size);
/* /proc/PID/task/LIVE/NAME */
void proc_path(struct capture *c, struct text *t, const char *name);
long proc_read_task(struct capture *c, const char *name, char *buf, uint64_t size);
/* The field of /proc/…/stat with this number (from 1, as in the manual page; only those behind the name). */
uint64_t proc_stat_field(const char *stat, unsigned field);
/* The text behind "KEY:" and blanks in /proc/…/status, or NULL. */
const char *proc_status(const char *status, const char *key);
/* Calls visit for each entry of a folder whose name is a number; stops at the first that returns non-zero. */
int proc_each_number(const char *folder, int (*visit)(struct capture *, int, void *), struct capture *c,
		     void *arg);

/* stop.c: 0, or -errno with the reason reported */
int stop_all(struct capture *c);
/* Once, before: the helper's own handler of SIGALRM, which nobody else gets. */
void watch_for_exec(void);
void go_on(struct capture *c);
/* Door "tool": stops the main thread, once the tool has let it go, and puts its registers back. */
int stop_trigger(struct capture *c);

/* collect.c */
int collect_threads(struct capture *c);
int collect_process(struct capture *c);
/* The signals pending for the whole process, as any of its threads shows them, to c->pending; -E2BIG where there are too many. */
int collect_pending(struct capture *c, uint32_t room);
/* ask.c: what each thread alone can ask the kernel, written into its record; those of the process into c */
int ask_threads(struct capture *c);
/* descriptors.c */
int collect_descriptors(struct capture *c);
/* obstacles.c: children, seccomp, shared memory …: adds to c->obstacles */
int collect_obstacles(struct capture *c);
__attribute__((format(printf, 2, 3))) void obstacle(struct capture *c, const char *fmt, ...);

/*
 * A program that is killed changes its memory while it dies: the kernel clears the words of its threads' joiners and marks their robust
 * futexes. So the snapshot publishes nothing before the helper, which still held all threads after the fork, has said so, by this signal.
 */
#define VERDICT_SIGNAL 10
/* stop.c: does every thread still stand where it was stopped? */
bool stands_still(struct capture *c);

/* snapshot.c: the exit status */
int snapshot_main(struct capture *c);

#endif
