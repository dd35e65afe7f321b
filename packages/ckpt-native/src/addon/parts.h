/* SPDX-License-Identifier: MIT */
/* parts.h - the functions of the addon, one file each. */
#ifndef CKPT_ADDON_PARTS_H
#define CKPT_ADDON_PARTS_H

#include <napi.h>

Napi::Value Checkpoint(const Napi::CallbackInfo &info);
Napi::Value Contract(const Napi::CallbackInfo &info);
Napi::Value Execute(const Napi::CallbackInfo &info);
Napi::Value Probe(const Napi::CallbackInfo &info);
Napi::Value SealDescriptors(const Napi::CallbackInfo &info);

#endif
