/* SPDX-License-Identifier: MIT */
/*
 * constructor4.c -> libconstructor4.so, for test4: ^C does not end the target, but runs it again with another number.
 *
 *     ./test4 counting-test 5
 *     Testing for counting, starting with: 5
 *     The next counting number is: 5
 *     ^C
 *     *** RESTARTING:
 *     *** What integer should we test? 100
 *     …
 *     The next counting number is: 109
 *     The next counting number is: 6          the first run goes on where it stopped
 *
 * What it teaches: signal handlers. ^C makes the terminal send SIGINT; the kernel then has the program call our function, in the
 * middle of whatever it does, and go on there when the function returns. Our handler calls main() of the target: a whole run, on
 * the stack on top of the run that was interrupted.
 *
 * And what is wrong with it: while a handler runs, its signal is blocked. A second ^C stays pending until the new run has ended and the
 * handler has returned. Only then it is delivered, and the question comes again. Try it with the answer -1234567891234567 for primes-test.
 * test5 does better.
 */

#include "constructor.h"

#include <signal.h>
#include <stdio.h>

static main_function *target_main;
static FILE *second_stdout;

static void on_interrupt(int signal)
{
	static char answer[ANSWER_SIZE];
	int saved_errno = errno; /* the interrupted code may be about to look at it */
	FILE *first_stdout = stdout;

	(void)signal;
	say(STDERR_FILENO, "\n*** RESTARTING:\n" BANNER("4"));
	if (ask(answer) != 0)
		_exit(1); /* not exit(): it is not safe in a handler */
	/*
	 * The interrupted run may be in the middle of a printf(), with its stdout in disorder. It finds it as it was: the new run
	 * prints through another. (What else a program has in hand, malloc() for one, can't be doubled so easily: a
	 * handler that calls main() is a lesson and no more.)
	 */
	stdout = second_stdout;
	run_target(target_main, answer);
	fflush(stdout);
	stdout = first_stdout;
	errno = saved_errno;
}

__attribute__((constructor)) static void begin(void)
{
	/* SA_RESTART: a read() or write() of the first run that was interrupted goes on, and does not fail with EINTR. */
	struct sigaction action = { .sa_handler = on_interrupt, .sa_flags = SA_RESTART };
	static char buffer[BUFSIZ];

	leave_children_alone();
	target_main = find_main();
	second_stdout = fdopen(STDOUT_FILENO, "w");
	if (second_stdout == NULL)
		second_stdout = stdout;
	else
		setvbuf(second_stdout, buffer, isatty(STDOUT_FILENO) ? _IOLBF : _IOFBF, sizeof buffer);
	sigemptyset(&action.sa_mask);
	if (sigaction(SIGINT, &action, NULL) != 0)
		say(STDERR_FILENO, "*** SIGINT can't be caught: ^C will end the program.\n");
}
