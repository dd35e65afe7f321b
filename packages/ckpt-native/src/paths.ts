import { dirname, join } from 'node:path';
import { addonPath } from './addon-path.ts';

/** The files that do the work, absolute. They lie beside the addon. */
export interface Paths {
  readonly addon: string;
  /** libckpt.so, to be preloaded. */
  readonly library: string;
  readonly restarter: string;
  readonly ticker: string;
}

export function paths(): Paths {
  const addon = addonPath();
  const folder = dirname(addon);
  return {
    addon,
    library: join(folder, 'libckpt.so'),
    restarter: join(folder, 'ckpt-restart'),
    ticker: join(folder, 'ckpt-ticker'),
  };
}
