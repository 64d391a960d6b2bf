/** Builds what is stale, in a process of its own, so that the bundler's memory is given back. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { AppError } from '../../shared/util/errors.ts';
import { writeLayoutList } from './layout-list.ts';
import { repoRoot } from './paths.ts';
import { isFresh, type TargetName } from './targets.ts';

/** A build failed; what the bundler said is on the screen already. Code `buildFailed`. */
export class BuildError extends AppError {}

/**
 * Builds those of the targets whose sources have changed; its progress goes to this terminal.
 * @throws BuildError, LayoutError
 */
export async function runBuild(targets: TargetName[]): Promise<void> {
  writeLayoutList();
  const stale = targets.filter((name) => !isFresh(name));
  if (stale.length === 0) return;
  const child = spawn(process.execPath, [join(repoRoot, 'scripts/build.ts'), ...stale], {
    stdio: ['ignore', 'inherit', 'inherit'],
    cwd: repoRoot,
  });
  const stop = (): void => void child.kill('SIGTERM');
  process.once('SIGTERM', stop).once('SIGINT', stop);
  try {
    await new Promise<void>((done, fail) => {
      child.once('error', fail);
      child.once('exit', (code) => {
        if (code === 0) done();
        else fail(new BuildError('buildFailed', `Building ${stale.join(' and ')} failed.`));
      });
    });
  } finally {
    process.off('SIGTERM', stop).off('SIGINT', stop);
  }
}
