/* SPDX-License-Identifier: MIT */
/*
 * terminal.c - a user at a terminal, in miniature: runs a program as the foreground job of a session on a pty of its own, and does
 * what a script of steps says. Ends 0 when all steps went well; else 1, and prints the step and all that the terminal has shown.
 *
 *     terminal [-v] [-o FILE] PROGRAM [ARGS…] <STEPS         -v prints what the terminal has shown, -o writes it to FILE
 *
 * A step is a line; empty ones and those that begin with # are left out. TEXT is the rest of the line, as it is, but \n in it is a
 * new line and \\ a backslash. The terminal echoes what is typed, and \r is left out of what it shows.
 *
 *     expect TEXT        waits until TEXT is shown, after what the last expect has found
 *     without TEXT       TEXT is not in what the last expect has skipped on its way
 *     send TEXT          types TEXT and Enter
 *     type TEXT          types TEXT
 *     key ^X             types a control character: ^C, ^Z, ^D, ^\
 *     stopped            waits until the program is stopped; its job is then in the background, as a shell has it
 *     continue           lets the stopped program go on in the foreground (fg)
 *     kill NUMBER        sends the signal to the job
 *     exit NUMBER        waits until the program has ended, and its status is NUMBER: 128 + N if signal N has killed it
 *     deadline SECONDS   for each wait from here on; 30 unless said
 *
 * Whatever runs in the job when the steps are over is killed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int terminal; /* the master's side; open to the end, as we lead the session: closing it would hang up on us */
static int closed;   /* nobody has the other side open any more */
static pid_t job;
static int job_status, job_stopped, job_ended;

static char *shown; /* all that the terminal has shown */
static size_t length, room;
static size_t found, skipped_from, skipped_to; /* the end of the last match; what was skipped before it */

static long deadline = 30;
static int line_number;
static const char *step = "start";
static const char *transcript;
static int verbose;

static void finish(int status)
{
	FILE *file = transcript ? fopen(transcript, "w") : NULL;

	if (job > 0)
		kill(-job, SIGKILL);
	if (file) {
		if (shown)
			fwrite(shown, 1, length, file);
		if (fclose(file) != 0)
			status = status ? status : 2;
	} else if (transcript) {
		perror(transcript);
		status = status ? status : 2;
	}
	if (status == 1)
		printf("--- the terminal has shown:\n");
	if (status == 1 || verbose)
		printf("%.*s\n", (int)length, shown ? shown : "");
	fflush(stdout);
	_exit(status);
}

__attribute__((format(printf, 2, 3), noreturn)) static void fail(int status, const char *format, ...)
{
	va_list args;

	printf("terminal: line %d, %s: ", line_number, step);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	printf("\n");
	finish(status);
	abort();
}

static void check(int result, const char *what)
{
	if (result < 0)
		fail(2, "%s: %s", what, strerror(errno));
}

static void on_child(int signal)
{
	(void)signal;
}

/* Takes what the terminal has to show. */
static void take_output(void)
{
	char piece[4096];
	ssize_t got = read(terminal, piece, sizeof piece);

	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (got <= 0) { /* EIO */
		closed = 1;
		return;
	}
	if (!shown || length + (size_t)got + 1 > room) {
		char *more = realloc(shown, 2 * (length + (size_t)got + 1));

		if (!more)
			abort();
		room = 2 * (length + (size_t)got + 1);
		shown = more;
	}
	for (ssize_t i = 0; i < got; i++) {
		if (piece[i] != '\r')
			shown[length++] = piece[i];
	}
	shown[length] = '\0';
}

static void take_status(void)
{
	int status;

	while (!job_ended && waitpid(job, &status, WUNTRACED | WCONTINUED | WNOHANG) > 0) {
		if (WIFSTOPPED(status)) {
			job_stopped = 1;
		} else if (WIFCONTINUED(status)) {
			job_stopped = 0;
		} else {
			job_ended = 1;
			job_status = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
		}
	}
}

