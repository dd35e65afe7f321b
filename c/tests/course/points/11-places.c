/* SPDX-License-Identifier: MIT */
/* 11-places.c NAME - goes to another folder, and says at last who it is. */
#define _GNU_SOURCE
#include <string.h>

#include "act.h"

int main(int argc, char **argv)
{
	char folder[4096];

	CHECK(argc == 2 && chdir("/proc") == 0);
	intermission();
	CHECK(getcwd(folder, sizeof folder) && strcmp(folder, "/proc") == 0);
	printf("I am %s\n", argv[1]);
	return pass();
}
