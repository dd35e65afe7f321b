/* SPDX-License-Identifier: MIT */
/*
 * execute.cc - execve(2) that leaves nothing of Node: actions and mask of signals, the limit of open files, flags of
 * the standard streams and close-on-exec are put back as they were. Where the execve fails, Node gets its own again.
 */
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fcntl.h>
#include <string>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

#include "parts.h"

namespace {

/* As the kernel has it: the C library hides signals 32 and 33 from its callers. */
struct Action {
	uint64_t handler, flags, restorer, mask;
};

constexpr int kSignals = 64;
constexpr int kClosed = -2;
constexpr unsigned kCloseOnExec = 4; /* CLOSE_RANGE_CLOEXEC */

std::string Bytes(const Napi::Value &value)
{
	auto bytes = value.As<Napi::Uint8Array>();

	return std::string(reinterpret_cast<const char *>(bytes.Data()), bytes.ByteLength());
}

std::vector<std::string> Strings(const Napi::Array &array)
{
	std::vector<std::string> strings;

	for (uint32_t i = 0; i < array.Length(); i++)
		strings.push_back(Bytes(array.Get(i)));
	return strings;
}

std::vector<char *> Pointers(std::vector<std::string> &strings)
{
	std::vector<char *> pointers;

	for (std::string &string : strings)
		pointers.push_back(string.data());
	pointers.push_back(nullptr);
	return pointers;
}

uint64_t Bits(const Napi::Value &value)
{
	bool lossless;

	return value.As<Napi::BigInt>().Uint64Value(&lossless);
}

void SetLimit(const Napi::Value &soft, rlimit *before)
{
	rlimit limit;

	getrlimit(RLIMIT_NOFILE, before);
	if (!soft.IsBigInt())
		return;
	limit = *before;
	limit.rlim_cur = Bits(soft) < limit.rlim_max ? Bits(soft) : limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void SetActions(uint64_t ignored, Action before[kSignals + 1])
{
	for (int sig = 1; sig <= kSignals; sig++) {
		Action action = {};

		action.handler = ignored >> (sig - 1) & 1 ? 1 /* SIG_IGN */ : 0;
		syscall(SYS_rt_sigaction, sig, &action, &before[sig], sizeof(uint64_t));
	}
}

void SetDescriptors(const Napi::Array &flags, const Napi::Array &inherited)
{
	for (int fd = 0; fd < 3; fd++) {
		int want = flags.Get(fd).As<Napi::Number>().Int32Value();
		int have = fcntl(fd, F_GETFL);

		if (want == kClosed) {
			fcntl(fd, F_SETFD, FD_CLOEXEC); /* Node opened /dev/null there */
			continue;
		}
		fcntl(fd, F_SETFD, 0);
		if (want < 0)
			want = have & ~O_NONBLOCK; /* not known: hardly a program expects it */
		if (have >= 0 && ((have ^ want) & (O_NONBLOCK | O_APPEND)))
			fcntl(fd, F_SETFL, want);
	}
	syscall(SYS_close_range, 3u, ~0u, kCloseOnExec);
	for (uint32_t i = 0; i < inherited.Length(); i++)
		fcntl(inherited.Get(i).As<Napi::Number>().Int32Value(), F_SETFD, 0);
}

} // namespace

/* execute(file, argv, env, bare): an errno */
Napi::Value Execute(const Napi::CallbackInfo &info)
{
	std::string file = Bytes(info[0]);
	std::vector<std::string> words = Strings(info[1].As<Napi::Array>());
	std::vector<std::string> variables = Strings(info[2].As<Napi::Array>());
	std::vector<char *> argv = Pointers(words);
	std::vector<char *> envp = Pointers(variables);
	Napi::Object bare = info[3].As<Napi::Object>();
	const uint64_t everything = ~uint64_t{ 0 };
	const uint64_t blocked = Bits(bare.Get("blocked"));
	const uint64_t ignored = Bits(bare.Get("ignored"));
	uint64_t mask = 0;
	Action actions[kSignals + 1] = {};
	rlimit limit;
	int error;

	SetDescriptors(bare.Get("flags").As<Napi::Array>(), bare.Get("inherited").As<Napi::Array>());
	SetLimit(bare.Get("nofile"), &limit);
	/* A signal that comes in between waits for the program. */
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &everything, &mask, sizeof mask);
	SetActions(ignored, actions);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &blocked, nullptr, sizeof mask);
	execve(file.c_str(), argv.data(), envp.data());
	error = errno;
	for (int sig = 1; sig <= kSignals; sig++)
		syscall(SYS_rt_sigaction, sig, &actions[sig], nullptr, sizeof(uint64_t));
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, sizeof mask);
	setrlimit(RLIMIT_NOFILE, &limit);
	return Napi::Number::New(info.Env(), error);
}

/* sealDescriptors(): children inherit none from 3 on but those of their stdio. Node itself does so for the first 16. */
Napi::Value SealDescriptors(const Napi::CallbackInfo &info)
{
	syscall(SYS_close_range, 3u, ~0u, kCloseOnExec);
	return info.Env().Undefined();
}