/* Waits until `done` is true, looking at whatever comes. Returns 0 if it is not at the deadline, or will never be. */
static int wait_until(int (*done)(const char *), const char *argument)
{
	struct timespec now, end;
	sigset_t open;

	sigemptyset(&open);
	clock_gettime(CLOCK_MONOTONIC, &end);
	end.tv_sec += deadline;
	for (;;) {
		struct pollfd what = { .fd = closed ? -1 : terminal, .events = POLLIN };
		struct timespec left;
		int over = job_ended && closed;

		take_status();
		if (done(argument))
			return 1;
		clock_gettime(CLOCK_MONOTONIC, &now);
		if (over || now.tv_sec >= end.tv_sec)
			return 0;
		left = (struct timespec){ .tv_sec = end.tv_sec - now.tv_sec };
		/* SIGCHLD comes only here, where it ends the wait */
		if (ppoll(&what, 1, &left, &open) > 0)
			take_output();
	}
}

static int is_shown(const char *text)
{
	const char *at = shown ? strstr(shown + found, text) : NULL;

	if (!at)
		return 0;
	skipped_from = found;
	skipped_to = (size_t)(at - shown);
	found = skipped_to + strlen(text);
	return 1;
}

static int is_stopped(const char *unused)
{
	(void)unused;
	return job_stopped;
}

static int has_ended(const char *unused)
{
	(void)unused;
	return job_ended && closed;
}

static void give_terminal_to(pid_t group)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);

	check(tty, "/dev/tty");
	check(tcsetpgrp(tty, group), "tcsetpgrp");
	close(tty);
}

static void type(const char *text, size_t size)
{
	if (closed)
		fail(1, "the program has left its terminal");
	while (size > 0) {
		ssize_t n = write(terminal, text, size);

		if (n < 0 && errno == EAGAIN) { /* its input is full, perhaps because nobody takes its echo */
			struct pollfd what = { .fd = terminal, .events = POLLIN | POLLOUT };

			if (poll(&what, 1, (int)deadline * 1000) == 0)
				fail(1, "the terminal takes no input");
			if (what.revents & (POLLIN | POLLHUP))
				take_output();
			continue;
		}
		check((int)n, "typing");
		text += n;
		size -= (size_t)n;
	}
}

/* \n and \\ in place. */
static void unescape(char *text)
{
	char *to = text;

	for (; *text; text++) {
		if (*text == '\\' && (text[1] == 'n' || text[1] == '\\'))
			*to++ = *++text == 'n' ? '\n' : '\\';
		else
			*to++ = *text;
	}
	*to = '\0';
}

static long number(const char *text, long least, long most)
{
	char *end;
	long value = strtol(text, &end, 10);

	if (end == text || *end || value < least || value > most)
		fail(2, "a number from %ld to %ld is needed", least, most);
	return value;
}

static void expect(const char *text)
{
	if (!*text)
		fail(2, "a text is needed");
	if (wait_until(is_shown, text))
		return;
	if (job_ended)
		fail(1, "it has ended with status %d, and never showed it", job_status);
	fail(1, "it was not shown in %ld s", deadline);
}

static void without(const char *text)
{
	const char *at = *text && shown ? strstr(shown + skipped_from, text) : NULL;

	if (at && at < shown + skipped_to)
		fail(1, "it was shown before");
}

static void key(const char *text)
{
	char character;

	if (text[0] != '^' || text[1] < '@' || text[1] > '_' || text[2])
		fail(2, "a key like ^C is needed");
	character = (char)(text[1] - '@');
	type(&character, 1);
}

