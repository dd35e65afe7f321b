export const packageName = '@ckpt/format';
