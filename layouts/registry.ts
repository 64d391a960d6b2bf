/**
 * Every layout's component and schema by name; for pages (web, stage), never for the server. Each is a file of its own that is read
 * when it is first wanted: a board's first picture does not wait for layouts that it does not show.
 */
import type { Component } from 'svelte';
import type { z } from 'zod';
import './parts/theme.css';
import { layoutNames, type LayoutName } from './names.ts';
import type { LayoutProps } from './types.ts';

export interface Layout {
  readonly component: Component<LayoutProps<Record<string, unknown>>>;
  readonly schema: z.ZodType<Record<string, unknown>>;
}

/** A component is to be given fields that its own schema has parsed; that pairing by name is beyond the type system. */
type Loaded = readonly [{ default: unknown }, { schema: Layout['schema'] }];

const files: Readonly<Record<LayoutName, () => Promise<Loaded>>> = {
  notice: () => Promise.all([import('./notice/Notice.svelte'), import('./notice/schema.ts')]),
  infographic: () => Promise.all([import('./infographic/Infographic.svelte'), import('./infographic/schema.ts')]),
  urgent: () => Promise.all([import('./urgent/Urgent.svelte'), import('./urgent/schema.ts')]),
  chart: () => Promise.all([import('./chart/Chart.svelte'), import('./chart/schema.ts')]),
  picture: () => Promise.all([import('./picture/Picture.svelte'), import('./picture/schema.ts')]),
  poster: () => Promise.all([import('./poster/Poster.svelte'), import('./poster/schema.ts')]),
  timetable: () => Promise.all([import('./timetable/Timetable.svelte'), import('./timetable/schema.ts')]),
  document: () => Promise.all([import('./document/Document.svelte'), import('./document/schema.ts')]),
  clock: () => Promise.all([import('./clock/Clock.svelte'), import('./clock/schema.ts')]),
};

/** Reads all of them, so that none has to be read later. */
export async function loadEveryLayout(): Promise<void> {
  await Promise.all(layoutNames.map(loadLayout));
}

/** Reads a layout; what has been read once is there at once. Rejects when its files cannot be read. */
export async function loadLayout(name: LayoutName): Promise<Layout> {
  const [{ default: component }, { schema }] = await files[name]();
  return { component: component as Layout['component'], schema };
}
