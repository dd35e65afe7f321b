/* SPDX-License-Identifier: MIT */
/*
 * constructor5.c -> libconstructor5.so, for test5: as test4, but every ^C takes effect at once.
 *
 *     ./test5 counting-test 5
 *     Testing for counting, starting with: 5
 *     The next counting number is: 5
 *     ^C
 *     *** RESTARTING ***
 *     *** What integer should we test? 100
 *     …
 *     The next counting number is: 109        and it ends
 *
 * What it teaches: sigsetjmp() and siglongjmp(). The first notes where we are: the registers, with the stack pointer and the place in
 * the program, and the signal mask. The second puts them back: sigsetjmp() then returns once more, with another value. A
 * checkpoint is made of this and the memory.
 *
 * Three things must be right:
 * - sigsetjmp()'s second argument is 1: the mask is saved. In the handler SIGINT is blocked; a jump without the mask would leave it
 *   blocked for ever, and a second ^C would do nothing.
 * - The function that called sigsetjmp() must not have returned, or its frame is gone from the stack and main() has written over it.
 *   So the constructor stays: it calls main() itself, the first time with the arguments of the command line.
 * - The handler is installed after sigsetjmp(): before it there is no place to jump to.
 *
 * And what is still wrong: the run that we jump out of is never told. What it had opened stays open, and a lock that it held, in
 * malloc() for one, stays held. A checkpoint must not lose such things; so it saves all of them.
 */

#include "constructor.h"

#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdio_ext.h>

static sigjmp_buf beginning;

static void on_interrupt(int signal)
{
	(void)signal;
	siglongjmp(beginning, 1);
}

/* The loader gives a constructor what it gives main(). */
__attribute__((constructor)) static void begin(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	static main_function *target_main;
	static char answer[ANSWER_SIZE];

	leave_children_alone();
	target_main = find_main();
	sigemptyset(&action.sa_mask);

	if (sigsetjmp(beginning, 1) == 0) {
		if (sigaction(SIGINT, &action, NULL) != 0)
			say(STDERR_FILENO, "*** SIGINT can't be caught: ^C will end the program.\n");
		exit(target_main(argc, argv, environ));
	}

	/* What the last run was about to print is dropped: it may be written already, or half of it. */
	__fpurge(stdout);
	say(STDERR_FILENO, "\n*** RESTARTING ***\n" BANNER("5"));
	if (ask(answer) != 0)
		exit(1);
	exit(run_target(target_main, answer));
}
