/** Codes name messages: `revision_conflict` is `error_revision_conflict`, also where a code is in camel or kebab case. */
export const messageIdOf = (code: string): string =>
  `error_${code
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .toLowerCase()}`;
