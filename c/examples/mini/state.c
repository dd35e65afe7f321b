/* SPDX-License-Identifier: MIT */
/*
 * state.c - what the kernel holds for a process beside its memory: open files, signal handlers, timers, the working folder … Before a
 * checkpoint the handler asks for all of it and keeps it in variables. The variables are memory, so they are in the image without more ado;
 * after a restart the handler gives each back to the kernel. What can't be given back is refused, and the program runs on.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "mini.h"

#define MAX_FILES 1024
#define SIGNALS 64
#define KERNEL_SIGSET 8 /* bytes of a signal set, for the kernel */
#define MAX_INHERITED 32
#define RSEQ_SIZE 32
#define RSEQ_SIGNATURE 0x53053053

struct open_file {
	int fd;
	int flags;    /* O_RDWR, O_APPEND … */
	int fd_flags; /* FD_CLOEXEC */
	int same_as;  /* a descriptor before this one that dup() or open() once made together with it; or -1 */
	bool stream;  /* standard input, output or error that is a terminal or a pipe: the restarter's takes its place */
	off_t offset; /* -1: it has none */
	char path[PATH_MAX];
};

static struct open_file files[MAX_FILES];
static int file_count;
static ino_t inherited[MAX_INHERITED]; /* pipes and sockets that the program was started with */
static int inherited_count;
static uint64_t actions[SIGNALS + 1][4]; /* as the kernel has them: handler, flags, restorer, mask */
static sigset_t pending;
static struct itimerval timers[3];
static char name[16], folder[PATH_MAX];
static mode_t mask;
static void *robust_list;
static size_t robust_size;
static int *tid_address; /* glibc's own copy of the thread's number; the kernel clears it when the thread ends */
static int old_tid;
static uint64_t rseq_address; /* rseq(2): where the kernel writes on which CPU the thread runs; 0: nowhere */

extern const ptrdiff_t __rseq_offset __attribute__((weak)); /* glibc 2.35 and later */
extern const unsigned int __rseq_size __attribute__((weak));

static void append_number(char *text, size_t size, uint64_t number)
{
	char digits[20];
	int n = 0;
	size_t length = strlen(text);

	do
		digits[n++] = (char)('0' + number % 10);
	while ((number /= 10) != 0);
	while (n > 0 && length + 1 < size)
		text[length++] = digits[--n];
	text[length] = '\0';
}

static bool is_empty(const char *file)
{
	static char text[64];

	return *read_text(file, text, sizeof text) == '\0';
}

static bool find_obstacles(void)
{
	static char status[8192];

	if (strstr(read_text("/proc/self/status", status, sizeof status), "\nThreads:\t1\n") == NULL)
		return complain("cannot checkpoint: it has more than one thread, and there is but one sigjmp_buf", NULL,
				"it runs on; the real core saves threads");
	if (!is_empty("/proc/thread-self/children"))
		return complain("cannot checkpoint: it has a child process, which would not come back", NULL, "it runs on");
	if (!is_empty("/proc/self/timers"))
		return complain("cannot checkpoint: it has a timer of timer_create(2)", NULL, "it runs on");
	return true;
}

/* Was it opened together with an earlier one, so that both have one offset? kcmp(2) knows. */
static int find_same(const struct open_file *file)
{
	pid_t self = getpid();

	for (const struct open_file *f = files; f < file; f++)
		if (f->same_as < 0 && !f->stream && strcmp(f->path, file->path) == 0 &&
		    syscall(SYS_kcmp, self, self, KCMP_FILE, f->fd, file->fd) == 0)
			return f->fd;
	return -1;
}

static bool is_unnamed(const struct stat *st)
{
	return !S_ISREG(st->st_mode) && !S_ISDIR(st->st_mode) && !S_ISCHR(st->st_mode);
}

static bool is_inherited(const struct stat *st)
{
	for (int i = 0; i < inherited_count; i++)
		if (is_unnamed(st) && inherited[i] == st->st_ino)
			return true;
	return false;
}

static bool remember_file(int fd)
{
	static char link[64];
	struct open_file *file = &files[file_count];
	struct stat st;
	ssize_t length;

	if (fstat(fd, &st) != 0 || (fd > STDERR_FILENO && is_inherited(&st)))
		return true; /* such a pipe comes back closed: whoever left it open is not there any more */
	if (file_count == MAX_FILES)
		return complain("cannot checkpoint: it has too many open files", NULL, "it runs on");
	file->fd = fd;
	file->flags = fcntl(fd, F_GETFL);
	file->fd_flags = fcntl(fd, F_GETFD);
	file->offset = S_ISREG(st.st_mode) ? lseek(fd, 0, SEEK_CUR) : -1;
	link[0] = '\0';
	append(link, sizeof link, "/proc/self/fd/");
	append_number(link, sizeof link, (uint64_t)fd);
	length = readlink(link, file->path, sizeof file->path - 1);
	file->path[length > 0 ? length : 0] = '\0';
	file->stream = fd <= STDERR_FILENO && (isatty(fd) || is_unnamed(&st));
	file->same_as = find_same(file);
	if (!file->stream && is_unnamed(&st))
		return complain("cannot checkpoint: it has a pipe, a socket or the like open:", file->path, "it runs on");
	if (!file->stream && (st.st_nlink == 0 || length <= 0 || (size_t)length == sizeof file->path - 1))
		return complain("cannot checkpoint: an open file has been deleted, or has no path:", file->path, "it runs on");
	if (!file->stream && isatty(fd)) {
		file->path[0] = '\0';
		append(file->path, sizeof file->path, "/dev/tty");
	}
	file_count++;
	return true;
}

