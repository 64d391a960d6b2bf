/** A way out of the CMS for messages. */

export interface Channel {
  /** Where it leads, without secrets. */
  readonly host: string;
  /**
   * Sends one message; sent twice it has the same id.
   * @param to e-mail address; '' where there is one receiver alone
   * @throws DeliveryError
   */
  send(id: string, to: string, body: string): Promise<void>;
  close(): void;
}

/** Why a message did not go out, by a code alone: what the other side said may hold secrets. */
export class DeliveryError extends Error {
  readonly code: string;
  /** It never will. */
  readonly isFinal: boolean;
  /** Nothing goes out this way now, whatever it is. */
  readonly isOfWay: boolean;
  constructor(code: string, { isFinal = false, isOfWay = false } = {}) {
    super(code);
    this.name = 'DeliveryError';
    this.code = code;
    this.isFinal = isFinal;
    this.isOfWay = isOfWay;
  }
}
