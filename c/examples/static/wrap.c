/* SPDX-License-Identifier: MIT */
/*
 * wrap.c - takes main() and exit() of a program over when it is linked, without a change in its source.
 *
 *     make counting-wrapped && ./counting-wrapped 5
 *
 * It teaches the static road. Into a static program no library can be preloaded: there is no loader, and every call was bound when the
 * program was linked. But at that moment the linker can be asked for the same trick:
 *
 *     gcc -static -Wl,--wrap=main -Wl,--wrap=exit -o counting-wrapped counting-test.o wrap.o
 *
 * --wrap=main says: who asks for main gets __wrap_main, and who asks for __real_main gets main. The one that asks for main is _start, in
 * crt1.o of the C library, so that __wrap_main below comes first, as a constructor would; and it can call the real one. The one
 * that asks for exit is the C library, when main() has returned: in a static program that call, too, is the linker's to bind.
 *
 * What one sees: a banner, ten numbers, *** INSIDE EXIT ***, and the question for the next number, as in test3; ^D or an empty line ends it.
 *
 * The limit: --wrap concerns *undefined* references alone, those to a name that another file defines ('nm counting-test.o' shows U before
 * them). A call within the file that defines the function does not pass by, as the compiler or the assembler has bound it before the linker
 * sees it: main() can be wrapped because crt1.o calls it, but had counting-test.c called main() itself, that would be the real one. The same
 * holds within an object of libc.a: exit() calls _exit(), which lies in another object and could be wrapped, but where two functions of
 * libc.a lie in one object, or the one calls the other by a second name, as it likes to do (printf() calls __vfprintf_internal()), there is
 * nothing to wrap.
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int __real_main(int argc, char **argv, char **envp);
int __wrap_main(int argc, char **argv, char **envp);
__attribute__((noreturn)) void __real_exit(int status);
__attribute__((noreturn)) void __wrap_exit(int status);

static sigjmp_buf before_main;
static char answer[64];

static void print_banner(void)
{
	fprintf(stderr, "*************************************\n"
			"***  We are running, using wrap.  ***\n"
			"*************************************\n");
}

/* In the place of main: called by _start, with what the kernel has given. */
int __wrap_main(int argc, char **argv, char **envp)
{
	char *again[] = { argv[0], answer, NULL };

	print_banner();
	/* Here __wrap_exit comes back to. This call of __wrap_main has not returned, so that its place on the stack is still there. */
	if (sigsetjmp(before_main, 1) == 0)
		exit(__real_main(argc, argv, envp)); /* an undefined reference in this file: __wrap_exit */
	exit(__real_main(2, again, envp));
}

/* In the place of exit: called by __wrap_main above, by the program, or by the C library. */
void __wrap_exit(int status)
{
	printf("*** INSIDE EXIT ***\n");
	fflush(stdout);
	fprintf(stderr, "*** What integer should we test? ");
	if (fgets(answer, sizeof answer, stdin) == NULL || answer[0] == '\n') {
		fprintf(stderr, "\n");
		__real_exit(status);
	}
	answer[strcspn(answer, "\n")] = '\0';
	siglongjmp(before_main, 1);
}
