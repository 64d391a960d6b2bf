/**
 * Every layout's component and schema by name; for pages (web, stage), never for the server. Each is a file of its own that is read
 * when it is first wanted: a board's first picture does not wait for layouts that it does not show.
 */
import type { Component } from 'svelte';
import type { z } from 'zod';
import { byFolder } from './parts/by-folder.ts';
import './parts/theme.css';
import type { LayoutProps } from './types.ts';

/** The component is to be given fields that its own schema has parsed; that pairing by name is beyond the type system. */
export interface Layout {
  readonly component: Component<LayoutProps<Record<string, unknown>>>;
  readonly schema: z.ZodType<Record<string, unknown>>;
}

const components = byFolder(import.meta.glob<Layout['component']>('./*/Layout.svelte', { import: 'default' }));
const schemas = byFolder(import.meta.glob<Layout['schema']>('./*/schema.ts', { import: 'schema' }));

/** Reads all of them, so that none has to be read later. */
export async function loadEveryLayout(): Promise<void> {
  await Promise.all([...components.keys()].map(loadLayout));
}

/** Reads a layout; what has been read once is there at once. Null for one that is not there; rejects when its files cannot be read. */
export function loadLayout(name: string): Promise<Layout> | null {
  const [component, schema] = [components.get(name), schemas.get(name)];
  if (component === undefined || schema === undefined) return null;
  return Promise.all([component(), schema()]).then(([component, schema]) => ({ component, schema }));
}
