import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { App as AppState } from './lib/app.svelte.ts';
import { getLocale, overwriteGetLocale } from './paraglide/runtime.js';

const locale = getLocale();
// Whoever chooses another loads the page anew: it is not looked up again for every message.
overwriteGetLocale(() => locale);
document.documentElement.lang = locale;
const target = document.getElementById('app');
if (!target) throw new Error('index.html lacks #app');
mount(App, { target, props: { app: new AppState(globalThis.fetch.bind(globalThis)) } });
