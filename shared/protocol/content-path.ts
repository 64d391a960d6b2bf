/** Addresses of what boards and pages fetch by hash. */

/** GET of parts and assets by hash, `Authorization: Bearer <board token>` or a session; immutable, with ranges. */
export const partPath = (hash: string): string => `/content/parts/${hash}`;
export const assetPath = (hash: string): string => `/content/assets/${hash}`;
