import { mount } from 'svelte';
import './app.css';
import App from './App.svelte';
import { App as AppState } from './lib/app.svelte.ts';
import { getLocale } from './paraglide/runtime.js';

document.documentElement.lang = getLocale();
const target = document.getElementById('app');
if (!target) throw new Error('index.html lacks #app');
mount(App, { target, props: { app: new AppState(globalThis.fetch.bind(globalThis)) } });
