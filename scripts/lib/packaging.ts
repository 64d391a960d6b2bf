/**
 * Whether electron-builder.yml holds together: electron-builder itself packs the player, around Electron's binary or, where there is
 * none, around a stand-in that has its fuses and nothing else; then it is looked at what came out. Nothing is fetched.
 */
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';
import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import ts from 'typescript';
import { parse } from 'yaml';
import { z } from 'zod';
import { findElectron } from './hosts.ts';
import { repoRoot } from './paths.ts';

export interface Finding {
  /** null: it cannot be found out here. */
  readonly ok: boolean | null;
  readonly text: string;
}

const settings = z.object({
  files: z.array(z.string()),
  directories: z.object({ buildResources: z.string() }),
  linux: z.object({
    icon: z.string(),
    category: z.string(),
    synopsis: z.string(),
    maintainer: z.string().regex(/^.+ <.+@.+>$/),
    executableName: z.string(),
    desktop: z.object({ entry: z.object({ Name: z.string(), 'Name[vi]': z.string(), Comment: z.string() }) }),
  }),
  win: z.object({ icon: z.string() }),
});
type Settings = z.infer<typeof settings>;

const manifest = z.object({ name: z.string(), version: z.string(), license: z.string(), main: z.string() });

/** What each fuse of the packed binary is to be (docs/electron-security.md); `RunAsNode` depends on how the engine is started. */
const fuses = {
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  EnableCookieEncryption: true,
  EnableEmbeddedAsarIntegrityValidation: true,
  OnlyLoadAppFromAsar: true,
  LoadBrowserProcessSpecificV8Snapshot: false,
  GrantFileProtocolExtraPrivileges: false,
} as const;

/** Windows makes its icon of it, and no desktop wants a larger one. px */
const iconSize = 512;

