/** A place as people copy it from a map: latitude and longitude in degrees, «10.2537, 105.9722» or «10,2537; 105,9722». */
export interface Place {
  readonly latitude: number | null;
  readonly longitude: number | null;
}

export const writePlace = ({ latitude, longitude }: Place): string =>
  latitude === null || longitude === null ? '' : `${latitude}, ${longitude}`;

const number = String.raw`(-?\d{1,3}(?:\.\d{1,8})?)`;
const withPoints = new RegExp(`^${number}\\s*[,;\\s]\\s*${number}$`);

/** @returns null when it cannot be read; nothing at all is no place */
export function readPlace(typed: string): Place | null {
  const text = typed.trim();
  if (text === '') return { latitude: null, longitude: null };
  // With decimal commas the two are parted by something else.
  const found = withPoints.exec(/[;\s]/.test(text) && !text.includes('.') ? text.replace(/(\d),(\d)/g, '$1.$2') : text);
  if (!found) return null;
  const [latitude, longitude] = [Number(found[1]), Number(found[2])];
  return Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180 ? { latitude, longitude } : null;
}
