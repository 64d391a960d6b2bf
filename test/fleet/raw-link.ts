/**
 * A board's connection whose messages are encoded and masked before they are sent, so that a benchmark measures the CMS and not
 * the making of its load. Speaks Engine.IO 4 and Socket.IO 5 (socketio/socket.io docs) as far as sending with acks needs.
 */
import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { JournalBatch } from '../../shared/protocol/journal.ts';
import { boardNamespace } from '../../shared/protocol/link.ts';

/** A message as bytes on the wire: its frames. */
export interface Encoded {
  readonly ackId: number;
  readonly frame: Buffer;
}

const opcodes = { text: 1, binary: 2 } as const;

/** A WebSocket frame from a client (RFC 6455 section 5.2), masked. */
function frameOf(type: keyof typeof opcodes, payload: Uint8Array): Buffer {
  const extended = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const frame = Buffer.alloc(2 + extended + 4 + payload.length);
  frame[0] = 0x80 | opcodes[type];
  frame[1] = 0x80 | (extended === 0 ? payload.length : extended === 2 ? 126 : 127);
  if (extended === 2) frame.writeUInt16BE(payload.length, 2);
  if (extended === 8) frame.writeBigUInt64BE(BigInt(payload.length), 2);
  const mask = randomBytes(4);
  mask.copy(frame, 2 + extended);
  const start = 6 + extended;
  for (let i = 0; i < payload.length; i++) frame[start + i] = payload[i]! ^ mask[i & 3]!;
  return frame;
}

export class RawLink {
  readonly #ws: WebSocket;
  readonly #waiting = new Map<number, (reply: unknown) => void>();
  #nextAck = 1;

  private constructor(ws: WebSocket) {
    this.#ws = ws;
  }

  /** Rejects when the CMS does not let the board in. */
  static async connect(cms: string, token: string): Promise<RawLink> {
    const ws = new WebSocket(`${cms.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`, {
      perMessageDeflate: false,
    });
    const link = new RawLink(ws);
    await new Promise<void>((resolve, reject) => {
      ws.on('error', reject);
      ws.on('close', () => reject(new Error('The connection was closed')));
      ws.on('message', (data: Buffer) => link.#receive(data.toString(), token, resolve, reject));
    });
    return link;
  }

  #receive(text: string, token: string, connected: () => void, refused: (error: Error) => void): void {
    const of = (type: string): string | null =>
      text.startsWith(`${type}${boardNamespace},`) ? text.slice(type.length + boardNamespace.length + 1) : null;
    if (text === '2') return this.#ws.send('3');
    if (text.startsWith('0')) return this.#ws.send(`40${boardNamespace},${JSON.stringify({ token })}`);
    if (of('40') !== null) return connected();
    if (of('44') !== null) return refused(new Error(text));
    const ack = of('43');
    if (ack === null) return;
    const id = Number.parseInt(ack, 10);
    const resolve = this.#waiting.get(id);
    this.#waiting.delete(id);
    resolve?.((JSON.parse(ack.slice(String(id).length)) as unknown[])[0]);
  }

  /** A batch: an event with its lines as attachment. */
  encode(batch: JournalBatch): Encoded {
    const ackId = this.#nextAck++;
    const request = { ...batch, lines: { _placeholder: true, num: 0 } };
    const event = `451-${boardNamespace},${ackId}${JSON.stringify(['appendJournalV1', request])}`;
    return { ackId, frame: Buffer.concat([frameOf('text', Buffer.from(event)), frameOf('binary', batch.lines)]) };
  }

  /** Sends; resolves with the answer. */
  send({ ackId, frame }: Encoded): Promise<unknown> {
    return new Promise((resolve) => {
      this.#waiting.set(ackId, resolve);
      // Past ws, which would encode again.
      (this.#ws as unknown as { readonly _socket: Socket })._socket.write(frame);
    });
  }

  close(): void {
    this.#ws.removeAllListeners('close');
    this.#ws.terminate();
  }
}