/** The player has to be built. Takes some ten seconds. */
export async function checkPackaging(root = repoRoot): Promise<Finding[]> {
  const work = mkdtempSync(join(tmpdir(), 'bang-tin-package-'));
  const findings: Finding[] = [];
  const say = (ok: boolean | null, text: string, wrong: readonly string[] = []): void =>
    void findings.push({ ok, text: wrong.length > 0 ? `${text}: ${wrong.join('; ')}` : text });
  const expectNone = (text: string, wrong: readonly string[]): void => say(wrong.length === 0, text, wrong);
  try {
    const given = settings.safeParse(parse(readFileSync(join(root, 'electron-builder.yml'), 'utf8')));
    if (!given.success) return [{ ok: false, text: `electron-builder.yml: ${z.prettifyError(given.error)}` }];
    say(true, 'menu entry and icons are named');
    // No address of anybody (RFC 2606).
    if (given.data.linux.maintainer.endsWith('.invalid>'))
      say(
        null,
        'no maintainer: whoever hands the packages out names themselves: npm run package -- -c.linux.maintainer="Name <address>"',
      );
    expectNone('every file that electron-builder.yml names is there', missing(root, given.data));

    const electron = findElectron();
    const dist = electron === null ? standIn(join(work, 'electron')) : dirname(electron);
    const { code, output } = await pack(root, dist, join(work, 'out'));
    expectNone('electron-builder takes its settings and packs the player', code === 0 ? [] : [output]);
    if (code !== 0) return findings;

    const packed = join(work, 'out', 'linux-unpacked');
    const asar = join(packed, 'resources/app.asar');
    const files = listPackage(asar, { isPack: false }).map((path) => path.replaceAll('\\', '/').slice(1));
    const text = (path: string): string => extractFile(asar, path).toString('utf8');
    expectNone(
      'no libraries, compressed copies or marks of the build are packed',
      files.filter((path) => /(^|\/)node_modules(\/|$)|\.(br|gz)$|(^|\/)\.sources$|\.ts$/.test(path)),
    );
    const programs = files.filter((path) => /^dist\/(electron|engine)\/.*\.c?js$/.test(path));
    expectNone(
      'what is packed needs only Electron and Node',
      programs.flatMap((path) => foreignImports(text(path)).map((name) => `${path} wants ${name}`)),
    );
    const own = manifest.parse(JSON.parse(text('package.json')));
    expectNone('name, version and licence', [
      ...(own.name === given.data.linux.executableName ? [] : [`the name is ${own.name}`]),
      ...(files.includes(own.main) ? [] : [`${own.main} is not packed`]),
      ...(text('dist/engine/main.cjs').includes(`appVersion = "${own.version}"`)
        ? []
        : [`boards do not report ${own.version}`]),
      ...(own.license === 'Apache-2.0' && text('LICENSE').includes('Apache License') ? [] : ['the licence is missing']),
    ]);
    expectNone(
      'the licences of what is bundled are packed, and none of them is the GPL',
      [...programs.map((path) => `${path}.licenses.md`), 'dist/stage/licenses.md'].flatMap((path) =>
        files.includes(path) ? [...text(path).matchAll(/^## .*\bA?GPL.*$/gm)].map(String) : [`${path} is missing`],
      ),
    );
    expectNone(
      'the fuses are set',
      await wrongFuses(join(packed, given.data.linux.executableName), text(own.main).includes('ELECTRON_RUN_AS_NODE')),
    );
    if (electron === null)
      say(
        null,
        'no Electron binary: a stand-in was packed, so nothing was started and its own files were not looked at',
      );
    say(null, 'deb, AppImage and the Windows installer: made by npm run package, which fetches what makes them');
    return findings;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function missing(root: string, { files, directories, linux, win }: Settings): string[] {
  const patterns = files.filter((pattern) => !pattern.startsWith('!') && globSync(pattern, { cwd: root }).length === 0);
  const icons = [linux.icon, win.icon]
    .map((name) => join(directories.buildResources, name))
    .filter((path) => !isIcon(join(root, path)));
  return [...patterns, ...icons];
}

/** A square PNG that is large enough (PNG, section 11.2.2). */
function isIcon(path: string): boolean {
  if (!existsSync(path)) return false;
  const bytes = readFileSync(path);
  const [width, height] = bytes.length < 24 ? [0, 0] : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)];
  return bytes.toString('latin1', 1, 4) === 'PNG' && width === height && width >= iconSize;
}

/** What a program loads besides Electron and Node's own modules. */
export function foreignImports(source: string): string[] {
  const names = ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
  return [...new Set(names)].filter((name) => !isBuiltin(name) && !/^electron(\/|$)/.test(name)).sort();
}

async function wrongFuses(binary: string, startsEngineAsNode: boolean): Promise<string[]> {
  const wire = await getCurrentFuseWire(binary);
  return Object.entries({ RunAsNode: startsEngineAsNode, ...fuses }).flatMap(([name, wanted]) => {
    const state = wire[FuseV1Options[name as keyof typeof FuseV1Options]];
    return state === (wanted ? fuseOn : fuseOff) ? [] : [`${name} is not ${wanted ? 'on' : 'off'}`];
  });
}

/** As they lie in the binary: «1» and «0». */
const [fuseOff, fuseOn] = [0x30, 0x31];

/** A folder as Electron's, whose program is only its fuses, all on (electronjs.org, «Electron Fuses», «The hard way»). */
function standIn(folder: string): string {
  mkdirSync(join(folder, 'resources'), { recursive: true });
  const wire = Object.values(FuseV1Options)
    .filter((value) => typeof value === 'number')
    .map(() => '1');
  const head = Buffer.from([1, wire.length]);
  writeFileSync(
    join(folder, 'electron'),
    Buffer.concat([Buffer.from('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'), head, Buffer.from(wire.join(''))]),
  );
  chmodSync(join(folder, 'electron'), 0o755);
  for (const file of ['LICENSE', 'chrome-sandbox']) writeFileSync(join(folder, file), '');
  return folder;
}

function pack(root: string, electronDist: string, out: string): Promise<{ code: number | null; output: string }> {
  const program = join(repoRoot, 'node_modules/electron-builder/cli.js');
  const set = [`-c.electronDist=${electronDist}`, `-c.directories.output=${out}`];
  return new Promise((done) => {
    const child = spawn(process.execPath, [program, '--linux', 'dir', '--x64', ...set], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    child.once('error', (error) => done({ code: 1, output: error.message }));
    child.once('close', (code) => done({ code, output: output.trim() }));
  });
}
