/* SPDX-License-Identifier: MIT */
/*
 * constructor.h - what constructor1.c … constructor5.c share: the banner, the question, and how to find the target's main().
 *
 * say() and ask() run in a signal handler, too, and a handler may interrupt the target anywhere, in the middle of a printf()
 * or an fgets() of its own. So they use nothing but write() and read(), which are safe there (man 7 signal-safety) and leave
 * the target's stdout and stdin alone. The question is read byte by byte: what follows the line is the target's input.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STARS "*************************************\n"
#define BANNER(number) STARS "***  We are running, using test" number ". ***\n" STARS

/* A terminal gives lines of up to 4,095 characters. */
#define ANSWER_SIZE 4096

typedef int main_function(int, char **, char **);

static inline void say(int fd, const char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		ssize_t written = write(fd, text, left);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return; /* nobody can be told */
		text += written;
		left -= (size_t)written;
	}
}

/* Reads a line; what is longer than `size` is left out. Returns its whole length, or -1 when there is nothing to read any more. */
static inline ssize_t read_line(char *line, size_t size)
{
	size_t length = 0;

	for (;;) {
		char c;
		ssize_t got = read(STDIN_FILENO, &c, 1);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0 || (got == 0 && length == 0))
			return -1;
		if (got == 0 || c == '\n')
			break;
		if (length < size - 1)
			line[length] = c;
		length++;
	}
	line[length < size ? length : size - 1] = '\0';
	return (ssize_t)length;
}

/*
 * Asks what to test. Whether the answer is a number is not looked at here: the target's main() gets it as its argument, and says
 * itself what is wrong with it. Returns 0, or -1, and has said so, when there will be no answer.
 */
static inline int ask(char answer[ANSWER_SIZE])
{
	for (;;) {
		ssize_t length;

		say(STDERR_FILENO, "*** What integer should we test? ");
		length = read_line(answer, ANSWER_SIZE);
		if (length < 0) {
			say(STDERR_FILENO, "\n*** There is no answer: the input has ended.\n");
			return -1;
		}
		if (length < ANSWER_SIZE)
			return 0;
		say(STDERR_FILENO, "*** This answer is longer than 4,095 characters.\n");
	}
}

/*
 * The address of the target's main(). A program's functions are no secret within the process, but the dynamic loader knows only
 * those in the dynamic symbol table (nm -D), and main() is there only if the program was linked with -rdynamic.
 */
static inline main_function *find_main(void)
{
	void *found = dlsym(RTLD_DEFAULT, "main");

	if (found == NULL) {
		say(STDERR_FILENO, "*** The main() of '");
		say(STDERR_FILENO, program_invocation_name);
		say(STDERR_FILENO, "' can't be seen: it must be linked with -rdynamic.\n");
		_exit(1);
	}
	return (main_function *)found;
}

/* Calls the target's main() as if it had been started with this one argument. Its argv[0] is what it was really started with. */
static inline int run_target(main_function *target_main, char *answer)
{
	char *arguments[] = { program_invocation_name, answer, NULL };

	return target_main(2, arguments, environ);
}

/*
 * The environment is inherited: a program that the target starts would be preloaded with us as well, and ask its own question. We are
 * meant for the target alone, so we take our name, the first, out of LD_PRELOAD. dladdr() tells by which name we were loaded.
 */
static inline void leave_children_alone(void)
{
	const char *list = getenv("LD_PRELOAD");
	Dl_info us;
	size_t length;

	if (list == NULL || dladdr((void *)leave_children_alone, &us) == 0)
		return;
	length = strlen(us.dli_fname);
	if (strncmp(list, us.dli_fname, length) != 0)
		return;
	if (strncmp(list, "/proc/self/fd/", 14) == 0) /* the launcher opened it: see there */
		close(atoi(list + 14));
	if (list[length] == '\0')
		unsetenv("LD_PRELOAD");
	else
		setenv("LD_PRELOAD", list + length + 1, 1);
}
