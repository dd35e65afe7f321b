/* SPDX-License-Identifier: MIT */
/*
 * door.c - the door "signal": a constructor that installs a handler, and the handler. This is the only code of ckpt that
 * threads of the program run. It keeps no descriptor, thread, child or mapping. May call nothing but system calls
 * and str.c.
 */
#include <asm/signal.h>
#include <linux/fcntl.h>
#include <linux/futex.h>
#include <linux/prctl.h>
#include <linux/stat.h>
#include <linux/wait.h>
#include <asm/stat.h>
#include <asm-generic/errno-base.h>

#include "arch/x86_64/syscall.h"
#include "engine.h"

struct ckpt_contract ckpt_contract = { .magic = CKPT_CONTRACT_MAGIC };
struct ckpt_request ckpt_request;
uint8_t ckpt_area[AREA_SIZE] __attribute__((aligned(4096)));

extern const uint8_t ckpt_base[] __asm__("__ehdr_start") __attribute__((visibility("hidden")));

/* The word that helper and owner are; see contract.h. */
static uint64_t *lock_word(void)
{
	return (uint64_t *)(void *)&ckpt_contract.helper;
}

/* Takes the right to make a checkpoint of process pid; 0, or -EBUSY. */
static int take_door(int32_t pid)
{
	uint64_t taken = (uint64_t)(uint32_t)pid << 32 | 0xffffffffu;
	uint64_t now = __atomic_load_n(lock_word(), __ATOMIC_ACQUIRE);

	do {
		if ((uint32_t)now && now >> 32 == (uint32_t)pid)
			return -EBUSY;
	} while (!__atomic_compare_exchange_n(lock_word(), &now, taken, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE));
	return 0;
}

static int32_t helper_now(void)
{
	return __atomic_load_n(&ckpt_contract.helper, __ATOMIC_ACQUIRE);
}

/*
 * Makes the helper and waits for its end; 0, or -errno. The kernel frees the door then, and wakes one waiter, which wakes the others. In the
 * restored program the door is free: the wait ends, too.
 */
static long run_helper(int32_t pid)
{
	long helper = ckpt_clone_helper();

	if (helper < 0)
		return helper;
	if (ckpt_contract.need_ptracer)
		sys_prctl(PR_SET_PTRACER, (unsigned long)helper, 0, 0, 0);
	while (helper && helper_now() == helper)
		sys_futex(&ckpt_contract.helper, FUTEX_WAIT, (int)helper, NULL);
	sys_futex(&ckpt_contract.helper, FUTEX_WAKE, INT32_MAX, NULL);
	if (pid == 1 && helper)
		sys_wait4((int)helper, NULL, __WALL, NULL); /* PID 1 has it as a child */
	return 0;
}

static void on_signal(int sig, void *info, void *context)
{
	int32_t tid = (int32_t)sys_gettid();
	int32_t pid = (int32_t)sys_getpid();
	long err;

	(void)sig;
	(void)info;
	(void)context;
	if (take_door(pid) < 0)
		return; /* a checkpoint is being made: it serves this request as well */
	ckpt_contract.door = CKPT_DOOR_SIGNAL;
	ckpt_contract.trigger = tid;
	ckpt_contract.need_ptracer = 0;
	err = run_helper(pid);
	if (err == 0 && ckpt_contract.need_ptracer && take_door(pid) == 0) {
		/* yama 1: the helper was refused; allow this one. */
		err = run_helper(pid);
		sys_prctl(PR_SET_PTRACER, 0, 0, 0, 0);
	}
	if (err < 0) {
		char line[160];
		struct text t;

		text_init(&t, line, sizeof line);
		text_fmt(&t, "cannot checkpoint process %d: no helper process could be made (errno %ld)%s; it runs on", pid,
			 -err, err == -EAGAIN ? ": the limit of processes is reached (ulimit -u)" : "");
		report_stderr(pid, tid, line);
	}
}

/* The value of NAME= in a block of NUL-terminated strings, or NULL. */
static const char *find_variable(const char *block, long size, const char *name)
{
	for (const char *p = block; p < block + size; p += str_len(p) + 1)
		if (str_starts(p, name))
			return p + str_len(name);
	return NULL;
}

/* Reads the environment from /proc, as musl gives constructors none; it may be of any size. */
static void read_settings(int *signal)
{
	static const char image[] = "CKPT_IMAGE=";
	static const char sig[] = "CKPT_SIGNAL=";
	char *buf = (char *)ckpt_area;
	long n = proc_read("/proc/self/environ", buf, AREA_SIZE);
	const char *value = n > 0 ? find_variable(buf, n, image) : NULL;
	struct text t;

	text_init(&t, ckpt_contract.path, sizeof ckpt_contract.path);
	if (!value || !*value)
		value = "mycheckpoint";
	if (*value != '/') {
		char cwd[CKPT_PATH_SIZE];
		long len = sys_readlink("/proc/self/cwd", cwd, sizeof cwd);

		text_mem(&t, cwd, len > 0 ? (size_t)len : 0);
		text_str(&t, "/");
	}
	text_str(&t, value);
	value = n > 0 ? find_variable(buf, n, sig) : NULL;
	if (value && *value)
		*signal = (int)str_number(&value, 10);
	sys_madvise(ckpt_area, AREA_SIZE, 4 /* MADV_DONTNEED */);
}

static int remember_inherited(struct capture *none, int fd, void *arg)
{
	unsigned *count = arg;
	struct stat st;

	(void)none;
	if (fd <= 2 || *count == CKPT_INHERITED_MAX || sys_fstat(fd, &st) < 0)
		return 0;
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode)) {
		ckpt_contract.inherited[*count].fd = fd;
		ckpt_contract.inherited[(*count)++].ino = st.st_ino;
	}
	return 0;
}

static void install(int sig)
{
	struct kernel_action action = {
		.handler = (uint64_t)(uintptr_t)on_signal,
		.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK | SA_RESTORER_FLAG,
		.restorer = (uint64_t)(uintptr_t)__restore_rt,
		.mask = ~0ull,
	};

	if (sig > 0 && sig <= 64 && sys_rt_sigaction(sig, &action, NULL) == 0)
		ckpt_contract.signal = sig;
}

__attribute__((constructor)) static void construct(void)
{
	struct ckpt_contract *c = &ckpt_contract;
	unsigned inherited = 0;
	struct stat st;
	int sig = SIGUSR2;

	if (c->size)
		return;
	c->version = CKPT_CONTRACT_VERSION;
	c->base = (uint64_t)(uintptr_t)ckpt_base;
	c->enter = (uint64_t)(uintptr_t)ckpt_enter;
	c->enter_end = (uint64_t)(uintptr_t)ckpt_enter_end;
	c->leave = (uint64_t)(uintptr_t)ckpt_leave;
	c->leave_last = (uint64_t)(uintptr_t)ckpt_leave_last;
	c->scratch = (uint64_t)(uintptr_t)(ckpt_area + STOP_SIZE);
	c->scratch_size = AREA_SIZE - STOP_SIZE;
	c->request = (uint64_t)(uintptr_t)&ckpt_request;
	if (sys_fstat(2, &st) == 0) {
		c->stderr_dev = st.st_dev;
		c->stderr_ino = st.st_ino;
	}
	proc_each_number("/proc/self/fd", remember_inherited, NULL, &inherited);
	read_settings(&sig);
	install(sig);
	c->size = sizeof *c;
}
