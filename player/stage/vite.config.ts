/** Builds the stage into dist/stage; relative addresses, so that it can be served under any path. */
import { join } from 'node:path';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [svelte({ configFile: false })],
  build: {
    outDir: join(import.meta.dirname, '../../dist/stage'),
    emptyOutDir: true,
    // The boards' browsers are ours: Electron and Debian's Chromium.
    target: 'chrome130',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
