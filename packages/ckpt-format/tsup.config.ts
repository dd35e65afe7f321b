import { defineConfig } from 'tsup';

// JavaScript only: the types come from `tsc -p tsconfig.build.json`.
export default defineConfig({
  entry: ['src/index.ts', 'src/node.ts'],
  format: 'esm',
  target: 'node20',
  platform: 'node',
  removeNodeProtocol: false,
  sourcemap: true,
  clean: true,
});
