/** Builds the CMS pages into dist/web. Messages are compiled first; with `vite dev` calls go to a CMS on port 8080. */
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte, vitePreprocess } from '@sveltejs/vite-plugin-svelte';
import tailwindcss from '@tailwindcss/vite';
import { defineConfig } from 'vite';
import { chunkGroups } from './chunks.ts';
import { keptPluralRules } from './kept-plural-rules.ts';
import { messagesByModule } from './messages-by-module.ts';
import messages from './messages/vi.json' with { type: 'json' };

const here = import.meta.dirname;
const cms = 'http://127.0.0.1:8080';

export default defineConfig({
  root: here,
  base: '/',
  plugins: [
    paraglideVitePlugin({
      project: `${here}/project.inlang`,
      outdir: `${here}/src/paraglide`,
      strategy: ['localStorage', 'baseLocale'],
      localStorageKey: 'bang-tin-locale',
      outputStructure: 'message-modules',
      emitReadme: false,
    }),
    messagesByModule(Object.keys(messages)),
    keptPluralRules(),
    tailwindcss(),
    svelte({ configFile: false, preprocess: vitePreprocess({ script: false, style: false }) }),
  ],
  build: {
    outDir: '../../dist/web',
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: {
      output: {
        codeSplitting: { groups: chunkGroups(`${here}/src/pages/OverviewPage.svelte`) },
      },
    },
  },
  server: {
    host: '127.0.0.1',
    proxy: {
      '/api': { target: cms },
      '/content': { target: cms },
      '/stage': { target: cms },
      '/socket.io': { target: cms, ws: true },
    },
  },
});