static void do_step(char *text)
{
	char *word = text, *rest = text + strcspn(text, " ");

	if (*rest)
		*rest++ = '\0';
	if (strcmp(word, "key") != 0)
		unescape(rest);
	if (strcmp(word, "expect") == 0) {
		expect(rest);
	} else if (strcmp(word, "without") == 0) {
		without(rest);
	} else if (strcmp(word, "send") == 0) {
		type(rest, strlen(rest));
		type("\n", 1);
	} else if (strcmp(word, "type") == 0) {
		type(rest, strlen(rest));
	} else if (strcmp(word, "key") == 0) {
		key(rest);
	} else if (strcmp(word, "stopped") == 0) {
		if (!wait_until(is_stopped, NULL))
			fail(1, job_ended ? "it has ended" : "it was not stopped in %ld s", deadline);
		give_terminal_to(getpgrp());
	} else if (strcmp(word, "continue") == 0) {
		give_terminal_to(job);
		job_stopped = 0;
		check(kill(-job, SIGCONT), "kill");
	} else if (strcmp(word, "kill") == 0) {
		check(kill(-job, (int)number(rest, 1, 64)), "kill");
	} else if (strcmp(word, "exit") == 0) {
		long expected = number(rest, 0, 255);

		if (!wait_until(has_ended, NULL))
			fail(1, job_ended ? "others have its terminal still open" : "it did not end in %ld s", deadline);
		if (job_status != expected)
			fail(1, "it has ended with status %d", job_status);
	} else if (strcmp(word, "deadline") == 0) {
		deadline = number(rest, 1, 3600);
	} else {
		fail(2, "there is no such step");
	}
}

/* Opens the pty, makes it the terminal of this session, and starts the program in its foreground. */
static void start(char **command)
{
	struct winsize size = { .ws_row = 24, .ws_col = 80 };
	const char *name;
	int slave;

	terminal = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	check(terminal, "posix_openpt");
	check(grantpt(terminal) | unlockpt(terminal), "unlockpt");
	name = ptsname(terminal);
	slave = name ? open(name, O_RDWR | O_CLOEXEC) : -1; /* a session leader's first terminal is the session's */
	check(slave, "the pty");
	check(ioctl(slave, TIOCSWINSZ, &size), "TIOCSWINSZ");
	job = fork();
	check(job, "fork");
	if (job == 0) {
		sigset_t none;

		setpgid(0, 0);
		if (tcsetpgrp(slave, getpid()) != 0 || dup2(slave, 0) < 0 || dup2(slave, 1) < 0 || dup2(slave, 2) < 0)
			_exit(126);
		for (int which = 1; which < NSIG; which++)
			signal(which, SIG_DFL); /* a shell starts what it has in the background with SIGINT ignored */
		sigemptyset(&none);
		sigprocmask(SIG_SETMASK, &none, NULL);
		execvp(command[0], command);
		fprintf(stderr, "%s: %s\n", command[0], strerror(errno));
		_exit(127);
	}
	setpgid(job, job);
	close(slave);
}

static int play(char **command)
{
	struct sigaction action = { .sa_handler = on_child };
	char *line = NULL, *copy;
	size_t size = 0;
	ssize_t got;
	sigset_t child;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	check(setsid(), "setsid");
	signal(SIGTTOU, SIG_IGN); /* as a shell: it may take the terminal back from the background */
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, NULL);
	sigaction(SIGCHLD, &action, NULL);
	start(command);
	while ((got = getline(&line, &size, stdin)) > 0) {
		line_number++;
		if (line[got - 1] == '\n')
			line[got - 1] = '\0';
		if (line[0] == '\0' || line[0] == '#')
			continue;
		copy = strdup(line);
		if (!copy)
			abort();
		step = copy;
		do_step(line);
		step = "end";
		free(copy);
	}
	free(line);
	finish(0);
	return 2;
}

int main(int argc, char **argv)
{
	int option, status;
	pid_t player;

	while ((option = getopt(argc, argv, "+vo:")) != -1) {
		if (option == 'v') {
			verbose = 1;
		} else if (option == 'o') {
			transcript = optarg;
		} else {
			return 2;
		}
	}
	if (optind >= argc) {
		fprintf(stderr, "usage: terminal [-v] [-o FILE] PROGRAM [ARGS…] <STEPS\n");
		return 2;
	}
	/* a process that leads a group, as every job of a shell, can't begin a session: its child can */
	player = fork();
	if (player == 0)
		return play(argv + optind);
	if (player < 0 || waitpid(player, &status, 0) != player)
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
