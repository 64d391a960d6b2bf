/** A recording on the disk: what each end had before it, what passed, and what either end of then accepts. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { Line } from './recorder.ts';
import type { Schemas } from './schemas.ts';

export const recordingsFolder = join(import.meta.dirname, '../fixtures/protocol');

/** Of which board it is, and who made it. */
export interface About {
  readonly recordedAt: string;
  readonly commit: string;
  readonly boardId: string;
  readonly unitId: string;
}

export interface Recording {
  readonly name: string;
  readonly about: About;
  readonly lines: readonly Line[];
  readonly schemas: Schemas;
  /** Writes the CMS's folder as it was before the first line. */
  restoreCms(folder: string): void;
  /** Writes the player's. */
  restorePlayer(folder: string): void;
}

/** Files of a folder by path, as base64. */
type Folder = Readonly<Record<string, string>>;

export function readFolder(folder: string, wanted: (path: string) => boolean): Folder {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const named = paths.map((path) => [path.slice(folder.length + 1), path] as const).filter(([path]) => wanted(path));
  return Object.fromEntries(named.toSorted().map(([name, path]) => [name, readFileSync(path, 'base64')]));
}

function writeFolder(folder: string, files: Folder): void {
  for (const [path, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), bytes, { encoding: 'base64', mode: 0o600 });
  }
}

export function writeRecording(
  folder: string,
  {
    about,
    lines,
    schemas,
    cms,
    player,
  }: { about: About; lines: readonly Line[]; schemas: unknown; cms: Folder; player: Folder },
): void {
  mkdirSync(folder, { recursive: true });
  const text = (value: unknown): string => `${JSON.stringify(value, null, 1)}\n`;
  writeFileSync(join(folder, 'about.json'), text(about));
  writeFileSync(join(folder, 'messages.jsonl'), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  writeFileSync(join(folder, 'schemas.json'), `${JSON.stringify(schemas)}\n`);
  writeFileSync(join(folder, 'player.json'), text(player));
  writeFileSync(join(folder, 'cms.json.gz'), gzipSync(JSON.stringify(cms), { level: 9 }));
}

export function readRecordings(): Recording[] {
  return readdirSync(recordingsFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => {
      const read = (file: string): string => readFileSync(join(recordingsFolder, name, file), 'utf8');
      const cms = readFileSync(join(recordingsFolder, name, 'cms.json.gz'));
      return {
        name,
        about: JSON.parse(read('about.json')) as About,
        lines: read('messages.jsonl')
          .trimEnd()
          .split('\n')
          .map((line) => JSON.parse(line) as Line),
        schemas: JSON.parse(read('schemas.json')) as Schemas,
        restoreCms: (folder) => writeFolder(folder, JSON.parse(gunzipSync(cms).toString()) as Folder),
        restorePlayer: (folder) => writeFolder(folder, JSON.parse(read('player.json')) as Folder),
      };
    });
}
