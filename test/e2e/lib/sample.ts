/**
 * A CMS with the sample province, of which each test has its own copy: it is made once for all of them, by whichever comes first, as a
 * first start makes it. Making one takes most of half a minute.
 */
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inject } from 'vitest';
import { startCms, type Account, type Cms, type Sample } from './processes.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the sample of this run is made; empty at first, and removed after it (built.ts). */
    sampleFolder: string;
  }
}

/** @returns what the first start told of the sample whose data lie in `folder`/data */
async function madeIn(folder: string): Promise<Pick<SampleCms, 'accounts' | 'firstBoardId'>> {
  const told = join(folder, 'told.json');
  const begun = await mkdir(join(folder, 'begun')).then(
    () => false,
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
      return true;
    },
  );
  if (!begun) {
    let said: { sample: Sample | null } | { error: string };
    try {
      const { child, sample } = await startCms(join(folder, 'data'));
      await child.stop();
      said = { sample };
    } catch (error) {
      said = { error: String(error) };
    }
    await writeFile(`${told}.new`, JSON.stringify(said));
    await rename(`${told}.new`, told);
  }
  const signal = AbortSignal.timeout(240_000);
  while (!existsSync(told)) {
    signal.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { sample, error } = JSON.parse(readFileSync(told, 'utf8')) as { sample?: Sample | null; error?: string };
  if (!sample?.accounts) throw new Error(error ?? 'The first start made no sample');
  return { accounts: sample.accounts, firstBoardId: sample.firstBoardId };
}

export interface SampleCms extends Cms {
  /** As the first start told them. */
  readonly accounts: readonly Account[];
  readonly firstBoardId: string;
}

/** @param data a folder that is not there yet */
export async function startSampleCms(data: string, options: { port?: number } = {}): Promise<SampleCms> {
  const folder = inject('sampleFolder');
  const { accounts, firstBoardId } = await madeIn(folder);
  await cp(join(folder, 'data'), data, { recursive: true });
  return { ...(await startCms(data, options)), accounts, firstBoardId };
}
