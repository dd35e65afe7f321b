/* SPDX-License-Identifier: MIT */
/*
 * process.c - looks at a process before it is touched, and says in one line what stands in the way. System calls and
 * str.c only.
 */
#include <asm/stat.h>
#include <asm-generic/errno.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "arch/x86_64/syscall.h"
#include "tool.h"

#define PF_KTHREAD 0x00200000u
#define ACCESS_WRITE 2

uint64_t tool_number(const char *s)
{
	while (*s == ' ' || *s == '\t')
		s++;
	return str_number(&s, 10);
}

long tool_read_file(const char *path, char *buf, uint64_t size)
{
	long fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	uint64_t len = 0;
	long n;

	buf[0] = 0;
	if (fd < 0)
		return fd;
	do {
		n = sys_read((int)fd, buf + len, size - 1 - len);
		if (n > 0)
			len += (uint64_t)n;
	} while ((n > 0 && len < size - 1) || n == -EINTR);
	sys_close((int)fd);
	buf[len] = 0;
	return n < 0 ? n : (long)len;
}

static long read_proc(int pid, const char *name, char *buf, uint64_t size)
{
	char path[80];
	struct text t;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/%s", pid, name);
	return tool_read_file(path, buf, size);
}

/* The text behind "\nKEY:\t" in /proc/…/status, or "". */
static const char *status_of(const char *status, const char *key)
{
	char needle[32];
	struct text t;
	const char *p;

	text_init(&t, needle, sizeof needle);
	text_fmt(&t, "\n%s:\t", key);
	p = str_find(status, needle);
	return p ? p + t.len : "";
}

/* The field of /proc/PID/stat with this number, from 3 on. */
static const char *stat_field(const char *stat, unsigned number)
{
	const char *p = str_rchr(stat, ')');

	for (unsigned at = 2; p && at < number; at++) {
		p = str_find(p, " ");
		p += p != NULL;
	}
	return p ? p : "";
}

bool tool_is_writing(int pid, uint64_t start_time)
{
	char comm[32];

	return pid && start_time && tool_start_time(pid) == start_time &&
	       !(read_proc(pid, "comm", comm, sizeof comm) > 0 && str_starts(comm, CKPT_DONE_NAME "\n"));
}

uint64_t tool_start_time(int pid)
{
	char stat[1024];
	char state;

	if (read_proc(pid, "stat", stat, sizeof stat) <= 0)
		return 0;
	state = *stat_field(stat, 3);
	return state == 'Z' || state == 'X' ? 0 : tool_number(stat_field(stat, 22));
}

char tool_state(int pid)
{
	char stat[1024];

	return read_proc(pid, "stat", stat, sizeof stat) > 0 ? *stat_field(stat, 3) : 0;
}

/* Control characters of a name would garble the one line. */
static void copy_name(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; n + 1 < size && from[n] && from[n] != '\n'; n++)
		to[n] = (unsigned char)from[n] < ' ' ? '?' : from[n];
	to[n] = 0;
}

static int other_user(struct tool *t)
{
	return tool_fail(t, "not-permitted",
			 "process %d%s%s%s belongs to another user: run ckpt as that user, or as root", t->pid,
			 *t->name ? " (" : "", t->name, *t->name ? ")" : "");
}

