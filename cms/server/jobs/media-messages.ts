/** What the media child process and its parent say to each other. Both are ours and of one release: types, no schemas. */
export interface MediaJob {
  /** As sniffed: the code to report when the child dies without a word. */
  readonly kind: 'image' | 'video';
  /** The upload, absolute. */
  readonly source: string;
  /** An empty folder, or none yet, for what is made: on the same file system as its final place. */
  readonly folder: string;
}

/** Makes only the smaller copies of a rendition that is finished. */
export interface SmallerJob {
  readonly smallerOf: Pick<MadeFile, 'size' | 'width' | 'height' | 'durationMs'>;
  readonly kind: 'image' | 'video';
  /** The rendition, absolute. */
  readonly source: string;
  readonly folder: string;
}

export interface MadeFile {
  /** Absolute, in the job's folder, on disk. */
  readonly file: string;
  readonly hash: string;
  readonly size: number;
  readonly mediaType: 'image/webp' | 'video/mp4';
  readonly width: number;
  readonly height: number;
  readonly durationMs: number | null;
}

export interface MediaResult {
  readonly kind: 'image' | 'video';
  readonly rendition: MadeFile;
  readonly poster: MadeFile;
  /** The rendition again in the sizes of media-ladder.ts, the largest first. */
  readonly smaller: readonly MadeFile[];
}
export interface SmallerResult {
  readonly smaller: readonly MadeFile[];
}
