import { defineConfig } from 'vitest/config';

// Programs are compiled, and count one a second.
export default defineConfig({ test: { testTimeout: 60_000, hookTimeout: 60_000, retry: 0 } });