/* Root may trace whatever it is; the helper, which has the program's user, may not. */
static char yama_scope(void)
{
	char scope[16];

	return tool_read_file("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof scope) > 0 ? *scope : '0';
}

static int refuse_tracing(struct tool *t)
{
	switch (yama_scope()) {
	case '1':
		return tool_fail(t, "yama",
				 "process %d (%s) may not be traced: /proc/sys/kernel/yama/ptrace_scope is 1; save it "
				 "with `kill -USR2 %d` (the signal that it was started with), or allow "
				 "tracing: sudo sysctl kernel.yama.ptrace_scope=0", t->pid, t->name, t->pid);
	case '2':
		return tool_fail(t, "yama",
				 "process %d (%s) may not be traced: /proc/sys/kernel/yama/ptrace_scope is 2: root alone "
				 "may trace; allow it: sudo sysctl kernel.yama.ptrace_scope=0", t->pid, t->name);
	case '3':
		return tool_fail(t, "yama",
				 "process %d (%s) may not be traced: /proc/sys/kernel/yama/ptrace_scope is 3: nobody may "
				 "trace until the next boot", t->pid, t->name);
	}
	return tool_fail(t, "not-permitted",
			 "process %d (%s) may not be traced: it is a set-uid program, or made itself undumpable; %s",
			 t->pid, t->name,
			 sys_geteuid() ? "run ckpt as root" : "root itself lacks CAP_SYS_PTRACE here (a container?)");
}

static bool same_namespace(int pid, const char *kind)
{
	char path[64], ours[64], theirs[64];
	struct text t;
	long n;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/self/ns/%s", kind);
	n = sys_readlink(path, ours, sizeof ours);
	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/ns/%s", pid, kind);
	return n < 0 || sys_readlink(path, theirs, sizeof theirs) != n || memcmp(ours, theirs, (size_t)n) == 0;
}

/* Of the executable; a 32-bit one has no room for the library either. */
static bool is_32_bit(int pid)
{
	char path[40];
	uint8_t ident[5] = { 0 };
	struct text t;
	long fd;

	text_init(&t, path, sizeof path);
	text_fmt(&t, "/proc/%d/exe", pid);
	fd = sys_openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sys_read((int)fd, ident, sizeof ident);
	sys_close((int)fd);
	return memcmp(ident, "\177ELF\1", 5) == 0;
}

static int check_permission(struct tool *t)
{
	char word[64];
	struct text path;
	uint8_t byte;
	long fd;

	/* Reading is refused to other users and for undumpable programs; tracing by yama as well. */
	text_init(&path, word, sizeof word);
	text_fmt(&path, "/proc/%d/maps", t->pid);
	fd = sys_openat(AT_FDCWD, word, O_RDONLY | O_CLOEXEC, 0);
	if (fd == -ENOENT || fd == -ESRCH)
		return tool_fail(t, "no-process", "there is no process %d any more", t->pid);
	if (fd < 0)
		return refuse_tracing(t);
	sys_close((int)fd);
	if (tool_read(t->pid, 0, &byte, 1) == -EPERM || (t->uid && yama_scope() != '0'))
		return refuse_tracing(t);
	if (!same_namespace(t->pid, "pid") || !same_namespace(t->pid, "net") || !same_namespace(t->pid, "mnt"))
		return tool_fail(t, "namespace", "process %d (%s) is in another container: run ckpt in there", t->pid,
				 t->name);
	if (is_32_bit(t->pid))
		return tool_fail(t, "32-bit", "process %d (%s) is a 32-bit program: ckpt saves 64-bit ones", t->pid, t->name);
	return 0;
}

int tool_look(struct tool *t)
{
	char status[8192], stat[1024];
	uint32_t uid;
	long fd;

	if (t->pid <= 0)
		return tool_fail(t, "no-process", "%d is no process id", t->pid);
	fd = ckpt_syscall2(__NR_pidfd_open, t->pid, 0);
	if (fd == -ESRCH)
		return tool_fail(t, "no-process", "there is no process %d", t->pid);
	if (fd == -EMFILE || fd == -ENFILE)
		return tool_fail(t, "failed", "too many open files");
	t->pidfd = (int)fd;
	if (read_proc(t->pid, "status", status, sizeof status) <= 0) {
		if (sys_kill(t->pid, 0) == -EPERM)
			return other_user(t);
		return tool_fail(t, "no-process", "there is no process %d", t->pid);
	}
	copy_name(t->name, sizeof t->name, status + 6);
	if ((int)tool_number(status_of(status, "Tgid")) != t->pid)
		return tool_fail(t, "no-process", "%d (%s) is a thread of process %d: give that number", t->pid,
				 t->name, (int)tool_number(status_of(status, "Tgid")));
	if (fd < 0)
		return tool_fail(t, "failed", "process %d (%s): no pidfd (error %ld); Linux 5.4 or later is needed",
				 t->pid, t->name, -fd);
	if (read_proc(t->pid, "stat", stat, sizeof stat) > 0 &&
	    (tool_number(stat_field(stat, 9)) & PF_KTHREAD))
		return tool_fail(t, "kernel-thread", "process %d (%s) is a thread of the kernel: it has no memory to save",
				 t->pid, t->name);
	t->uid = (uint32_t)tool_number(status_of(status, "Uid"));
	uid = (uint32_t)sys_geteuid();
	if (uid && uid != t->uid)
		return other_user(t);
	if (tool_check_thread(t) < 0)
		return -ECANCELED;
	return check_permission(t);
}

/* The process that traces the main thread, or 0; its name in comm. */
static int tracer_of(const char *status, char *comm, size_t size)
{
	int tracer = (int)tool_number(status_of(status, "TracerPid"));

	comm[0] = 0;
	if (tracer && read_proc(tracer, "comm", comm, size) > 0)
		copy_name(comm, size, comm);
	return tracer;
}

static bool is_ckpt(const char *comm)
{
	return str_cmp(comm, "ckpt-tracer") == 0 || str_cmp(comm, "ckpt-helper") == 0;
}

bool tool_is_traced(struct tool *t)
{
	char status[8192], comm[64];

	return read_proc(t->pid, "status", status, sizeof status) > 0 && tracer_of(status, comm, sizeof comm);
}

bool tool_is_ours(struct tool *t)
{
	char status[8192], comm[64];

	return read_proc(t->pid, "status", status, sizeof status) > 0 &&
	       (!tracer_of(status, comm, sizeof comm) || is_ckpt(comm));
}

int tool_check_thread(struct tool *t)
{
	char status[8192], comm[64];
	const char *state;
	int tracer;

	if (read_proc(t->pid, "status", status, sizeof status) <= 0)
		return tool_fail(t, "no-process", "there is no process %d any more", t->pid);
	state = status_of(status, "State");
	if ((*state == 'Z' || *state == 'X') && tool_number(status_of(status, "Threads")) > 1)
		return tool_fail(t, "refused",
				 "process %d (%s) can't be checkpointed: its main thread has exited while others run", t->pid,
				 t->name);
	if (*state == 'Z' || *state == 'X')
		return tool_fail(t, "zombie",
				 "process %d (%s) has ended already: its parent has not yet taken notice (zombie)", t->pid,
				 t->name);
	tracer = tracer_of(status, comm, sizeof comm);
	if (tracer && !is_ckpt(comm))
		return tool_fail(t, "traced", "process %d (%s) is being traced by process %d (%s): end that first", t->pid,
				 t->name, tracer, comm);
	if (*status_of(status, "Seccomp") > '0' && !(t->options->flags & CKPT_REQUEST_FORCE))
		return tool_fail(t, "seccomp",
				 "process %d (%s) has a seccomp filter, which may kill it for the calls that a checkpoint makes",
				 t->pid, t->name);
	return 0;
}

/* For a clear message alone: the snapshot itself writes, as the program's user. */
int tool_check_path(struct tool *t)
{
	char folder[CKPT_PATH_SIZE];
	const char *path = t->result->path;
	const char *slash = str_rchr(path, '/');
	struct text p;
	struct stat st;
	long err;

	if (*path != '/' || !slash[1])
		return tool_fail(t, "not-writable", "%s is no absolute path of a file", *path ? path : "the empty path");
	text_init(&p, folder, sizeof folder);
	text_mem(&p, path, slash == path ? 1 : (size_t)(slash - path));
	err = sys_stat(folder, &st);
	if (err == -ENOENT)
		return tool_fail(t, "no-folder", "%s can't be written: there is no folder %s", path, folder);
	if (err == -ENOTDIR || (err == 0 && !S_ISDIR(st.st_mode)))
		return tool_fail(t, "no-folder", "%s can't be written: %s is no folder", path, folder);
	if (err == 0)
		err = ckpt_syscall3(__NR_faccessat, AT_FDCWD, folder, ACCESS_WRITE);
	if (err == -EROFS)
		return tool_fail(t, "not-writable", "%s can't be written: %s is on a read-only file system", path, folder);
	if (err < 0)
		return tool_fail(t, "not-writable", "%s can't be written: no permission to write into %s", path, folder);
	if (sys_stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return tool_fail(t, "not-writable", "%s can't be written: it is %s", path,
				 S_ISDIR(st.st_mode) ? "a folder" : "no regular file");
	return 0;
}
