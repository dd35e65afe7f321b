/* SPDX-License-Identifier: MIT */
/*
 * 16-names.c FILE… - maps each FILE, whose names are longer than a program expects, and makes 3,000 mappings that the kernel can't join. Two pages
 * of each file are looked at after a restart, and its name.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "act.h"

#define MAPPINGS 3000
#define PAGE 4096ul

/* The name as /proc/PID/maps writes it: a newline as \012. */
static int has_name(const char *name)
{
	static char line[20000], escaped[20000];
	FILE *f = fopen("/proc/self/maps", "r");
	char *to = escaped;
	int found = 0;

	CHECK(f);
	for (; *name; name++)
		to += sprintf(to, *name == '\n' ? "\\%03o" : "%c", *name);
	*to++ = '\n';
	*to = 0;
	while (!found && fgets(line, sizeof line, f))
		found = strstr(line, escaped) != NULL;
	fclose(f);
	return found;
}

int main(int argc, char **argv)
{
	char *many = mmap(NULL, 2 * MAPPINGS * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *files[16];

	CHECK(many != MAP_FAILED && argc < 16);
	for (int i = 0; i < MAPPINGS; i++) {
		char *page = many + 2 * PAGE * (size_t)i;

		CHECK(mprotect(page, PAGE, PROT_READ | PROT_WRITE) == 0);
		memcpy(page, &i, sizeof i);
	}
	for (int i = 1; i < argc; i++) {
		int fd = open(argv[i], O_RDONLY);

		files[i] = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
		CHECK(fd >= 0 && files[i] != MAP_FAILED && close(fd) == 0);
		CHECK(has_name(argv[i]) && memcmp(files[i], "content", 7) == 0);
		files[i][PAGE] = (char)i;
	}
	intermission();
	for (int i = 0; i < MAPPINGS; i++)
		CHECK(memcmp(many + 2 * PAGE * (size_t)i, &i, sizeof i) == 0);
	for (int i = 1; i < argc; i++) {
		CHECK(has_name(argv[i]) && memcmp(files[i], "content", 7) == 0);
		CHECK(files[i][PAGE] == (char)i && files[i][PAGE + 1] == 0);
	}
	return pass();
}
