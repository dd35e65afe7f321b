/* SPDX-License-Identifier: MIT */
/*
 * probe.cc - tries what ckpt needs of this machine, each in a throw-away process of its own without an exit signal, so that
 * nobody in this one is told. Results are 0 or a positive errno.
 */
#include <cerrno>
#include <cpuid.h>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sched.h>
#include <string>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include "parts.h"

namespace {

constexpr uint64_t kGetRseq = 0x420f; /* PTRACE_GET_RSEQ_CONFIGURATION */

struct CloneArgs {
	uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};

/* struct pm_scan_arg of Linux 6.7 */
struct ScanArgs {
	uint64_t size, flags, start, end, walk_end, vec, vec_len, max_pages;
	uint64_t category_inverted, category_mask, category_anyof_mask, return_mask;
};

long Fork()
{
	return syscall(SYS_clone, 0, nullptr, nullptr, nullptr, nullptr);
}

int Reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : EIO;
}

/* The exit status of a process that runs work(). */
template <typename Work> int InProcess(Work work)
{
	long pid = Fork();

	if (pid == 0)
		syscall(SYS_exit_group, work());
	return pid < 0 ? errno : Reap(static_cast<pid_t>(pid));
}

/* A process with this PID: 0, EPERM, … */
int CloneWithPid(int32_t pid)
{
	CloneArgs args = {};
	long child;

	args.set_tid = reinterpret_cast<uintptr_t>(&pid);
	args.set_tid_size = 1;
	child = syscall(SYS_clone3, &args, sizeof args);
	if (child == 0)
		syscall(SYS_exit_group, 0);
	return child < 0 ? errno : Reap(static_cast<pid_t>(child));
}

int TrySetTid()
{
	int error = EEXIST;

	for (int32_t pid = 20000; pid < 20064 && error == EEXIST; pid++)
		error = CloneWithPid(pid);
	return error;
}

int TryUserNamespace()
{
	return InProcess([] { return unshare(CLONE_NEWUSER | CLONE_NEWPID) < 0 ? errno : CloneWithPid(1); });
}

int TryPagemapScan()
{
	ScanArgs args = {};
	int fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return errno;
	args.size = sizeof args;
	args.start = reinterpret_cast<uintptr_t>(&fd) & ~uint64_t{ 4095 };
	args.end = args.start + 4096;
	args.return_mask = args.category_mask = 1 << 3; /* PAGE_IS_PRESENT */
	error = ioctl(fd, _IOWR('f', 16, ScanArgs), &args) < 0 ? errno : 0;
	close(fd);
	return error;
}

int TryMoveVdso()
{
	unsigned long start = 0, end = 0;
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[512];

	while (maps && fgets(line, sizeof line, maps))
		if (strstr(line, "[vdso]") && sscanf(line, "%lx-%lx", &start, &end) == 2)
			break;
	if (maps)
		fclose(maps);
	if (!end)
		return ENOENT;
	return InProcess([start, end] {
		long to = syscall(SYS_mmap, nullptr, end - start, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		return syscall(SYS_mremap, start, end - start, end - start, MREMAP_MAYMOVE | MREMAP_FIXED, to) < 0 ?
			       errno :
			       0;
	});
}

struct TracingFacts {
	int ptrace, memory, rseq;
};

TracingFacts TryTracing()
{
	TracingFacts facts = { 0, 0, ENOSYS };
	uint64_t word = 0, seen = 0;
	iovec local = { &seen, sizeof seen };
	iovec remote = { &word, sizeof word };
	uint64_t rseq[4] = {};
	long pid = Fork();

	if (pid == 0)
		for (;;)
			syscall(SYS_pause);
	if (pid < 0)
		return { errno, errno, errno };
	if (ptrace(PTRACE_SEIZE, pid, nullptr, nullptr) < 0 || ptrace(PTRACE_INTERRUPT, pid, nullptr, nullptr) < 0)
		facts.ptrace = errno;
	else
		waitpid(static_cast<pid_t>(pid), nullptr, __WALL); /* stopped */
	facts.memory = process_vm_readv(static_cast<pid_t>(pid), &local, 1, &remote, 1, 0) < 0 ? errno : 0;
	if (facts.ptrace == 0)
		facts.rseq = syscall(SYS_ptrace, kGetRseq, pid, sizeof rseq, rseq) < 0 ? errno : 0;
	kill(static_cast<pid_t>(pid), SIGKILL);
	Reap(static_cast<pid_t>(pid));
	return facts;
}

uint64_t Xcr0()
{
	unsigned a, b, c = 0, d;

	if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE))
		return 0;
	__asm__ volatile("xgetbv" : "=a"(a), "=d"(d) : "c"(0));
	return static_cast<uint64_t>(d) << 32 | a;
}

} // namespace

Napi::Value Probe(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	Napi::Object answer = Napi::Object::New(env);
	TracingFacts tracing = TryTracing();
	utsname name;

	uname(&name);
	answer.Set("kernel", name.release);
	answer.Set("machine", name.machine);
	answer.Set("ptrace", tracing.ptrace);
	answer.Set("remoteMemory", tracing.memory);
	answer.Set("rseq", tracing.rseq);
	answer.Set("setTid", TrySetTid());
	answer.Set("userNamespace", TryUserNamespace());
	answer.Set("pagemapScan", TryPagemapScan());
	answer.Set("moveVdso", TryMoveVdso());
	answer.Set("xcr0", Napi::BigInt::New(env, Xcr0()));
	return answer;
}
