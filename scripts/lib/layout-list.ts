/**
 * Finds the layouts: every folder in `layouts/` is one, but `parts/`. Pages find them by themselves while they are built; the server
 * and whoever else runs in Node knows them by `layouts/list.ts`, which is written here before each build.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AppError } from '../../shared/util/errors.ts';
import { repoRoot } from './paths.ts';

/** A folder in `layouts/` is no layout. Codes `layoutPartMissing`, `layoutNameInvalid`. */
export class LayoutError extends AppError {}

const files = ['Layout.svelte', 'schema.ts', 'sample.ts', 'words.ts', 'thumbnail.svg', 'cases.ts'];
const shared = 'parts';

/**
 * Names of the layouts in a folder.
 * @throws LayoutError
 */
export function findLayouts(folder: string): string[] {
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== shared)
    .map(({ name }) => name)
    .sort();
  for (const name of names) {
    // Notices are stored with the name of their layout.
    if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 64)
      throw new LayoutError(
        'layoutNameInvalid',
        `layouts/${name}: tên mẫu chỉ gồm chữ thường a–z, chữ số và gạch nối, như «cho-phien». A layout is named with small letters a–z, digits and hyphens.`,
      );
    const missing = files.filter((file) => !existsSync(join(folder, name, file)));
    if (missing.length > 0)
      throw new LayoutError(
        'layoutPartMissing',
        `layouts/${name} thiếu / lacks ${missing.join(', ')} (layouts/README.md).`,
      );
  }
  return names;
}

const variable = (name: string, file: string): string => `${name.replaceAll('-', '_')}${file}`;
const key = (name: string): string => (name.includes('-') ? `'${name}'` : name);

/** The text of `list.ts`. */
export function layoutList(names: readonly string[]): string {
  const imports = names.flatMap((name) => [
    `import * as ${variable(name, 'Schema')} from './${name}/schema.ts';`,
    `import * as ${variable(name, 'Sample')} from './${name}/sample.ts';`,
  ]);
  const entries = names.map(
    (name) => `  ${key(name)}: { ...${variable(name, 'Schema')}, ...${variable(name, 'Sample')} },`,
  );
  return [
    '/** Every folder beside this file that is a layout. Written by scripts/lib/layout-list.ts before each build. */',
    ...imports,
    '',
    'export const list = {',
    ...entries,
    '};',
    '',
  ].join('\n');
}

/**
 * Writes `layouts/list.ts` anew if layouts came or went.
 * @throws LayoutError
 */
export function writeLayoutList(root: string = repoRoot): void {
  const folder = join(root, 'layouts');
  const path = join(folder, 'list.ts');
  const text = layoutList(findLayouts(folder));
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
