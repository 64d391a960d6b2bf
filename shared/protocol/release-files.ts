/** What the archive of a release holds. No imports: the host reads it before the first picture. */

/** `engine/main.cjs`, `stage/assets/a.js`: nothing that leaves the folder, on any system. */
export const releaseFileName = /^(engine|stage)(\/[A-Za-z0-9_@-][A-Za-z0-9._@-]*){1,4}$/;
/** Without these a version cannot be started. */
export const neededFiles = ['engine/main.cjs', 'stage/index.html'] as const;

/** Why files of these names are no release; null: they are one. */
export function releaseFilesFault(names: readonly string[]): string | null {
  const wrong = names.find((name, at) => !releaseFileName.test(name) || names.indexOf(name) < at);
  if (wrong !== undefined) return `it holds ${wrong}`;
  const lacking = neededFiles.filter((name) => !names.includes(name));
  return lacking.length > 0 ? `it lacks ${lacking.join(', ')}` : null;
}
