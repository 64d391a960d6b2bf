/** Plants violations of the import table in a small tree and sees that the rules name each of them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { cruise, type ICruiseOptions, type ICruiseResult, type IFlattenedRuleSet } from 'dependency-cruiser';
import { afterEach, describe, expect, test } from 'vitest';

const { forbidden, options } = createRequire(import.meta.url)('../../.dependency-cruiser.cjs') as {
  forbidden: IFlattenedRuleSet['forbidden'];
  options: ICruiseOptions & { tsConfig: unknown };
};

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true, force: true });
});

/** Cruises a tree of `path → source` and returns the broken rules as «rule: from → to», sorted. */
async function violations(files: Record<string, string>): Promise<string[]> {
  const root = mkdtempSync(join(tmpdir(), 'bang-tin-layers-'));
  roots.push(root);
  for (const [path, source] of Object.entries(files)) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), source);
  }
  const { tsConfig: _unused, ...rest } = options;
  const { output } = await cruise(['.'], {
    ...rest,
    baseDir: root,
    validate: true,
    ruleSet: { forbidden } as IFlattenedRuleSet,
  });
  return (output as ICruiseResult).summary.violations
    .map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`)
    .sort();
}

const npmPackage = (name: string) => ({
  [`node_modules/${name}/package.json`]: JSON.stringify({ name, version: '1.0.0', main: 'index.js' }),
  [`node_modules/${name}/index.js`]: 'module.exports = {};',
});

describe('the import table', () => {
  test('lets through what the table allows', async () => {
    const found = await violations({
      ...npmPackage('zod'),
      ...npmPackage('fastify'),
      'shared/a.ts': "import 'zod'; import './b.ts';",
      'shared/b.ts': 'export type B = 1; export const b = 1;',
      'shared/a.test.ts': "import 'node:fs'; import './a.ts'; import '../test/fixture.ts';",
      'cms/server/store/testing.ts': "import '../../../test/fixture.ts'; import '../../../player/engine/main.ts';",
      'layouts/notice/schema.ts': "import '../../shared/b.ts'; import 'zod'; export const s = 1;",
      'cms/server/app.ts': "import 'node:fs'; import 'fastify'; import '../../layouts/notice/schema.ts';",
      'cms/server/features/boards/routes.ts': "import './service.ts';",
      'cms/server/features/boards/service.ts': "import './repo.ts'; import '../units/service.ts';",
      'cms/server/features/boards/repo.ts': 'export const r = 1;',
      'cms/server/features/units/service.ts': 'export const u = 1;',
      'player/engine/main.ts': "import '../../shared/b.ts'; import 'node:http';",
      'player/hosts/chromium/main.ts': "import '../../engine/main.ts';",
      'player/stage/main.ts': "import '../../layouts/notice/schema.ts';",
      'test/fixture.ts': "import '../player/engine/main.ts'; import '../cms/server/app.ts';",
    });
    expect(found).toEqual([]);
  });

  test('names a forbidden border between layers, types included', async () => {
    const found = await violations({
      'shared/a.ts': "import type { E } from '../player/engine/main.ts'; export type A = E;",
      'player/engine/main.ts': "import '../../cms/server/app.ts'; export type E = 1;",
      'player/hosts/chromium/main.ts': "import '../../engine/journal.ts';",
      'player/engine/journal.ts': 'export const j = 1;',
      'cms/server/app.ts': "import '../../layouts/notice/registry.ts';",
      'layouts/notice/registry.ts': 'export const r = 1;',
      'cms/server/fields.ts': "import '../../layouts/schemas.ts';",
      'layouts/schemas.ts': "import './notice/Notice.svelte';",
      'layouts/notice/Notice.svelte': '<p>{1}</p>',
      'cms/web/main.ts': "import '../../player/stage/main.ts';",
      'player/stage/main.ts': "import '../../test/fixture.ts';",
      'test/fixture.ts': 'export const f = 1;',
    });
    expect(found).toEqual([
      'layer-cms-server: cms/server/app.ts → layouts/notice/registry.ts',
      'layer-cms-web: cms/web/main.ts → player/stage/main.ts',
      'layer-player-engine: player/engine/main.ts → cms/server/app.ts',
      'layer-player-hosts: player/hosts/chromium/main.ts → player/engine/journal.ts',
      'layer-player-stage: player/stage/main.ts → test/fixture.ts',
      'layer-shared: shared/a.ts → player/engine/main.ts',
      'nothing-imports-test: player/stage/main.ts → test/fixture.ts',
      'server-reaches-no-component: cms/server/fields.ts → layouts/notice/Notice.svelte',
    ]);
  });

  test('names Node, a database or a heavy library where it must not be', async () => {
    const found = await violations({
      ...npmPackage('node-av'),
      ...npmPackage('pg'),
      'shared/a.ts': "import 'node:fs';",
      'player/stage/main.ts': "import 'node:path';",
      'player/engine/main.ts': "import 'node-av';",
      'cms/server/jobs/report.ts': "import 'pg';",
      'cms/server/store/postgres.ts': "import 'pg';",
    });
    expect(found).toEqual([
      'only-store-knows-a-dialect: cms/server/jobs/report.ts → node_modules/pg/index.js',
      'pages-have-no-node: player/stage/main.ts → path',
      'player-carries-no-cms-library: player/engine/main.ts → node_modules/node-av/index.js',
      'shared-is-pure: shared/a.ts → fs',
    ]);
  });

  test('keeps routes → service → repo inside a feature', async () => {
    const found = await violations({
      'cms/server/features/boards/routes.ts': "import './repo.ts';",
      'cms/server/features/boards/service.ts': "import '../units/repo.ts'; import './routes.ts';",
      'cms/server/features/boards/repo.ts': "import '../units/service.ts';",
      'cms/server/features/units/repo.ts': 'export const u = 1;',
      'cms/server/features/units/service.ts': "import './repo.ts';",
    });
    expect(found).toEqual([
      'feature-keeps-its-repo: cms/server/features/boards/service.ts → cms/server/features/units/repo.ts',
      'repos-know-no-service: cms/server/features/boards/repo.ts → cms/server/features/units/service.ts',
      'routes-go-through-service: cms/server/features/boards/routes.ts → cms/server/features/boards/repo.ts',
      'services-know-no-routes: cms/server/features/boards/service.ts → cms/server/features/boards/routes.ts',
    ]);
  });
});
