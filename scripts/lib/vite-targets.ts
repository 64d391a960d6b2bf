/** Builds one target with Vite into a folder of its own, then swaps it in. */
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build, type InlineConfig } from 'vite';
import { distDir, repoRoot } from './paths.ts';
import { precompress } from './precompress.ts';
import { FINGERPRINT, TARGETS, fingerprint, outDir, type TargetName } from './targets.ts';

/** Warnings and errors only: the list of a hundred font files is no progress; scripts/build.ts says what is done. */
const quiet = { logLevel: 'warn', clearScreen: false } as const satisfies InlineConfig;

/** A page: its folder has its own vite.config.ts. */
const page = (folder: string, to: string): InlineConfig => ({
  root: join(repoRoot, folder),
  configFile: join(repoRoot, folder, 'vite.config.ts'),
  ...quiet,
  build: {
    outDir: to,
    emptyOutDir: true,
    license: { fileName: 'licenses.md' },
    rolldownOptions: { checks: { pluginTimings: false } },
  },
});

/**
 * A program for Node or Electron in one file: everything but Node's own modules and Electron goes in. Where the start counts it is
 * CommonJS (`.cjs`): importing node:http as a module reads all its exports, and one of them loads the whole of fetch, 14 ms of the
 * 100 until a board's first picture.
 */
const program = (entry: string, file: string, to: string): InlineConfig => ({
  root: repoRoot,
  configFile: false,
  ...quiet,
  ssr: { noExternal: true, external: ['electron'], target: 'node' },
  define: file.endsWith('.cjs') ? inCommonJs : {},
  build: {
    ssr: join(repoRoot, entry),
    license: { fileName: `${file}.licenses.md` },
    outDir: to,
    emptyOutDir: false,
    target: 'node24',
    minify: false,
    rolldownOptions: {
      external: ['electron', 'electron/main', 'electron/renderer'],
      // A sandboxed preload script has to be CommonJS (electronjs.org, «Sandbox limitations»).
      output: { format: file.endsWith('.cjs') ? 'cjs' : 'es', entryFileNames: file, codeSplitting: false },
    },
  },
});

/** What CommonJS says instead. */
const inCommonJs = {
  'import.meta.main': 'require.main === module',
  'import.meta.dirname': '__dirname',
  'import.meta.filename': '__filename',
};

/** The Vite runs that make up a target. */
function runs(name: TargetName, to: string): InlineConfig[] {
  if (name === 'web') return [page('cms/web', to)];
  if (name === 'stage') return [page('player/stage', to)];
  if (name === 'chromium') return [program('player/hosts/chromium/main.ts', 'main.cjs', to)];
  if (name === 'engine') return [program('player/engine/main.ts', 'main.cjs', to)];
  return [
    program('player/hosts/electron/main.ts', 'main.js', to),
    program('player/hosts/electron/preload.ts', 'preload.cjs', to),
  ];
}

/**
 * Builds the target. Its old folder stays in place until the new one is complete.
 * @throws whatever Vite throws for broken sources
 */
export async function buildTarget(name: TargetName): Promise<void> {
  const mark = fingerprint(TARGETS[name].sources);
  const fresh = join(distDir, `.${name}-${process.pid}`);
  const old = join(distDir, `.${name}-old-${process.pid}`);
  mkdirSync(fresh, { recursive: true });
  try {
    for (const config of runs(name, fresh)) await build(config);
    if (name === 'web' || name === 'stage') await precompress(fresh);
    writeFileSync(join(fresh, FINGERPRINT), mark);
    if (existsSync(outDir(name))) renameSync(outDir(name), old);
    renameSync(fresh, outDir(name));
  } finally {
    rmSync(fresh, { recursive: true, force: true });
    rmSync(old, { recursive: true, force: true });
  }
}
