/* SPDX-License-Identifier: MIT */
/* tool.h - the parts of the tool's door and what they hand to each other. */
#ifndef CKPT_ATTACH_TOOL_H
#define CKPT_ATTACH_TOOL_H

#include "attach.h"
#include "ckpt/contract.h"
#include "common/str.h"
#include "common/tracee.h"

#define TOOL_STOP_NS 300000000ull     /* until the main thread stands still */
#define TOOL_BUSY_NS 600000000ull     /* for a checkpoint that another door makes */
#define TOOL_RUNNABLE_NS 5000000000ull /* … if it could run, but gets no CPU */
#define TOOL_CALL_NS 3000000000ull    /* until the helper has called */
#define TOOL_HELPER_NS 30000000000ull /* the helper, without a word */

struct tool {
	int pid;
	const struct ckpt_attach_options *options;
	struct ckpt_attach_result *result;

	/* process.c */
	int pidfd;
	char name[64];
	uint32_t uid;

	/* contract.c */
	uint64_t address; /* of the contract, in the process */
	struct ckpt_contract contract;

	/* door.c */
	bool traced; /* the main thread, by us */
	bool denied; /* the kernel has refused the last try */
	int helper; /* PID, or 0 */
	int helper_fd;

	/* listen.c */
	int parent; /* socket to the caller */
	int listener;
	int connection;
	char socket[CKPT_SOCKET_NAME_SIZE];
	bool finished; /* done or error was said */
	bool whole;    /* done */
	bool writing;  /* the snapshot has begun */
	bool cancelled;
	uint64_t heard_ns;
};

/* attach.c: -ECANCELED with code and message filled in; the first one stays */
__attribute__((format(printf, 3, 4))) int tool_fail(struct tool *t, const char *code, const char *fmt, ...);
uint64_t tool_number(const char *s);

/* process.c */
/* The file's first bytes as text, or -errno. */
long tool_read_file(const char *path, char *buf, uint64_t size);
/* Opens the pidfd and finds everything that stands in the way but the contract. */
int tool_look(struct tool *t);
/* The main thread: its state and tracer are checked. */
int tool_check_thread(struct tool *t);
/* Is the main thread traced by anybody? */
bool tool_is_traced(struct tool *t);
/* … by nobody but ckpt itself, another tool or a helper, if at all? */
bool tool_is_ours(struct tool *t);
/* The start time in /proc/PID/stat where the process runs (is no zombie), or 0. */
uint64_t tool_start_time(int pid);
/* Does this snapshot of the contract still write? */
bool tool_is_writing(int pid, uint64_t start_time);
/* The state in /proc/PID/stat, or 0. */
char tool_state(int pid);
int tool_check_path(struct tool *t);

/* contract.c */
int tool_read(int pid, uint64_t address, void *to, uint64_t n);
int tool_write(int pid, uint64_t address, const void *from, uint64_t n);
int tool_find_contract(struct tool *t);

/* door.c: has the process make the helper, and lets it go */
int tool_enter(struct tool *t);

/* listen.c */
int tool_open_socket(struct tool *t);
/* Waits so many milliseconds for the helper's call; true where it is connected. */
bool tool_accept_helper(struct tool *t, int ms);
/* Listens until the helper has ended, or (helper: false) until the snapshot has. */
int tool_listen(struct tool *t, bool helper);

#endif
