export const packageName = '@ckpt/procmaps';
