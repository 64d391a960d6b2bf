/**
 * The code of a one-time link. It stands behind «#», so that it never reaches a server's log.
 * @param hash `location.hash`
 * @returns the code; '' when there is none, or when the link was broken on its way, as mail programs do
 */
export function tokenOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch (error) {
    if (error instanceof URIError) return '';
    throw error;
  }
}
