/* SPDX-License-Identifier: MIT */
/*
 * print-state - prints all that the kernel shows of a process, one fact a line as `name: value`: what a wrapper could leave
 * traces in, and what a restart could lose. The output under `ckpt run` is compared with that under a bare shell, the one
 * after a restart with the one before. Nothing is left out here but what changes by itself (`volatile_files`): the tests list
 * what they ignore by name, so that what a new kernel adds is compared.
 *
 *     ./print-state FILE [prepare] [GO AFTER]
 *
 * `prepare`: first it changes what a program can change of itself; where PRINT_STATE_THREAD is set it has two threads. With GO and AFTER it waits, when FILE is there, for the
 * file GO, and prints its state again to AFTER. FILE and AFTER get their name when they are whole.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define LAST_SIGNAL 64

/* struct sigaction of the kernel: the C library hides two signals, and some flags. */
struct action {
	uint64_t handler, flags, restorer, mask;
};

extern char **environ;

static char buffer[1 << 20];

/* The text of a file, newlines as `separator`; "errno N" where it can't be read. */
static const char *read_text(const char *path, char separator)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size = 0, n;

	if (fd < 0) {
		snprintf(buffer, sizeof(buffer), "errno %d", errno);
		return buffer;
	}
	while ((n = read(fd, buffer + size, sizeof(buffer) - 1 - (size_t)size)) > 0)
		size += n;
	if (n < 0)
		size = snprintf(buffer, sizeof(buffer), "errno %d", errno);
	close(fd);
	while (size > 0 && (buffer[size - 1] == '\n' || buffer[size - 1] == '\0'))
		size--;
	buffer[size] = '\0';
	for (ssize_t i = 0; i < size; i++)
		if (buffer[i] == '\n' || buffer[i] == '\0')
			buffer[i] = separator;
	return buffer;
}

/* --- files of /proc/self --- */

/* What changes by itself, is printed in another way below, or is memory. */
static const char *const volatile_files[] = {
	"arch_status", "auxv",	    "clear_refs", "environ", "io",   "maps",  "mem",	"mountstats", "numa_maps", "oom_score",
	"pagemap",     "sched",	    "schedstat",  "smaps",   "stat", "statm", "smaps_rollup", "stack", "status", "syscall",
	"wchan",       "ksm_stat",
};

static bool is_volatile(const char *name)
{
	for (size_t i = 0; i < sizeof(volatile_files) / sizeof(*volatile_files); i++)
		if (strcmp(name, volatile_files[i]) == 0)
			return true;
	return false;
}

static void print_files(FILE *out, const char *folder)
{
	DIR *all = opendir(folder);
	struct dirent *entry;

	while (all != NULL && (entry = readdir(all)) != NULL) {
		char path[512], link[4096];

		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (entry->d_type == DT_REG && !is_volatile(entry->d_name)) {
			fprintf(out, "%s: %s\n", path, read_text(path, '|'));
		} else if (entry->d_type == DT_LNK) {
			ssize_t n = readlink(path, link, sizeof(link) - 1);

			link[n < 0 ? 0 : n] = '\0';
			fprintf(out, "%s: %s\n", path, n < 0 ? strerror(errno) : link);
		}
	}
	if (all != NULL)
		closedir(all);
}

static void print_status(FILE *out)
{
	char *line, *rest = (char *)read_text("/proc/self/status", '\n');

	while ((line = strsep(&rest, "\n")) != NULL)
		fprintf(out, "status %s\n", line);
}

/* Fields of /proc/self/stat, numbered as in proc(5). */
static long long stat_field(int number)
{
	const char *at = strrchr(read_text("/proc/self/stat", ' '), ')');

	for (int i = 2; at != NULL && i < number; i++)
		at = strchr(at + 1, ' ');
	return at == NULL ? 0 : atoll(at + 1);
}

/* --- signals and timers --- */

/* `except`: the signal that libckpt takes, or 0. */
static void print_signals(FILE *out, int except)
{
	uint64_t blocked = 0;

	syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, &blocked, sizeof(blocked));
	for (int number = 1; number <= LAST_SIGNAL; number++) {
		struct action action = { 0 };

		if (number == except || syscall(SYS_rt_sigaction, number, NULL, &action, sizeof(action.mask)) != 0)
			continue;
		fprintf(out, "signal %d: %s, flags %llx, mask %llx%s%s\n", number,
			action.handler == 0 ? "default" : action.handler == 1 ? "ignored" : "caught",
			(unsigned long long)action.flags, (unsigned long long)action.mask,
			action.restorer != 0 ? ", restorer" : "", blocked >> (number - 1) & 1 ? ", blocked" : "");
	}
	stack_t stack;

	if (sigaltstack(NULL, &stack) == 0)
		fprintf(out, "alternate stack: flags %x, size %zu\n", (unsigned)stack.ss_flags, stack.ss_size);
}

