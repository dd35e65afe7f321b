/* SPDX-License-Identifier: MIT */
/* checkpoint.cc - ckpt_attach() in a worker thread; what it hears goes to JavaScript in order. */
#include <cstring>
#include <memory>
#include <string>

#include "attach.h"
#include "parts.h"

namespace {

struct Packet {
	char text[512];
};

class Worker : public Napi::AsyncProgressQueueWorker<Packet> {
public:
	Worker(const Napi::Function &progress, const Napi::Function &done, int pid, std::string path, bool has_path,
	       uint32_t flags, bool kill, std::shared_ptr<volatile int> cancel)
		: AsyncProgressQueueWorker(done, "ckpt:checkpoint"), progress_(Napi::Persistent(progress)), pid_(pid),
		  path_(std::move(path)), has_path_(has_path), flags_(flags), kill_(kill), cancel_(std::move(cancel))
	{
	}

	void Execute(const ExecutionProgress &progress) override
	{
		ckpt_attach_options options = {};

		options.path = has_path_ ? path_.c_str() : nullptr;
		options.flags = flags_;
		options.kill = kill_;
		options.cancel = cancel_.get();
		failed_ = ckpt_attach(pid_, &options, Hear, const_cast<ExecutionProgress *>(&progress), &result_) < 0;
	}

	void OnProgress(const Packet *packets, size_t count) override
	{
		for (size_t i = 0; i < count; i++)
			progress_.Call({ Napi::String::New(Env(), packets[i].text) });
	}

	void OnOK() override
	{
		Napi::Env env = Env();
		Napi::Object answer = Napi::Object::New(env);

		if (failed_) {
			answer.Set("code", result_.code);
			answer.Set("message", result_.message);
			Callback().Call({ answer, env.Undefined() });
			return;
		}
		answer.Set("image", result_.path);
		answer.Set("size", static_cast<double>(result_.size));
		answer.Set("threads", static_cast<double>(result_.threads));
		answer.Set("pauseNs", static_cast<double>(result_.pause_ns));
		answer.Set("elapsedNs", static_cast<double>(result_.elapsed_ns));
		Callback().Call({ env.Undefined(), answer });
	}

private:
	static void Hear(void *arg, const char *text)
	{
		Packet packet;

		strncpy(packet.text, text, sizeof packet.text - 1);
		packet.text[sizeof packet.text - 1] = 0;
		static_cast<const ExecutionProgress *>(arg)->Send(&packet, 1);
	}

	Napi::FunctionReference progress_;
	int pid_;
	std::string path_;
	bool has_path_;
	uint32_t flags_;
	bool kill_;
	std::shared_ptr<volatile int> cancel_;
	bool failed_ = false;
	ckpt_attach_result result_ = {};
};

bool Flag(const Napi::Object &flags, const char *name)
{
	return flags.Get(name).ToBoolean().Value();
}

} // namespace

/* checkpoint(pid, path | undefined, flags, progress, done): a function that gives up */
Napi::Value Checkpoint(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	auto cancel = std::shared_ptr<volatile int>(new volatile int(0));
	Napi::Object flags = info[2].As<Napi::Object>();
	bool has_path = info[1].IsString();
	uint32_t bits = (Flag(flags, "force") ? CKPT_ATTACH_FORCE : 0) | (Flag(flags, "lean") ? CKPT_ATTACH_LEAN : 0);
	auto *worker = new Worker(info[3].As<Napi::Function>(), info[4].As<Napi::Function>(),
				  info[0].As<Napi::Number>().Int32Value(),
				  has_path ? info[1].As<Napi::String>().Utf8Value() : std::string(), has_path, bits,
				  Flag(flags, "kill"), cancel);

	worker->Queue();
	return Napi::Function::New(env, [cancel](const Napi::CallbackInfo &) { *cancel = 1; }, "cancel");
}
