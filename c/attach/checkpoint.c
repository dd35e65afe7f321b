/* SPDX-License-Identifier: MIT */
/*
 * checkpoint.c - ckpt-checkpoint [-o FILE] [--kill] [--force] [--lean] PID: the tool's door without Node, for tests of
 * the C core and for machines that have nothing else. Prints one line: file, bytes, threads, pause and time.
 */
#include <errno.h>
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"

enum { FORCE = 256, KILL, LEAN };

static const char usage[] = "usage: ckpt-checkpoint [-o FILE] [--kill] [--force] [--lean] PID\n";

static void show(void *arg, const char *packet)
{
	(void)arg;
	if (strncmp(packet, "note ", 5) == 0)
		fprintf(stderr, "ckpt: %s\n", packet + 5);
}

static int make_absolute(const char *path, char *to, size_t size)
{
	char cwd[PATH_MAX] = "";
	int n;

	if (*path != '/' && !getcwd(cwd, sizeof cwd))
		return -errno;
	n = snprintf(to, size, "%s%s%s", cwd, *cwd ? "/" : "", path);
	return n < 0 || (size_t)n >= size ? -ENAMETOOLONG : 0;
}

int main(int argc, char **argv)
{
	static const struct option longs[] = {
		{ "force", no_argument, NULL, FORCE },
		{ "kill", no_argument, NULL, KILL },
		{ "lean", no_argument, NULL, LEAN },
		{ "output", required_argument, NULL, 'o' },
		{ NULL, 0, NULL, 0 },
	};
	static struct ckpt_attach_result result;
	static char path[CKPT_ATTACH_PATH_SIZE];
	struct ckpt_attach_options options = { 0 };
	char *end;
	long pid;
	int c;

	while ((c = getopt_long(argc, argv, "o:", longs, NULL)) != -1) {
		switch (c) {
		case FORCE: options.flags |= CKPT_ATTACH_FORCE; break;
		case KILL: options.kill = true; break;
		case LEAN: options.flags |= CKPT_ATTACH_LEAN; break;
		case 'o':
			if (make_absolute(optarg, path, sizeof path) < 0) {
				fprintf(stderr, "ckpt: the path %s is too long\n", optarg);
				return 125;
			}
			options.path = path;
			break;
		default: fputs(usage, stderr); return 2;
		}
	}
	pid = argc == optind + 1 ? strtol(argv[optind], &end, 10) : 0;
	if (argc != optind + 1 || *end || pid <= 0 || pid > INT_MAX) {
		fputs(usage, stderr);
		return 2;
	}
	if (ckpt_attach((int)pid, &options, show, NULL, &result) < 0) {
		fprintf(stderr, "ckpt: %s\n", result.message);
		return 125;
	}
	printf("%s %llu bytes, %llu threads, paused %.3f ms, %.3f s\n", result.path,
	       (unsigned long long)result.size, (unsigned long long)result.threads, (double)result.pause_ns / 1e6,
	       (double)result.elapsed_ns / 1e9);
	return 0;
}