static void print_timers(FILE *out)
{
	for (int which = 0; which < 3; which++) {
		struct itimerval timer = { 0 };

		getitimer(which, &timer);
		fprintf(out, "timer %d: interval %lld.%06ld, %s\n", which, (long long)timer.it_interval.tv_sec,
			(long)timer.it_interval.tv_usec,
			timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0 ? "runs" : "stands");
	}
}

/* --- descriptors and the terminal --- */

static void print_terminal(FILE *out, int fd)
{
	unsigned char modes[64] = { 0 }; /* struct termios2 of the kernel is shorter */
	unsigned short window[4] = { 0 };
	int group = -1;

	if (ioctl(fd, 0x802c542a /* TCGETS2 */, modes) != 0)
		return;
	fprintf(out, "terminal %d:", fd);
	for (size_t i = 0; i < 44; i++)
		fprintf(out, " %02x", modes[i]);
	ioctl(fd, TIOCGWINSZ, window);
	ioctl(fd, TIOCGPGRP, &group);
	fprintf(out, ", %hu x %hu, group is %s\n", window[0], window[1],
		group == getpgrp() ? "own" : group < 0 ? "unknown" : "another");
}

/* The lowest descriptor of the same open file description. */
static int first_of_same(int fd)
{
	for (int other = 0; other < fd; other++)
		if (syscall(SYS_kcmp, getpid(), getpid(), 0 /* KCMP_FILE */, other, fd) == 0)
			return other;
	return fd;
}

/* `own`: where this is printed. */
static void print_descriptors(FILE *out, int own)
{
	for (int fd = 0; fd < 4096; fd++) {
		struct stat status;
		int flags = fcntl(fd, F_GETFL);
		char path[64], link[4096];
		ssize_t n;

		if (fd == own || flags < 0 || fstat(fd, &status) != 0)
			continue;
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		n = readlink(path, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		fprintf(out, "descriptor %d: flags 0%o, close-on-exec %d, mode 0%o, device %llx, %s, offset %lld, owner %d, "
			"signal %d, pipe size %d, shared with %d\n",
			fd, flags, fcntl(fd, F_GETFD), status.st_mode, (unsigned long long)status.st_rdev, link,
			(long long)lseek(fd, 0, SEEK_CUR), fcntl(fd, F_GETOWN), fcntl(fd, F_GETSIG), fcntl(fd, F_GETPIPE_SZ), first_of_same(fd));
		if (fd < 3)
			print_terminal(out, fd);
	}
}

/* --- what the program was started with --- */

static bool is_own_variable(const char *word)
{
	return strncmp(word, "LD_PRELOAD=", 11) == 0 || strncmp(word, "CKPT_IMAGE=", 11) == 0 ||
	       strncmp(word, "CKPT_SIGNAL=", 12) == 0;
}

/* In its order, as the kernel shows it: without the three that `ckpt run` sets. */
static void print_environment(FILE *out)
{
	int number = 0;

	for (char **word = environ; *word != NULL; word++)
		if (!is_own_variable(*word))
			fprintf(out, "environment %d: %s\n", number++, *word);
}

static void print_auxv(FILE *out)
{
	uint64_t vector[128] = { 0 };
	int fd = open("/proc/self/auxv", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, vector, sizeof(vector) - 16) < 0)
		fprintf(out, "auxiliary: errno %d\n", errno);
	close(fd);
	for (int i = 0; vector[i] != 0; i += 2) {
		const char *text = (const char *)(uintptr_t)vector[i + 1];

		fprintf(out, "auxiliary %d: number %llu, ", i / 2, (unsigned long long)vector[i]);
		if (vector[i] == 15 /* AT_PLATFORM */ || vector[i] == 31 /* AT_EXECFN */)
			fprintf(out, "%s\n", text);
		else if (vector[i + 1] >> 32 != 0) /* addresses differ by themselves */
			fprintf(out, "an address\n");
		else
			fprintf(out, "%llx\n", (unsigned long long)vector[i + 1]);
	}
}

/* --- the rest --- */

