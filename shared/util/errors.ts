/**
 * The one error that crosses borders: a stable `code` for machines and translations, an English sentence for
 * logs and API users, and the `field` that is to be mended. Screens translate `code`; they never show `message`.
 */
export class AppError extends Error {
  readonly code: string;
  /** HTTP status that fits when a request caused it. */
  readonly status: number;
  /** Dotted path of the input field to mend, where one is to blame. */
  readonly field: string | null;
  /** Figures for the translated sentence, such as a limit. */
  readonly params: Record<string, string | number>;

  constructor(
    code: string,
    message: string,
    options: { status?: number; field?: string; params?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = options.status ?? 400;
    this.field = options.field ?? null;
    this.params = options.params ?? {};
  }
}
