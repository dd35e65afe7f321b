/* SPDX-License-Identifier: MIT */
/* addon.cc - what the addon exports; see interface Addon in src/addon.ts. */
#include "parts.h"

static Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("checkpoint", Napi::Function::New(env, Checkpoint, "checkpoint"));
	exports.Set("contract", Napi::Function::New(env, Contract, "contract"));
	exports.Set("execute", Napi::Function::New(env, Execute, "execute"));
	exports.Set("probe", Napi::Function::New(env, Probe, "probe"));
	exports.Set("sealDescriptors", Napi::Function::New(env, SealDescriptors, "sealDescriptors"));
	return exports;
}

NODE_API_MODULE(ckpt, Init)
