/** What the page's address says: how the director is reached, and where. */

export type CarrierKind = 'socket' | 'parent';

/** `?carrier=parent` in the page's address chooses the page around it; else the socket. */
export function carrierKind(location: Pick<Location, 'search'>): CarrierKind {
  return new URLSearchParams(location.search).get('carrier') === 'parent' ? 'parent' : 'socket';
}

/** Where the bridge is: the page's own host, with the token from the page's own address. */
export function bridgeUrl(location: Pick<Location, 'href'>): string {
  const page = new URL(location.href);
  const url = new URL('/bridge', page);
  url.protocol = page.protocol === 'https:' ? 'wss:' : 'ws:';
  url.searchParams.set('token', page.searchParams.get('token') ?? '');
  return url.href;
}
