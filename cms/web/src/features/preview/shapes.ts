/** Shapes to preview in: four that are common, and the real boards. */
import type { Board } from '../../../../../shared/protocol/api/boards.ts';
import type { OutputRegion } from '../../../../../shared/protocol/common.ts';
import { m } from '../../paraglide/messages.js';

export interface Shape {
  id: string;
  name: string;
  output: OutputRegion;
}

const region = (width: number, height: number): OutputRegion => ({ x: 0, y: 0, width, height, rotation: 0 });

export const standardShapes = (): Shape[] => [
  { id: '16:9', name: m.shape_wide(), output: region(1920, 1080) },
  { id: '9:16', name: m.shape_tall(), output: region(1080, 1920) },
  { id: '2:1', name: m.shape_two_to_one(), output: region(640, 320) },
  { id: '192x96', name: m.shape_small_led(), output: region(192, 96) },
];

export const boardShape = (board: Pick<Board, 'id' | 'name' | 'output'>): Shape => ({
  id: board.id,
  name: board.name,
  output: board.output,
});
