/** Switches of Chromium's command line that both hosts give: Electron's window and the Chromium host's are one engine. */

export type Switch = readonly [name: string, value?: string];

const always: readonly Switch[] = [
  ['autoplay-policy', 'no-user-gesture-required'],
  ['noerrdialogs'],
  // One pixel of the board's raster is one of the screen, and nobody zooms, swipes or scrolls.
  ['force-device-scale-factor', '1'],
  ['disable-pinch'],
  ['overscroll-history-navigation', '0'],
  ['hide-scrollbars'],
  // A board is always in front, whatever the window manager believes.
  ['disable-background-timer-throttling'],
  ['disable-renderer-backgrounding'],
  ['disable-backgrounding-occluded-windows'],
  // Nothing but the stage: no updates, reports or lookups over a SIM card that somebody pays for.
  ['disable-background-networking'],
  ['disable-component-update'],
  ['disable-breakpad'],
];

/**
 * Chromium's features that let the graphics processor decode videos, by platform. Where it cannot, Chromium decodes in software by
 * itself, so they cost nothing there.
 * - Linux: VA-API (Intel, AMD) or V4L2 (ARM boards), as the build has it, is behind these two: frames through OpenGL, and without a
 *   copy where the driver shares them.
 * - Windows (D3D11) and macOS (VideoToolbox): on without being asked for.
 *
 * Not given: `ignore-gpu-blocklist`. A driver is on that list because it draws wrongly or hangs; on a pole nobody would see it, and
 * one core decodes 1080p. Who has tried a certain machine adds it by `--browser-arg`.
 */
const decoding: Partial<Record<NodeJS.Platform, readonly string[]>> = {
  linux: ['AcceleratedVideoDecodeLinuxGL', 'AcceleratedVideoDecodeLinuxZeroCopyGL'],
};

export function boardSwitches(platform: NodeJS.Platform): readonly Switch[] {
  const features = decoding[platform];
  return features ? [...always, ['enable-features', features.join(',')]] : always;
}
