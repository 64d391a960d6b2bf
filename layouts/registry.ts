/** Every layout's component by name; for pages (web, stage), never for the server. */
import type { Component } from 'svelte';
import './parts/theme.css';
import Infographic from './infographic/Infographic.svelte';
import Notice from './notice/Notice.svelte';
import type { LayoutName } from './schemas.ts';
import type { LayoutProps } from './types.ts';

type LayoutComponent = Component<LayoutProps<Record<string, unknown>>>;

/** A component is to be given fields that its own schema has parsed; that pairing by name is beyond the type system. */
export const components = { notice: Notice, infographic: Infographic } as unknown as Readonly<
  Record<LayoutName, LayoutComponent>
>;
