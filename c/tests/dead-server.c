/* SPDX-License-Identifier: MIT */
/*
 * dead-server.c FOLDER - mounts a file system on FOLDER whose server (this program) greets the kernel and then never answers: whoever looks into it
 * waits in the kernel, and can only be killed. Needs the right to mount; 77 without. Ends, and unmounts, when its input does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/fuse.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	static char request[1 << 17];
	struct {
		struct fuse_out_header head;
		struct fuse_init_out init;
	} answer = { 0 };
	char options[128], c;
	struct fuse_in_header *in = (void *)request;
	int fd = open("/dev/fuse", O_RDWR | O_CLOEXEC);

	if (argc != 2)
		return 2;
	if (fd < 0) {
		printf("SKIP: no /dev/fuse (%s)\n", strerror(errno));
		return 77;
	}
	snprintf(options, sizeof options, "fd=%d,rootmode=40000,user_id=%d,group_id=%d", fd, getuid(), getgid());
	if (mount("dead-server", argv[1], "fuse", MS_NOSUID | MS_NODEV, options) != 0) {
		printf("SKIP: no right to mount a FUSE file system (%s)\n", strerror(errno));
		return 77;
	}
	if (read(fd, request, sizeof request) < (ssize_t)sizeof *in || in->opcode != FUSE_INIT)
		return 1;
	answer.head = (struct fuse_out_header){ .len = sizeof answer, .unique = in->unique };
	answer.init = (struct fuse_init_out){ .major = FUSE_KERNEL_VERSION, .minor = 31, .max_write = 4096 };
	if (write(fd, &answer, sizeof answer) < 0)
		return 1;
	printf("mounted\n");
	fflush(stdout);
	while (read(0, &c, 1) > 0)
		;
	umount2(argv[1], MNT_DETACH);
	return 0;
}