static void print_limits(FILE *out)
{
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit limit;

		if (getrlimit(i, &limit) == 0)
			fprintf(out, "limit %d: %lld %lld\n", i, (long long)limit.rlim_cur, (long long)limit.rlim_max);
	}
}

static void print_ids(FILE *out)
{
	fprintf(out, "parent: %d\n", getppid());
	fprintf(out, "session: %d\n", getsid(0) == getpid() ? 0 : getsid(0));
	fprintf(out, "group: %d\n", getpgrp() == getpid() ? 0 : getpgrp());
	fprintf(out, "terminal: %lld\n", stat_field(7));
	fprintf(out, "exit signal: %lld\n", stat_field(38));
	fprintf(out, "children: %s\n", read_text("/proc/thread-self/children", ' '));
}

static void print_scheduling(FILE *out)
{
	uint32_t words[16] = { 0 }; /* struct sched_attr: size, policy, flags (8), nice, priority, runtime, deadline, period, clamps */
	unsigned long cpus[16] = { 0 };

	words[0] = 56;
	if (syscall(SYS_sched_getattr, 0, words, sizeof(words), 0) == 0)
		for (int i = 1; i < 14; i++)
			fprintf(out, "scheduling %d: %u\n", i, words[i]);
	syscall(SYS_sched_getaffinity, 0, sizeof(cpus), cpus);
	fprintf(out, "cpus: %lx %lx\n", cpus[0], cpus[1]);
	fprintf(out, "nice: %d\n", getpriority(PRIO_PROCESS, 0));
	fprintf(out, "io priority: %ld\n", syscall(SYS_ioprio_get, 1 /* IOPRIO_WHO_PROCESS */, 0));
	fprintf(out, "timer slack: %d\n", prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0));
}

/* Those that answer by their result, and those that write an int. */
static void print_prctl(FILE *out)
{
	static const struct {
		const char *name;
		int option;
		bool writes;
		unsigned long argument;
	} all[] = {
		{ "death signal", PR_GET_PDEATHSIG, true, 0 },
		{ "dumpable", PR_GET_DUMPABLE, false, 0 },
		{ "unaligned", PR_GET_UNALIGN, true, 0 },
		{ "keep capabilities", PR_GET_KEEPCAPS, false, 0 },
		{ "timing", PR_GET_TIMING, false, 0 },
		{ "seccomp", PR_GET_SECCOMP, false, 0 },
		{ "time stamp counter", PR_GET_TSC, true, 0 },
		{ "secure bits", PR_GET_SECUREBITS, false, 0 },
		{ "memory errors", PR_MCE_KILL_GET, false, 0 },
		{ "child subreaper", PR_GET_CHILD_SUBREAPER, true, 0 },
		{ "no new privileges", PR_GET_NO_NEW_PRIVS, false, 0 },
		{ "huge pages off", PR_GET_THP_DISABLE, false, 0 },
		{ "store bypass", PR_GET_SPECULATION_CTRL, false, 0 },
		{ "indirect branches", PR_GET_SPECULATION_CTRL, false, 1 },
		{ "flush of the data cache", PR_GET_SPECULATION_CTRL, false, 2 },
		{ "io flusher", PR_GET_IO_FLUSHER, false, 0 },
		{ "write xor execute", 66 /* PR_GET_MDWE */, false, 0 },
		{ "memory merge", 68 /* PR_GET_MEMORY_MERGE */, false, 0 },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		int value = 0;
		int result = all[i].writes ? prctl(all[i].option, &value, 0, 0, 0) :
					     prctl(all[i].option, all[i].argument, 0, 0, 0);

		if (result < 0)
			fprintf(out, "%s: errno %d\n", all[i].name, errno);
		else
			fprintf(out, "%s: %d\n", all[i].name, all[i].writes ? value : result);
	}
	fprintf(out, "cpuid: %ld\n", syscall(SYS_arch_prctl, 0x1011 /* ARCH_GET_CPUID */, 0));
}

static int count_entries(const char *path)
{
	int count = 0;
	DIR *folder = opendir(path);

	if (folder == NULL)
		return -1;
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 2;
}

static void print_all(FILE *out, int own)
{
	const char *taken = getenv("PRINT_STATE_EXCEPT");
	mode_t mask = umask(0);

	umask(mask);
	print_descriptors(out, own);
	print_limits(out);
	print_signals(out, taken == NULL ? 0 : atoi(taken));
	print_timers(out);
	fprintf(out, "umask: %03o\n", (unsigned)mask);
	fprintf(out, "personality: %x\n", (unsigned)personality(0xffffffff));
	fprintf(out, "threads: %d\n", count_entries("/proc/self/task"));
	print_ids(out);
	print_scheduling(out);
	print_prctl(out);
	print_status(out);
	print_files(out, "/proc/self");
	print_files(out, "/proc/self/ns");
	print_files(out, "/proc/self/attr");
	print_environment(out);
	print_auxv(out);
}

