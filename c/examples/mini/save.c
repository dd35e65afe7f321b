/* SPDX-License-Identifier: MIT */
/*
 * save.c - writes all memory of the process that it runs in to a file. Each segment of /proc/self/maps is written with what it takes to
 * make it again: addresses, permissions, name, bytes. The image appears under its name only when it is whole: it is written
 * beside it, flushed to the disk and renamed. Whatever fails, the earlier image stays and the program runs on.
 */
#define _GNU_SOURCE
#include <asm/prctl.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "mini.h"

#define RUN (16u << 20) /* bytes in one DATA at most */
#define BATCH 512

static struct header header;
static struct maps maps;
static struct mapping mapping;
static char temporary[PATH_MAX], why_not[PATH_MAX + 128];
static int pagemap;

/*
 * Has this page of the segment ever been touched? /proc/self/pagemap has eight bytes for each page of memory; bit 63: it is in
 * memory, bit 62: it is in the swap. Of a terabyte that was reserved and never used, nothing is to be written.
 */
static bool is_touched(uint64_t address)
{
	static uint64_t entries[BATCH], first;
	uint64_t page = address / PAGE;

	if (pagemap < 0)
		return true;
	if (page < first || page >= first + BATCH || address == mapping.start) {
		ssize_t got;

		do
			got = pread(pagemap, entries, sizeof entries, (off_t)(page * sizeof *entries));
		while (got < 0 && errno == EINTR);
		if (got < (ssize_t)sizeof *entries)
			return true;
		memset((char *)entries + got, 0xff, sizeof entries - (size_t)got); /* not told: taken as touched */
		first = page;
	}
	return entries[page - first] >> 62 != 0;
}

/* Of files all pages are written, as the file may change until the restart: all that lie before its end. */
static uint64_t end_of_file(void)
{
	struct stat st;

	if (mapping.deleted || stat(mapping.name, &st) != 0 || st.st_ino != mapping.inode || !S_ISREG(st.st_mode))
		return mapping.end;
	if ((uint64_t)st.st_size <= mapping.offset)
		return mapping.start;
	return mapping.start + ((uint64_t)st.st_size - mapping.offset);
}

static bool write_record(int fd, uint32_t kind, uint64_t start, uint64_t end)
{
	struct record record = { .kind = kind, .start = start, .end = end };

	return write_all(fd, &record, sizeof record);
}

/* A segment that may not be read is made readable for the time being. */
static bool write_bytes(int fd)
{
	bool readable = mapping.prot & PROT_READ;
	bool opened = readable, good = true;
	uint64_t file_end = readable && mapping.inode != 0 ? end_of_file() : 0;
	uint64_t at = mapping.start;

	while (good && at < mapping.end) {
		uint64_t start = at;

		while (at < mapping.end && at - start < RUN && (file_end != 0 ? at < file_end : is_touched(at)))
			at += PAGE;
		if (at == start) {
			at += PAGE;
			continue;
		}
		if (!opened)
			opened = mprotect((void *)mapping.start, mapping.end - mapping.start, PROT_READ) == 0;
		good = opened && write_record(fd, DATA, start, at) && write_all(fd, (void *)start, at - start);
	}
	if (opened && !readable)
		mprotect((void *)mapping.start, mapping.end - mapping.start, mapping.prot);
	return good;
}

static bool write_segment(int fd)
{
	struct record record = {
		.kind = SEGMENT, .start = mapping.start, .end = mapping.end, .prot = (uint32_t)mapping.prot,
		.name_size = (uint32_t)mapping.name_length + 1, .offset = mapping.offset,
	};

	if (mapping.start >= USER_END)
		return true; /* [vsyscall]: always there */
	record.way = is_kernel_segment(mapping.name) ? KERNEL : mapping.shared ? SHARED_FILE : MEMORY;
	if (strcmp(mapping.name, "[vdso]") == 0)
		header.vdso_sum = sum_bytes(mapping.start, mapping.end);
	return write_all(fd, &record, sizeof record) && write_all(fd, mapping.name, record.name_size) &&
	       (record.way != MEMORY || write_bytes(fd));
}

static bool write_segments(int fd)
{
	int more = maps_open(&maps);
	bool good = more == 0;

	pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	while (good && (more = maps_next(&maps, &mapping)) == 1)
		good = write_segment(fd);
	if (more < 0)
		errno = -more;
	int error = errno;

	maps_close(&maps);
	if (pagemap >= 0)
		close(pagemap);
	errno = error;
	return good && more == 0;
}

/* Memory that is shared with other processes and no file can't be saved by one of them alone. */
static bool find_shared_memory(void)
{
	int more = maps_open(&maps);
	bool found = false;

	if (more != 0)
		return false;
	while (!found && maps_next(&maps, &mapping) == 1)
		found = mapping.shared && !is_kernel_segment(mapping.name) &&
			(mapping.name[0] != '/' || mapping.deleted || mapping.cut);
	maps_close(&maps);
	return found;
}

