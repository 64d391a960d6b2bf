/** The line to the CMS, for the technician's page: why it does not answer, and how fast it is when it does. */
import { speedBytes, type LinkTrouble, type TechnicianFacts } from '../../../shared/protocol/technician.ts';
import { socketBlocked } from '../link.ts';
import { chunksOf, CmsError, type CmsHttp, type Credentials } from '../cms-http.ts';

/** A direction is measured for so long at most, ms. */
const measuredMs = 15_000;

const byCode: readonly (readonly [RegExp, LinkTrouble])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_NODATA)$/, 'dns'],
  [/^ECONNREFUSED$/, 'refused'],
  [/^(ENETUNREACH|EHOSTUNREACH|ENETDOWN|EADDRNOTAVAIL)$/, 'noNetwork'],
  [/^(ETIMEDOUT|ABORT_ERR|UND_ERR_CONNECT_TIMEOUT|UND_ERR_HEADERS_TIMEOUT|cms_silent)$/, 'timeout'],
  [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/, 'clock'],
  [/CERT|TLS|SSL|SELF_SIGNED|ISSUER/, 'tls'],
];

/** The system's own code of whatever is behind an error. */
function codesOf(error: unknown): string[] {
  const codes: string[] = [];
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code } = at as { code?: unknown };
    if (typeof code === 'string') codes.unshift(code);
    // Node tries every address of a name, and says so.
    if (at instanceof AggregateError && at.errors[0] instanceof Error) at.cause ??= at.errors[0];
    if (at.message === 'no answer in time') codes.unshift('ETIMEDOUT');
  }
  return codes;
}

/** As a technician can act on it; `detail`: a code for whoever knows more. */
export interface Trouble {
  readonly trouble: LinkTrouble;
  readonly detail: string;
}

/** Why a request failed. */
export function troubleOf(error: unknown): Trouble {
  const codes = codesOf(error);
  const detail = (codes[0] ?? String(error)).slice(0, 200);
  for (const [pattern, trouble] of byCode) if (codes.some((code) => pattern.test(code))) return { trouble, detail };
  if (!(error instanceof CmsError) || error.httpStatus === 0) return { trouble: 'other', detail };
  return { trouble: error.httpStatus === 401 ? 'device' : 'cms', detail };
}

/** Why a CMS that answers does not let the board in. @param code as the board's link says it */
export function refusalTrouble(code: string): Trouble {
  if (code === socketBlocked) return { trouble: 'socket', detail: code };
  return { trouble: unknownDevice.includes(code) ? 'device' : 'cms', detail: code };
}
const unknownDevice = ['token_invalid', 'board_unknown', 'device_replaced'];

type Speed = TechnicianFacts['speed'];

export interface SpeedTestOptions {
  readonly http: Pick<CmsHttp, 'speedDown' | 'speedUp'>;
  readonly credentials: () => Credentials;
  /** Nothing is left of the month's budget. */
  readonly spent: () => boolean;
  /** Bytes have gone over the line. */
  readonly onBytes: () => void;
  readonly monotonic: () => number;
}

export class SpeedTest {
  readonly #o: SpeedTestOptions;
  #speed: Speed = { state: 'idle' };
  #running: AbortController | null = null;

  constructor(options: SpeedTestOptions) {
    this.#o = options;
  }

  get speed(): Speed {
    return this.#speed;
  }

  start(): void {
    if (this.#running) return;
    if (this.#o.spent()) {
      this.#speed = { state: 'failed', trouble: 'budget' };
      return;
    }
    const running = new AbortController();
    this.#running = running;
    this.#speed = { state: 'running', downKbps: null };
    this.#measure(running.signal)
      .then(
        (speed) => (this.#speed = running.signal.aborted ? { state: 'idle' } : speed),
        (error: unknown) => {
          this.#speed = running.signal.aborted
            ? { state: 'idle' }
            : { state: 'failed', trouble: troubleOf(error).trouble };
        },
      )
      .finally(() => {
        if (this.#running === running) this.#running = null;
        this.#o.onBytes();
      });
  }

  stop(): void {
    this.#running?.abort();
  }

  async #measure(signal: AbortSignal): Promise<Speed> {
    const { http, credentials, monotonic } = this.#o;
    const kbps = (bytes: number, ms: number): number => Math.round((bytes * 8) / Math.max(1, ms));
    const response = await http.speedDown(credentials(), signal);
    const began = monotonic();
    let down = 0;
    for await (const chunk of chunksOf(response)) {
      down += chunk.length;
      this.#speed = { state: 'running', downKbps: kbps(down, monotonic() - began) };
      if (down >= speedBytes.down || monotonic() - began >= measuredMs) break;
    }
    const downKbps = kbps(down, monotonic() - began);
    this.#speed = { state: 'running', downKbps };
    const from = monotonic();
    // What a slow line does not bring in time is measured by less: a second of what came down, at least 20 kB.
    const up = Math.min(speedBytes.up, Math.max(20_000, Math.round((downKbps * 1000) / 8)));
    await http.speedUp(Buffer.alloc(up, 0x5a), credentials(), signal);
    return { state: 'done', downKbps, upKbps: kbps(up, monotonic() - from), bytes: down + up };
  }
}
