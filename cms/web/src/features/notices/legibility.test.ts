import { describe, expect, it } from 'vitest';
import { shapeOf } from '../../../../../layouts/parts/shape.ts';
import { largerThan, neededMm, unreadableOn } from './legibility.ts';

const led = {
  id: '1',
  name: 'Cổng chợ',
  output: { x: 0, y: 0, width: 640, height: 320, rotation: 0 as const },
  pitchUm: 5000,
  readingDistanceCm: 1500,
};

describe('whether a board can be read', () => {
  it('asks for letters of 16 minutes of arc', () => {
    expect(neededMm(1500)).toBeCloseTo(69.8, 1);
    // Type of 20 px has capitals of 14 px: 70 mm at a pitch of 5 mm.
    expect(unreadableOn([led], { width: 640, height: 320 }, 20)).toEqual([]);
    expect(unreadableOn([led], { width: 640, height: 320 }, 18)).toMatchObject([
      { board: { name: 'Cổng chợ' }, mm: 63 },
    ]);
  });

  it('speaks of boards of this shape whose pitch and distance are known, the worst first', () => {
    const far = { ...led, id: '2', name: 'Ngã tư', readingDistanceCm: 4000 };
    const unknown = { ...led, id: '3', pitchUm: null };
    const turned = { ...led, id: '4', output: { ...led.output, rotation: 90 as const } };
    const found = unreadableOn([led, far, unknown, turned], { width: 640, height: 320 }, 18);
    expect(found.map(({ board }) => board.id)).toEqual(['2', '1']);
    expect(unreadableOn([turned], { width: 320, height: 640 }, 18)).toHaveLength(1);
  });

  it('is mended by drawing the layout for coarser glass, where there is such', () => {
    for (const [width, height, scale] of [
      [1920, 1080, 'led'],
      [1080, 1920, 'led'],
      [640, 320, 'tiny'],
    ] as const) {
      const enlarge = largerThan(1, { width, height })!;
      expect(shapeOf(Math.ceil(width / enlarge), Math.ceil(height / enlarge)).scale).toBe(scale);
      expect(enlarge).toBeLessThanOrEqual(3);
      expect(largerThan(enlarge, { width, height })).toBeNull();
    }
    expect(largerThan(1, { width: 192, height: 96 })).toBeNull();
    expect(largerThan(1, { width: 3840, height: 2160 })).toBeNull();
  });
});
