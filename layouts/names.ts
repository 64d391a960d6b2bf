/** The layouts there are, in the order of the studio's menu. Apart from their schemas, so that asking for a name costs nothing. */
export const layoutNames = [
  'notice',
  'urgent',
  'infographic',
  'chart',
  'picture',
  'poster',
  'timetable',
  'clock',
  'document',
] as const;
export type LayoutName = (typeof layoutNames)[number];

export function isLayoutName(name: string): name is LayoutName {
  return (layoutNames as readonly string[]).includes(name);
}
