/** What the screenshot child process and its parent say to each other. Both are ours and of one release: types, no schemas. */
import type { OutputRegion } from '../../../shared/protocol/common.ts';

export interface ScreenshotJob {
  /** What a board brought, absolute. */
  readonly source: string;
  /** Where the picture as it is kept goes. */
  readonly target: string;
  /** What the board's picture occupies of it; null: all. */
  readonly output: OutputRegion | null;
  /** Size of the window that the region is in, px, of which the picture may be a smaller one; null: of the picture itself. */
  readonly window: { readonly width: number; readonly height: number } | null;
  /** Longest side of the picture as it is kept, px. */
  readonly longSide: number;
}

export interface ScreenshotResult {
  readonly width: number;
  readonly height: number;
  readonly size: number;
}

/** `screenshot_invalid`: it is no picture of a screen. */
export type ScreenshotErrorCode = 'screenshot_invalid' | 'storage_full';
