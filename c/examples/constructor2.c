/* SPDX-License-Identifier: MIT */
/*
 * constructor2.c -> libconstructor2.so, for test2: asks for the number, whatever the command line says.
 *
 *     ./test2 counting-test 5
 *     *** What integer should we test? 7
 *     Testing for counting, starting with: 7
 *
 * What it teaches: main() is a function like any other; who knows its address can call it, with arguments of his own. When it
 * returns we call exit(), as the C library would have done: the constructor never returns, and so the main() of the command line
 * is never called. (We are early: constructors of the program itself have not been called yet. Our targets have none.)
 */
#include "constructor.h"

__attribute__((constructor)) static void begin(void)
{
	static char answer[ANSWER_SIZE];
	main_function *target_main;

	leave_children_alone();
	target_main = find_main();
	say(STDERR_FILENO, BANNER("2"));
	if (ask(answer) != 0)
		exit(1);
	exit(run_target(target_main, answer));
}
