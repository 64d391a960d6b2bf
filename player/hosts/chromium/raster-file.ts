/** The size of the board's raster, remembered so that a headless browser starts with it before the engine has read anything. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Raster } from './browser-options.ts';

const file = (dataDir: string) => join(dataDir, 'raster.json');

/** null when there is none that makes sense: the usual size serves until the engine says it. */
export function rememberedRaster(dataDir: string): Raster | null {
  try {
    const { width, height } = JSON.parse(readFileSync(file(dataDir), 'utf8')) as Record<string, unknown>;
    return isLength(width) && isLength(height) ? { width, height } : null;
  } catch {
    return null;
  }
}

function isLength(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) > 0 && Number(value) <= 32_768;
}

/** Best effort: it is only a head start. */
export function rememberRaster(dataDir: string, raster: Raster): void {
  if (JSON.stringify(raster) === JSON.stringify(rememberedRaster(dataDir))) return;
  try {
    writeFileSync(`${file(dataDir)}.tmp`, JSON.stringify(raster), { mode: 0o600 });
    renameSync(`${file(dataDir)}.tmp`, file(dataDir));
  } catch {
    // A full disk must not matter here.
    return;
  }
}
