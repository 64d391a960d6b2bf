/** Looks at what one end says today with the eyes of the other end as it was when it was recorded. */
import { decodeJwt, decodeProtectedHeader } from 'jose';
import { z } from 'zod';
import type { Schemas } from './schemas.ts';

/** Bodies as they stand in a recording, bytes as {$bytes}: schemas say nothing of bytes. */
export const withBytes = (body: unknown): unknown =>
  JSON.parse(JSON.stringify(body ?? null), (_key, value: { $bytes?: string } | null) =>
    typeof value?.$bytes === 'string' ? Buffer.from(value.$bytes, 'base64') : value,
  );

/** What either end of then takes. */
export class Then {
  readonly #schemas: Schemas;
  readonly #read = new Map<object, z.ZodType>();

  constructor(schemas: Schemas) {
    this.#schemas = schemas;
  }

  /** @throws Error that names what would have been refused, and why */
  #assert(what: string, schema: object | undefined, value: unknown): void {
    if (schema === undefined) throw new Error(`${what}: not known then`);
    let read = this.#read.get(schema);
    if (!read) this.#read.set(schema, (read = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0])));
    const parsed = read.safeParse(JSON.parse(JSON.stringify(value)));
    if (!parsed.success)
      throw new Error(`${what} would have been refused: ${z.prettifyError(parsed.error)}\n${JSON.stringify(value)}`);
  }

  knows(side: 'board' | 'cms', name: string): boolean {
    return name in this.#schemas[side];
  }

  message(side: 'board' | 'cms', name: string, body: unknown): void {
    this.#assert(name, this.#schemas[side][name]?.request, body);
    this.documentsIn(body);
  }

  reply(side: 'board' | 'cms', name: string, body: unknown): void {
    this.#assert(`The answer to ${name}`, this.#schemas[side][name]?.reply, body);
    this.documentsIn(body);
  }

  other(name: string, value: unknown): void {
    this.#assert(name, this.#schemas.others[name], value);
    this.documentsIn(value);
  }

  /** Every signed document in a body, and in those documents. */
  documentsIn(value: unknown): void {
    if (typeof value === 'string') {
      if (!/^ey[\w-]+\.[\w-]+\.[\w-]+$/.test(value)) return;
      const type = String(decodeProtectedHeader(value).typ);
      const payload = decodeJwt(value);
      this.#assert(type, this.#schemas.documents[type], payload);
      this.documentsIn(payload);
    } else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
      for (const inner of Object.values(value)) this.documentsIn(inner);
  }
}
