/* SPDX-License-Identifier: MIT */
/*
 * constructor3.c -> libconstructor3.so, for test3: as test2, but when the target has ended it asks again, and again.
 *
 *     ./test3 counting-test
 *     *** What integer should we test? 7
 *     …
 *     *** INSIDE EXIT ***
 *     *** What integer should we test?
 *
 * It ends only by a signal (^C; or ^Z and kill -9 %+) or when the input ends (^D).
 *
 * What it teaches: to redefine a function of the C library. The loader looks for the name `exit` in the program, then in preloaded
 * libraries, then in libc: ours is found first, and the target's calls of exit() come to us. (Not all calls: those that libc
 * makes itself are bound inside libc. That is why it is we who call exit() after main(), and not the C library.) The real one
 * is still there, and found by dlsym(RTLD_NEXT): the next in that order after us.
 *
 * exit() may not return, as the compiler has put no code after the call. If it called main() itself, main() would call exit() and
 * exit() main(), and the stack would grow with every round. So it jumps back to the constructor, whose frame is still there: to the
 * place that sigsetjmp() has noted. All frames below it are forgotten. test5 tells more about this jump.
 */

#include "constructor.h"

#include <setjmp.h>
#include <stdio.h>

static sigjmp_buf next_round;
static pid_t target_pid;
static void (*real_exit)(int) __attribute__((noreturn));

void exit(int status)
{
	if (getpid() != target_pid)
		real_exit(status); /* a child that the target has forked may end */
	fflush(NULL); /* as the real one does: what the target has printed comes before our line */
	say(STDOUT_FILENO, "*** INSIDE EXIT ***\n");
	siglongjmp(next_round, 1);
}

__attribute__((constructor)) static void begin(void)
{
	static char answer[ANSWER_SIZE];
	static main_function *target_main;

	leave_children_alone();
	target_pid = getpid();
	real_exit = dlsym(RTLD_NEXT, "exit");
	target_main = find_main();

	sigsetjmp(next_round, 1);
	say(STDERR_FILENO, BANNER("3"));
	if (ask(answer) != 0)
		real_exit(1);
	exit(run_target(target_main, answer));
}