static bool note_inherited(int fd)
{
	struct stat st;

	if (fd > STDERR_FILENO && inherited_count < MAX_INHERITED && fstat(fd, &st) == 0 && is_unnamed(&st))
		inherited[inherited_count++] = st.st_ino;
	return true;
}

/* Calls visit() for each open descriptor, by rising numbers, until it returns false. opendir() would call malloc(). */
static bool each_descriptor(bool (*visit)(int fd))
{
	static char entries[4096] __attribute__((aligned(8)));
	int folder_fd = open("/proc/self/fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool good = true;
	ssize_t got;

	if (folder_fd < 0)
		return complain("/proc/self/fd cannot be read", NULL, "no checkpoint is possible; the program runs on");
	while (good && (got = getdents64(folder_fd, entries, sizeof entries)) > 0) {
		for (ssize_t at = 0; good && at < got;) {
			const struct dirent64 *entry = (const void *)(entries + at);
			int fd = 0;

			for (const char *digit = entry->d_name; *digit >= '0' && *digit <= '9'; digit++)
				fd = fd * 10 + (*digit - '0');
			if (entry->d_name[0] != '.' && fd != folder_fd)
				good = visit(fd);
			at += entry->d_reclen;
		}
	}
	close(folder_fd);
	return good;
}

void remember_inherited(void)
{
	each_descriptor(note_inherited);
}

bool remember_state(void)
{
	uint64_t fs_base = 0;
	ssize_t length;

	file_count = 0;
	if (!find_obstacles() || !each_descriptor(remember_file))
		return false;
	length = readlink("/proc/self/cwd", folder, sizeof folder - 1);
	folder[length > 0 ? length : 0] = '\0';
	if (access(folder, F_OK) != 0)
		return complain("cannot checkpoint: its working folder is gone:", folder, "it runs on");
	for (int number = 1; number <= SIGNALS; number++)
		syscall(SYS_rt_sigaction, number, NULL, actions[number], KERNEL_SIGSET);
	sigpending(&pending);
	sigdelset(&pending, SIGUSR2);
	for (int which = 0; which < 3; which++)
		getitimer(which, &timers[which]);
	mask = umask(0);
	umask(mask);
	prctl(PR_GET_NAME, name);
	syscall(SYS_get_robust_list, 0, &robust_list, &robust_size);
	prctl(PR_GET_TID_ADDRESS, &tid_address);
	old_tid = (int)syscall(SYS_gettid);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &fs_base);
	rseq_address = &__rseq_size != NULL && __rseq_size > 0 ? fs_base + (uint64_t)__rseq_offset : 0;
	return true;
}

static _Noreturn void give_up(const char *what, const char *why)
{
	complain("cannot restart:", what, why);
	_exit(FAILED);
}

/* Of its flags the kernel keeps none that make or empty a file, like O_TRUNC: they were for the first time. */
static void reopen(const struct open_file *file)
{
	int fd = file->same_as >= 0 ? dup(file->same_as)
				    : open(file->path, file->flags | O_NOCTTY);

	if (fd < 0)
		give_up(file->path, strerrordesc_np(errno));
	if (file->same_as < 0 && file->offset >= 0) {
		if (lseek(fd, 0, SEEK_END) < file->offset && !(file->flags & O_APPEND))
			give_up(file->path, "the file has become shorter");
		lseek(fd, file->offset, SEEK_SET);
	}
	if (fd != file->fd) {
		if (dup2(fd, file->fd) < 0)
			give_up(file->path, strerrordesc_np(errno));
		close(fd);
	}
	fcntl(file->fd, F_SETFD, file->fd_flags);
}

/* By rising numbers: the one that open() takes for a moment is then none of those that are back already. */
static void put_files_back(void)
{
	bool had[STDERR_FILENO + 1] = { false };

	for (int i = 0; i < file_count; i++) {
		if (files[i].fd <= STDERR_FILENO)
			had[files[i].fd] = true;
		if (!files[i].stream)
			reopen(&files[i]);
	}
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (!had[fd])
			close(fd);
}

void put_state_back(void)
{
	pid_t tid = (pid_t)syscall(SYS_gettid);

	syscall(SYS_set_tid_address, tid_address);
	if (*tid_address == old_tid)
		*tid_address = tid;
	syscall(SYS_set_robust_list, robust_list, robust_size);
	if (rseq_address != 0)
		syscall(SYS_rseq, rseq_address, RSEQ_SIZE, 0, RSEQ_SIGNATURE);
	if (chdir(folder) != 0)
		give_up(folder, strerrordesc_np(errno));
	prctl(PR_SET_NAME, name);
	umask(mask);
	put_files_back();
	for (int number = 1; number <= SIGNALS; number++)
		syscall(SYS_rt_sigaction, number, actions[number], NULL, KERNEL_SIGSET);
	for (int which = 0; which < 3; which++)
		setitimer(which, &timers[which], NULL);
	/* All signals are blocked until the handler returns: it waits until then, as it did. */
	for (int number = 1; number < SIGNALS; number++)
		if (sigismember(&pending, number) == 1)
			syscall(SYS_tgkill, getpid(), tid, number);
}
