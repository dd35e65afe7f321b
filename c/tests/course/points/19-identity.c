/* SPDX-License-Identifier: MIT */
/* 19-identity.c - a program that waits; 19-identity.sh looks at it from outside. It has a name that its file does not have. */
#define _GNU_SOURCE
#include <string.h>
#include <sys/prctl.h>

#include "act.h"

int main(int argc, char **argv)
{
	char name[16], exe[4096] = "";
	const char *own = argv[0];

	CHECK(argc == 3 && strcmp(argv[1], "two words") == 0 && strcmp(argv[2], "") == 0);
	CHECK(prctl(PR_SET_NAME, "a name of mine") == 0);
	intermission();
	CHECK(prctl(PR_GET_NAME, name) == 0 && strcmp(name, "a name of mine") == 0);
	CHECK(argv[0] == own && strcmp(argv[1], "two words") == 0);
	CHECK(readlink("/proc/self/exe", exe, sizeof exe - 1) > 0 && strstr(exe, "test-point-19-identity"));
	return pass();
}
