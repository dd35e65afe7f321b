/* SPDX-License-Identifier: MIT */
/* contract.cc - what the library inside a process says of itself; nothing is stopped for it. */
#include <memory>

#include "attach.h"
#include "parts.h"

/* contract(pid): the settings, or { code, message } */
Napi::Value Contract(const Napi::CallbackInfo &info)
{
	auto result = std::make_unique<ckpt_attach_result>();
	Napi::Object answer = Napi::Object::New(info.Env());

	if (ckpt_attach_contract(info[0].As<Napi::Number>().Int32Value(), result.get()) < 0) {
		answer.Set("code", result->code);
		answer.Set("message", result->message);
		return answer;
	}
	answer.Set("image", result->path);
	answer.Set("signal", result->signal);
	answer.Set("writing", result->writing);
	return answer;
}
