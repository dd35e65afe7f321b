/* SPDX-License-Identifier: MIT */
/*
 * door.c - how the checkpointer gets into a program that knows nothing of it, and when it acts. Read this file first.
 *
 * LD_PRELOAD makes the loader put libckpt.so into the program. A function with the attribute "constructor" is called by the loader before
 * main(). Ours installs a handler for SIGUSR2, and that is all: until somebody types `kill -12 PID`, nothing of us runs.
 *
 * The trick of the handler is sigsetjmp(). It notes where we are (registers, signal mask) and returns 0. Then all memory is saved, this
 * note with it. Later, in a new process with the same memory, siglongjmp() goes back to the note: sigsetjmp() returns again, this time 1, and
 * the handler returns to the program as if nothing had been. It need not save the registers of the interrupted program: the
 * kernel did, on the stack, before it called the handler, and loads them when the handler returns - floating point
 * and vectors, the signal mask and the alternate stack, too. The stack is memory, and comes back like the rest.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include "mini.h"

static char image[PATH_MAX]; /* an absolute path, as the program may change its folder; or empty: there is none */
static sigjmp_buf context;
static uint64_t hole, hole_size; /* where the restorer ran */

bool complain(const char *first, const char *second, const char *third)
{
	struct iovec line[] = {
		{ "ckpt: ", 6 },
		{ (void *)first, strlen(first) },
		{ " ", second != NULL ? 1 : 0 },
		{ (void *)second, second != NULL ? strlen(second) : 0 },
		{ "; ", 2 },
		{ (void *)third, strlen(third) },
		{ "\n", 1 },
	};

	if (writev(STDERR_FILENO, line, 7) < 0)
		return false; /* nobody listens */
	return false;
}

/* Here the restored program begins, in its old memory but still on the restorer's stack. siglongjmp() changes to its own. */
static void resume(uint64_t start, uint64_t size)
{
	hole = start;
	hole_size = size;
	siglongjmp(context, 1);
}

static void on_signal(int number, siginfo_t *info, void *interrupted)
{
	const ucontext_t *program = interrupted;
	int error = errno; /* the program must find it as it was */

	(void)number;
	(void)info;
	if (sigsetjmp(context, 1) == 0) {
		if (image[0] == '\0')
			complain("cannot checkpoint: the path of the image is too long, or its folder is gone", NULL, "it runs on");
		else if (remember_state())
			save(image, program->uc_mcontext.gregs, resume);
	} else {
		munmap((void *)hole, hole_size);
		put_state_back();
	}
	errno = error;
}

static void install_handler(void)
{
	struct sigaction action = { .sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK };

	sigfillset(&action.sa_mask); /* no other handler of the program runs meanwhile */
	if (sigaction(SIGUSR2, &action, NULL) != 0)
		complain("SIGUSR2 cannot be handled", NULL, "the program runs, but cannot be saved");
}

/* CKPT_IMAGE, or mycheckpoint in the folder in which the program was started. */
static void choose_image(void)
{
	const char *name = getenv("CKPT_IMAGE");
	bool good = true;

	if (name == NULL || *name == '\0')
		name = DEFAULT_IMAGE;
	if (*name != '/')
		good = getcwd(image, sizeof image) != NULL && append(image, sizeof image, "/");
	if (!good || !append(image, sizeof image, name))
		image[0] = '\0';
}

__attribute__((constructor)) static void begin(void)
{
	const char *restarted = getenv(RESTART_VARIABLE);

	if (restarted != NULL)
		restore(restarted);
	remember_inherited();
	choose_image();
	install_handler();
}
