/**
 * npm run package [-- --check | electron-builder's own options]
 *
 * Builds the player and makes packages of it in dist/packages (electron-builder.yml). With --check it is only found out whether they
 * could be made, without Electron's binary and without a network; what that leaves open is said.
 */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { BuildError, runBuild } from './lib/fresh.ts';
import { checkPackaging } from './lib/packaging.ts';
import { repoRoot } from './lib/paths.ts';

const args = process.argv.slice(2);
try {
  await runBuild(['stage', 'electron', 'engine']);
} catch (error) {
  console.error(error instanceof BuildError ? error.message : error);
  process.exit(1);
}
if (args.includes('--check')) {
  const findings = await checkPackaging();
  const mark = (ok: boolean | null): string => (ok === null ? '– not done:' : ok ? '✓' : '✗');
  for (const { ok, text } of findings) console.log(`${mark(ok)} ${text}`);
  process.exitCode = findings.some(({ ok }) => ok === false) ? 1 : 0;
} else {
  const program = join(repoRoot, 'node_modules/electron-builder/cli.js');
  const child = spawn(process.execPath, [program, ...args], { stdio: 'inherit', cwd: repoRoot });
  child.once('exit', (code) => (process.exitCode = code ?? 1));
}