/* The fields of /proc/self/stat: proc_pid_stat(5) has their numbers. */
static uint64_t stat_field(int number)
{
	static char text[2048];
	const char *at = strrchr(read_text("/proc/self/stat", text, sizeof text), ')');
	uint64_t value = 0;

	for (int field = 2; at != NULL && field < number; field++)
		at = strchr(at + 1, ' ');
	for (at = at != NULL ? at + 1 : ""; *at >= '0' && *at <= '9'; at++)
		value = value * 10 + (uint64_t)(*at - '0');
	return value;
}

static bool describe_process(const gregset_t registers, void (*resume)(uint64_t, uint64_t))
{
	struct prctl_mm_map *layout = &header.layout;
	ssize_t length = readlink("/proc/self/exe", header.exe, sizeof header.exe - 1);
	size_t auxv_size = read_file("/proc/self/auxv", header.auxv, sizeof header.auxv);

	header.exe[length > 0 ? length : 0] = '\0';
	if (access(header.exe, X_OK) != 0)
		return complain("cannot checkpoint: the program's file is gone:", header.exe, "it runs on");
	if (auxv_size == 0)
		return complain("cannot checkpoint: /proc/self/auxv cannot be read", NULL, "it runs on");
	header.magic = IMAGE_MAGIC;
	header.pid = getpid();
	header.persona = (uint32_t)personality(0xffffffff);
	memcpy(header.registers, registers, sizeof header.registers);
	syscall(SYS_arch_prctl, ARCH_GET_FS, &header.fs_base);
	syscall(SYS_arch_prctl, ARCH_GET_GS, &header.gs_base);
	header.resume = (uint64_t)resume;
	*layout = (struct prctl_mm_map){
		.start_code = stat_field(26), .end_code = stat_field(27), .start_stack = stat_field(28),
		.start_data = stat_field(45), .end_data = stat_field(46), .start_brk = stat_field(47),
		.arg_start = stat_field(48), .arg_end = stat_field(49), .env_start = stat_field(50),
		.env_end = stat_field(51), .brk = (uint64_t)syscall(SYS_brk, 0), .exe_fd = (uint32_t)-1,
		.auxv_size = (uint32_t)auxv_size,
	};
	return true;
}

/* The header is written last: before that, the file is no image. */
static bool write_image(int fd)
{
	if (lseek(fd, sizeof header, SEEK_SET) < 0 || !write_segments(fd) || !write_record(fd, END, 0, 0))
		return false;
	return lseek(fd, 0, SEEK_SET) == 0 && write_all(fd, &header, sizeof header) && fsync(fd) == 0;
}

/* A file that grows over its limit (ulimit -f) brings a signal that would end the program when the handler returns. */
static void swallow(int number, const sigset_t *before)
{
	const struct timespec at_once = { 0, 0 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, number);
	if (sigismember(before, number) == 0)
		sigtimedwait(&set, NULL, &at_once);
}

/*
 * Opens IMAGE.tmp, locked: whoever is killed while he writes it leaves it to the next one, who starts it anew. Where another process is
 * writing it, to the same name, that one is waited for; it takes the file away, then, by its rename.
 */
static int open_temporary(void)
{
	const struct timespec nap = { 0, 10000000 };

	for (int tries = 0; tries < 500; tries++) {
		int fd = open(temporary, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		struct stat ours, named;

		if (fd < 0)
			return fd;
		if (flock(fd, LOCK_EX | LOCK_NB) == 0 && fstat(fd, &ours) == 0 && stat(temporary, &named) == 0 &&
		    ours.st_ino == named.st_ino) {
			if (S_ISREG(ours.st_mode) && ftruncate(fd, 0) == 0)
				return fd;
			close(fd);
			errno = EEXIST;
			return -1;
		}
		close(fd);
		nanosleep(&nap, NULL);
	}
	errno = EBUSY;
	return -1;
}

bool save(const char *image, const gregset_t registers, void (*resume)(uint64_t hole, uint64_t size))
{
	sigset_t before;
	bool good;
	int fd;

	if (find_shared_memory())
		return complain("cannot checkpoint: it has shared memory that is no file", NULL, "it runs on");
	if (!describe_process(registers, resume))
		return false;
	temporary[0] = why_not[0] = '\0';
	append(why_not, sizeof why_not, image);
	append(why_not, sizeof why_not, ":");
	if (!append(temporary, sizeof temporary, image) || !append(temporary, sizeof temporary, ".tmp"))
		return complain(why_not, "too long a path", "the program runs on");
	sigpending(&before);
	fd = open_temporary();
	good = fd >= 0 && write_image(fd);
	if (good)
		good = rename(temporary, image) == 0;
	if (!good) {
		complain(why_not, strerrordesc_np(errno), "no checkpoint was made, an earlier one is untouched; the program runs on");
		swallow(SIGXFSZ, &before);
	}
	if (fd >= 0) {
		if (!good)
			unlink(temporary);
		close(fd);
	}
	return good;
}
