/* SPDX-License-Identifier: MIT */
/*
 * main.c - ckpt-restart: the command line, and the order of things before the program's memory is touched:
 * read (read.c, decode*.c), check (check*.c), get a process with the right PID (proxy.c), become the program (enter.c). The
 * rest happens in the hole (go.c). A static executable without libc that needs no relocation: it is copied while it
 * runs.
 */
#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/resource.h>

#include "arch/x86_64/syscall.h"
#include "common/fault.h"
#include "enter.h"
#include "plan.h"
#include "proxy.h"
#include "say.h"

#define USAGE "usage: ckpt-restart [--pids auto|exact|fresh] [--force] IMAGE"

struct options {
	const char *image;
	enum pids pids;
	bool force;
	bool foreign_vdso;
	bool sealed_vdso;
	bool no_exec;
};

__attribute__((noreturn)) void restart_main(const uint64_t *stack);

__asm__(".pushsection .text\n"
	".globl _start\n"
	"_start:\n"
	"	mov %rsp, %rdi\n"
	"	xor %ebp, %ebp\n"
	"	and $-16, %rsp\n"
	"	call restart_main\n"
	"	hlt\n"
	".popsection");

static int usage(const char *what, const char *arg)
{
	say("%s%s; %s", what, arg, USAGE);
	return CKPT_EXIT_USAGE;
}

static int parse_pids(struct options *o, const char *word)
{
	if (!str_cmp(word, "auto"))
		o->pids = PIDS_AUTO;
	else if (!str_cmp(word, "exact"))
		o->pids = PIDS_EXACT;
	else if (!str_cmp(word, "fresh"))
		o->pids = PIDS_FRESH;
	else
		return usage("--pids: unknown way: ", word);
	return 0;
}

static int parse(struct options *o, uint64_t argc, const char *const *argv)
{
	bool only_names = false;
	int err;

	memset(o, 0, sizeof *o);
	for (uint64_t i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (only_names || arg[0] != '-') {
			if (o->image)
				return usage("one image at a time, not also ", arg);
			o->image = arg;
		} else if (!str_cmp(arg, "--")) {
			only_names = true;
		} else if (!str_cmp(arg, "--pids")) {
			if (++i == argc)
				return usage(arg, " needs a word");
			if ((err = parse_pids(o, argv[i])))
				return err;
		} else if (str_starts(arg, "--pids=")) {
			if ((err = parse_pids(o, arg + 7)))
				return err;
		} else if (!str_cmp(arg, "--force")) {
			o->force = true;
		} else if (!str_cmp(arg, "--test-foreign-vdso")) {
			o->foreign_vdso = true;
		} else if (!str_cmp(arg, "--test-sealed-vdso")) {
			o->sealed_vdso = true;
		} else if (!str_cmp(arg, "--test-no-exec")) {
			o->no_exec = true;
		} else {
			return usage("unknown option: ", arg);
		}
	}
	return o->image ? 0 : usage("no image named", "");
}

/* Descriptors 0 to 2 are open from here on, and no others of the caller. */
static void tidy_descriptors(void)
{
	sys_close_range(3, ~0u, 0);
	for (int fd = 0; fd < 3; fd++)
		if (sys_fcntl(fd, F_GETFD, 0) == -EBADF)
			sys_openat(AT_FDCWD, "/dev/null", O_RDWR, 0);
}

/* The soft limits of whoever called us may be too low for a restart; the program gets its own (process.c). */
static void raise_limits(void)
{
	static const uint8_t which[] = { RLIMIT_DATA, RLIMIT_NPROC, RLIMIT_NOFILE, RLIMIT_AS };

	for (unsigned i = 0; i < sizeof which; i++) {
		uint64_t limit[2];

		if (sys_prlimit(0, which[i], NULL, limit) == 0 && limit[0] < limit[1]) {
			limit[0] = limit[1];
			sys_prlimit(0, which[i], limit, NULL);
		}
	}
}

static int restart(const struct options *o)
{
	static struct image im;
	struct plan *p;
	int err;

	fault_point("restart.start"); /* the name of the file of orders is read here, while the environment is there */
	if ((err = image_open(&im, o->image, o->force)) || (err = plan_decode(&im, &p)))
		return err;
	fault_point("restart.read");
	p->pids = o->pids;
	p->force = o->force;
	p->foreign_vdso = o->foreign_vdso;
	p->sealed_vdso = o->sealed_vdso;
	p->no_exec = o->no_exec;
	if ((err = plan_check(p)))
		return err;
	fault_point("restart.checked");
	if ((err = proxy_try(p)))
		return err;
	enter_fresh(p);
}

void restart_main(const uint64_t *stack)
{
	struct options o;
	int err;

	raise_limits();
	tidy_descriptors();
	err = parse(&o, stack[0], (const char *const *)(stack + 1));
	if (!err)
		err = restart(&o);
	sys_exit_group(err);
}
