/** What the layouts are tried with: the cases that each folder in `layouts/` brings along. */
import sharp from 'sharp';
import { byFolder } from '../../../layouts/parts/by-folder.ts';
import type { LayoutCases } from '../../../layouts/parts/cases.ts';
import type { ScriptedDirector } from '../stage-harness.ts';

interface LayoutCase {
  readonly layout: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

const found = byFolder(
  import.meta.glob<LayoutCases>(['../../../layouts/*/cases.ts', '!../../../layouts/parts/*'], {
    eager: true,
    import: 'cases',
  }),
);
const cases = [...found].flatMap(([layout, of]) =>
  Object.entries(of).map(([name, fields]) => [`${layout}, ${name}`, { layout, fields }] as const),
);

/** «layout, what is special about it» of all there are. */
export const caseNames = cases.map(([name]) => name);

/** A case whose pictures the director has. */
export async function layoutCase(
  name: string,
  director: ScriptedDirector,
): Promise<{ layout: string; fields: Record<string, unknown> }> {
  const { layout, fields } = new Map<string, LayoutCase>(cases).get(name)!;
  let text = JSON.stringify(fields);
  for (const [placeholder, width, height] of text.matchAll(/drawn:(\d+)x(\d+)/g)) {
    text = text.replaceAll(placeholder, director.addAsset(await draw(Number(width), Number(height)), 'image/png'));
  }
  return { layout, fields: JSON.parse(text) as Record<string, unknown> };
}

/** A disc in a frame: what is cut off it or distorts it is seen. */
function draw(width: number, height: number): Promise<Buffer> {
  const edge = Math.min(width, height) / 20;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" fill="#5d7f6a" />
    <rect x="${edge}" y="${edge}" width="${width - 2 * edge}" height="${height - 2 * edge}" fill="#9db9c9" />
    <circle cx="${width / 2}" cy="${height / 2}" r="${edge * 6}" fill="#fff3c4" />
  </svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
