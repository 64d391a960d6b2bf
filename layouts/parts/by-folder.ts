/** What `import.meta.glob` found in the folders of layouts, by the name of the folder. */
export const byFolder = <File>(files: Record<string, File>): ReadonlyMap<string, File> =>
  new Map(Object.entries(files).map(([path, file]) => [path.split('/').at(-2)!, file]));