/* Above all descriptors that are looked at, and closed before the program waits. */
static void print_to(const char *path)
{
	char fresh[4096];
	struct rlimit limit;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	int file = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	getrlimit(RLIMIT_NOFILE, &limit);
	int own = fcntl(file, F_DUPFD_CLOEXEC, limit.rlim_cur > 1000 ? 1000 : (int)limit.rlim_cur - 2);

	close(file);
	FILE *out = own < 0 ? NULL : fdopen(own, "w");

	if (out == NULL)
		exit(2);
	print_all(out, own);
	if (fclose(out) != 0 || rename(fresh, path) != 0)
		exit(3);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd >= 0 && write(fd, text, strlen(text)) < 0)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	close(fd);
}

static void on_signal(int number)
{
	(void)number;
}

static void *wait_for_ever(void *none)
{
	for (;;)
		pause();
	return none;
}

/* What an ordinary program may do to itself, none of it as it was. */
static void prepare(void)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART | SA_NODEFER };
	static char stack[65536];
	struct rlimit limit;

	sigaddset(&action.sa_mask, SIGTERM);
	sigaction(SIGUSR1, &action, NULL);
	sigaction(SIGRTMIN + 3, &action, NULL);
	action = (struct sigaction){ .sa_handler = SIG_DFL, .sa_flags = SA_NOCLDWAIT | SA_NOCLDSTOP };
	sigaction(SIGCHLD, &action, NULL);
	action = (struct sigaction){ .sa_handler = SIG_IGN, .sa_flags = SA_RESTART };
	sigaction(SIGWINCH, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	sigset_t blocked;
	sigfillset(&blocked); /* all but what ckpt can do without: not one is left */
	sigprocmask(SIG_SETMASK, &blocked, NULL);
	raise(SIGUSR1); /* stays pending */
	sigqueue(getpid(), SIGRTMIN + 3, (union sigval){ .sival_int = 7 });
	sigaltstack(&(stack_t){ .ss_sp = stack, .ss_size = sizeof(stack) }, NULL);
	pthread_t thread;
	if (getenv("PRINT_STATE_THREAD") != NULL && pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
		exit(4);
	setitimer(ITIMER_REAL, &(struct itimerval){ { 3600, 5 }, { 3600, 0 } }, NULL);
	setitimer(ITIMER_PROF, &(struct itimerval){ { 3601, 0 }, { 3600, 0 } }, NULL);
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		if (i == RLIMIT_AS || i == RLIMIT_NPROC || getrlimit(i, &limit) != 0)
			continue;
		if (i == RLIMIT_NOFILE)
			limit = (struct rlimit){ 77, 200 };
		else if (limit.rlim_max > 1ul << 40)
			limit = (struct rlimit){ (1ul << 39) + (unsigned)i, (1ul << 40) + (unsigned)i };
		else
			limit.rlim_cur = limit.rlim_max / 2;
		setrlimit(i, &limit);
	}
	umask(0135);
	if (chdir("/usr") != 0)
		exit(4);
	personality(personality(0xffffffff) | ADDR_NO_RANDOMIZE);
	prctl(PR_SET_NAME, "an other name");
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	prctl(PR_SET_TIMERSLACK, 123456, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGUSR1, 0, 0, 0);
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0);
	setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) + 1);
	syscall(SYS_ioprio_set, 1, 0, 2 << 13 | 6);
	syscall(SYS_sched_setaffinity, 0, sizeof(unsigned long), &(unsigned long){ 1 });
	write_text("/proc/self/oom_score_adj", "321");
	write_text("/proc/self/coredump_filter", "0x7");
}

int main(int argc, char **argv)
{
	bool prepared = argc > 2 && strcmp(argv[2], "prepare") == 0;
	const char *go = argc == 4 + prepared ? argv[2 + prepared] : NULL;

	if (argc < 2)
		return 2;
	if (prepared)
		prepare();
	print_to(argv[1]);
	if (go == NULL)
		return 0;
	while (access(go, F_OK) != 0)
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, NULL);
	print_to(argv[3 + prepared]);
	return 0;
}
