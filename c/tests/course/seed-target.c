/* SPDX-License-Identifier: MIT */
/*
 * seed-target.c - a target for test1 … test5 that does what its one argument says. Built twice, with -rdynamic and without.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <printf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* %Y prints nothing, but a ^C comes in the middle of the printf(). */
static int print_interrupt(FILE *stream, const struct printf_info *info, const void *const *args)
{
	(void)stream;
	(void)info;
	(void)args;
	raise(SIGINT);
	return 0;
}

static int no_arguments(const struct printf_info *info, size_t n, int *types, int *sizes)
{
	(void)info;
	(void)n;
	(void)types;
	(void)sizes;
	return 0;
}

static int print_with_interrupt(void)
{
	char format[] = "begun %Y and ended\n"; /* no literal: the compiler knows no %Y */

	register_printf_specifier('Y', print_interrupt, no_arguments);
	printf(format, 0);
	return 0;
}

/* How the run before stood on the stack is compared with how this one does. By turns it returns and calls exit(). */
static int compare_stack(int interrupt)
{
	static uintptr_t first;
	static int rounds;
	char here;
	uintptr_t now = (uintptr_t)&here;

	if (first == 0)
		first = now;
	rounds++;
	if (now != first)
		printf("round %d: the stack has moved by %ld\n", rounds, (long)(now - first));
	if (rounds % 1000 == 0)
		printf("round %d\n", rounds);
	fflush(stdout);
	if (interrupt)
		raise(SIGINT);
	if (rounds % 2)
		exit(0);
	return 0;
}

static int fork_a_child(void)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		exit(3);
	if (child < 0 || waitpid(child, &status, 0) != child)
		return 1;
	printf("the child has ended with %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
	return 0;
}

static int read_a_line(void)
{
	char line[100];

	printf("reading\n");
	fflush(stdout);
	if (fgets(line, sizeof line, stdin))
		printf("has read: %s", line);
	else
		printf("has read nothing: %s\n", ferror(stdin) ? strerror(errno) : "end");
	return 0;
}

static int show_mask(void)
{
	sigset_t mask;

	sigprocmask(SIG_SETMASK, NULL, &mask);
	printf("SIGINT is %s\n", sigismember(&mask, SIGINT) ? "blocked" : "open");
	return 0;
}

static int keep_errno(void)
{
	errno = E2BIG;
	raise(SIGINT);
	printf("errno is %s\n", errno == E2BIG ? "kept" : "lost");
	return 0;
}

static int list_descriptors(void)
{
	for (int fd = 3; fd < 1000; fd++) {
		if (lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF)
			printf("descriptor %d is open\n", fd);
	}
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";

	if (strcmp(what, "stack") == 0)
		return compare_stack(0);
	if (strcmp(what, "stack-interrupt") == 0)
		return compare_stack(1);
	if (strcmp(what, "middle") == 0)
		return print_with_interrupt();
	if (strcmp(what, "fork") == 0)
		return fork_a_child();
	if (strcmp(what, "read") == 0)
		return read_a_line();
	if (strcmp(what, "mask") == 0)
		return show_mask();
	if (strcmp(what, "errno") == 0)
		return keep_errno();
	if (strcmp(what, "descriptors") == 0)
		return list_descriptors();
	if (strcmp(what, "child") == 0)
		return system("echo \"child: ${LD_PRELOAD-none}\"; cat /dev/null") == 0 ? 0 : 1;
	if (strcmp(what, "return 7") == 0)
		return 7;
	if (strcmp(what, "exit 7") == 0)
		exit(7);
	printf("%d arguments: %s, %s, %s\n", argc, argv[0], what, argc < 3 && argv[argc] == NULL ? "NULL" : "more");
	return 0;
}
