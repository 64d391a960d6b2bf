/** The words that every layout shares: what a form needs to know of its fields, and what its component is given. */
import type { PictureField } from './fields.ts';

/** A column of a `rows` field. */
export interface ColumnMeta {
  readonly key: string;
  readonly kind: 'text';
  readonly maxLength: number;
  readonly required: boolean;
}

interface FieldBase {
  readonly key: string;
  readonly required: boolean;
}

/** One field of a layout, in the order of the form; what it is called stands in `words.ts`. */
export type FieldMeta =
  | (FieldBase & {
      readonly kind: 'text';
      readonly maxLength: number;
      /** A calendar date written dd/MM/yyyy. */
      readonly format?: 'date';
    })
  | (FieldBase & { readonly kind: 'longText'; readonly maxLength: number })
  | (FieldBase & { readonly kind: 'number'; readonly min: number; readonly max: number })
  | (FieldBase & {
      readonly kind: 'rows';
      readonly minRows: number;
      readonly maxRows: number;
      readonly columns: readonly ColumnMeta[];
    })
  /** One of a few words. */
  | (FieldBase & { readonly kind: 'choice'; readonly options: readonly string[] })
  /** Rows of cells, typed or pasted from a spreadsheet: `string[][]`, its first row may hold the names of the columns. */
  | (FieldBase & {
      readonly kind: 'table';
      readonly maxRows: number;
      readonly maxColumns: number;
      readonly maxLength: number;
      /** Whether the first row is taken for the names of the columns, where that goes by what is in it. */
      readonly hasHeader?: (cells: readonly (readonly string[])[]) => boolean;
    })
  /** Pictures of a document's pages: `{asset, alt}[]`. */
  | (FieldBase & { readonly kind: 'pages' })
  /** A picture: `{asset, alt}` with the SHA-256 of the file, or null. */
  | (FieldBase & { readonly kind: 'image' });

export type Locale = 'vi' | 'en';

/** What a layout is called in one language. */
export interface Words<Names = Readonly<Record<string, string>>> {
  readonly name: string;
  /** A line on what it is for. */
  readonly about: string;
  /** Labels by field; of the columns of its rows and of its options by `field.column` and `field.option`, of its hint by `field.hint`. */
  readonly fields: Names;
}

/** `Words` in both languages: every label that a layout with such fields needs, and no other. */
export type LayoutWords<Fields> = Readonly<Record<Locale, Words<Labels<keyof Fields & string, Fields>>>>;

type Labels<Key extends string, Fields> = {
  readonly [Label in Key | { [K in keyof Fields & string]: Within<K, Fields[K]> }[keyof Fields & string]]: string;
} & { readonly [Hint in `${Key}.hint`]?: string };

/** Options of a choice, columns of rows. */
type Within<Key extends string, Value> = string extends Value
  ? never
  : Value extends string
    ? `${Key}.${Value}`
    : Value extends readonly (infer Row)[]
      ? Row extends readonly unknown[] | PictureField
        ? never
        : `${Key}.${keyof Row & string}`
      : never;

/** A picture that has been loaded and decoded. */
export interface Picture {
  readonly url: string;
  /** px */
  readonly width: number;
  readonly height: number;
}

/** What a layout's component is given. */
export interface LayoutProps<Fields> {
  /** Already parsed by the layout's schema. */
  readonly fields: Fields;
  /** Size of the picture, px, after rotation: the viewer's width and height. */
  readonly width: number;
  readonly height: number;
  /** Length of the slot, ms: what is too long for one page is paged to fit into it. */
  readonly durationMs: number;
  /** How far into the slot, ms. Decides the page, and nothing else does, so a restart lands on the right one. */
  readonly elapsedMs: number;
  /** The pictures that the fields name, by their SHA-256. */
  readonly pictures: ReadonlyMap<string, Picture>;
  /** Whose board it is, and the zone of its clock (IANA name). */
  readonly board: { readonly unitName: string; readonly zone: string };
  /** Trusted time, ms UTC, at performance.now() `now`; the machine's own clock may be absurd. */
  readonly clock: (now: number) => number;
}
