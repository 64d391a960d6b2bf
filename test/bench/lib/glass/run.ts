/** Plays a programme on a display and watches it, from the moment at which all of its items are known by sight. */
import { setTimeout as pause } from 'node:timers/promises';
import { isFresh } from '../../../../scripts/lib/targets.ts';
import { buildTarget } from '../../../../scripts/lib/vite-targets.ts';
import { Display } from './display.ts';
import { GlassPlayer } from './player.ts';
import { glassProgramme, raster, type Item } from './programme.ts';
import { judge, type GlassVerdict } from './verdict.ts';
import { Watch } from './watch.ts';

export async function buildPlayer(): Promise<void> {
  for (const target of ['chromium', 'engine'] as const) if (!isFresh(target)) await buildTarget(target);
}

export async function watchPlayer(options: {
  browser: string;
  items: readonly Item[];
  slotMs: number;
  /** Slots that are watched. */
  transitions: number;
  stage?: string;
}): Promise<GlassVerdict & { slots: number; longestBlinkMs: number }> {
  const { items, slotMs, transitions } = options;
  const programme = await glassProgramme(items, slotMs);
  const display = await Display.open(raster.width, raster.height);
  let player: GlassPlayer | null = null;
  let watch: Watch | null = null;
  try {
    player = await GlassPlayer.start({ ...options, display, raster });
    await player.play(programme);
    // What was on the glass before gives way to the first item; then each comes once.
    await pause(2 * slotMs);
    watch = new Watch([display]);
    await pause((items.length + 1) * slotMs);
    watch.learned();
    await pause((transitions + 1) * slotMs);
    const verdict = judge(watch.changes, items);
    return { slots: transitions, ...verdict, longestBlinkMs: Math.round(watch.longestBlinkMs) };
  } finally {
    watch?.stop();
    await player?.stop();
    await display.close();
  }
}
