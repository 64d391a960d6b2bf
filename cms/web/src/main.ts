import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { App as AppState } from './lib/app.svelte.ts';
import { getLocale } from './paraglide/runtime.js';

document.documentElement.lang = getLocale();
// After an upgrade the CMS no longer has the parts of the page that is open: it is loaded anew, but not over and over.
const reloadedKey = 'bang-tin-reloaded-at';
addEventListener('vite:preloadError', (event) => {
  const before = Number(sessionStorage.getItem(reloadedKey) ?? 0);
  if (Date.now() - before < 30_000) return;
  event.preventDefault();
  sessionStorage.setItem(reloadedKey, String(Date.now()));
  location.reload();
});

const target = document.getElementById('app');
if (!target) throw new Error('index.html lacks #app');
mount(App, { target, props: { app: new AppState(globalThis.fetch.bind(globalThis)) } });
