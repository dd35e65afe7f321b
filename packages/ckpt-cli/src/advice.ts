/** What to do about an error of @ckpt/native that does not say it itself, by its code. */
const processAdvice: Readonly<Record<string, string>> = {
  'no-process': "'ckpt ps' lists the programs that can be saved",
  'not-found': 'check its name, or write ./NAME for one in this folder',
  'not-executable': "name a program, or make it one: 'chmod +x FILE'",
  'static-program': 'link libckpt.a into it and start it by itself, or link it dynamically',
  'setuid-program': 'run a copy of it without the set-uid bit',
  'no-folder': 'make the folder, or name another file with -o',
  'not-writable': 'name another file with -o',
};

/** What to do about an image that cannot be used. */
const imageAdvice: Readonly<Record<string, string>> = {
  empty: "save the program again with 'ckpt checkpoint PID -o FILE'",
  'not-an-image': "name a file that 'ckpt checkpoint' wrote",
  'wrong-machine': 'restart it on such a machine',
  'unsupported-version': 'use the ckpt that wrote it, or a newer one',
  truncated: 'use another copy, or save the program again',
  damaged: 'use another copy, or save the program again',
  'too-large': 'use another copy, or save the program again',
};

export const missingImageAdvice =
  "no such file; name the image, or make one with 'ckpt checkpoint PID -o FILE'";

export function processAdviceFor(code: string): string | undefined {
  return processAdvice[code];
}

export function imageAdviceFor(code: string): string | undefined {
  return imageAdvice[code];
}
