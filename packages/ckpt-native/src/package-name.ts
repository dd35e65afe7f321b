export const packageName = '@ckpt/native';
