/**
 * Stands in for Chromium: opens the stage it is given, headless at once, as a window only where the display ($WAYLAND_DISPLAY)
 * takes a connection.
 */
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { TestStage } from '../../../player/engine/testing-stage.ts';

const option = (name: string): string => process.argv.findLast((arg) => arg.startsWith(name))?.slice(name.length) ?? '';
if (option('--headless') === '') {
  const display = connect(process.env['WAYLAND_DISPLAY'] ?? '');
  try {
    await once(display, 'connect');
  } catch {
    process.stderr.write('Failed to connect to Wayland display\n');
    process.exit(1);
  }
}
const door = readFileSync(fileURLToPath(option('--app=')), 'utf8');
const url = JSON.parse(/location\.replace\((".*?")\)/.exec(door)?.[1] ?? '""') as string;
// Like the page, it finds the engine again when that has been away.
for (;;) {
  try {
    const stage = await TestStage.open(url);
    await stage.until(() => stage.closeCode !== null);
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
