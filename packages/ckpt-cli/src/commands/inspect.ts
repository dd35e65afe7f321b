import type { Image } from '@ckpt/format';
import { Command } from 'commander';
import { defaultImage } from '../default-image.ts';
import { standard } from '../text/output.ts';
import { painter } from '../text/style.ts';

interface InspectOptions {
  readonly regions?: boolean;
  readonly json?: boolean;
}

const examples = `
An image is a core file as well: gdb PROGRAM FILE shows where each thread was.

Examples:
  ckpt inspect
  ckpt inspect noon.ckpt --regions
  ckpt inspect --json | jq .process.args`;

export function inspectCommand(): Command {
  return new Command('inspect')
    .summary('what is in an image')
    .description('Shows what is in an image: program, time, threads, memory, descriptors, signals.')
    .usage('[options] [FILE]')
    .argument('[file]', 'the image', defaultImage)
    .option('--regions', 'every region of memory, not only the sums')
    .option('--json', 'as JSON: everything but the bytes of the memory')
    .helpOption('-h, --help', 'show this help')
    .addHelpText('after', examples)
    .action(inspect);
}

async function inspect(file: string, options: InspectOptions): Promise<void> {
  const { openImage } = await import('@ckpt/format');
  const { fromFile } = await import('@ckpt/format/node');
  const source = await fromFile(file);
  try {
    const image = await openImage(source);
    const text = options.json === true ? await asJson(image) : await asPage(image, options);
    standard(1).write(`${text}\n`);
  } finally {
    await source.close();
  }
}

async function asJson(image: Image): Promise<string> {
  const { imageJson } = await import('../image/image-json.ts');
  return JSON.stringify(imageJson(image), null, 2);
}

async function asPage(image: Image, { regions = false }: InspectOptions): Promise<string> {
  const { describeImage } = await import('../image/describe-image.ts');
  return describeImage(image, { regions, paint: painter(standard(1)) }).join('\n');
}
