/** Where a caption stands. */
interface Size {
  readonly width: number;
  readonly height: number;
}

/** What is left for the picture when the caption stands below it, or beside it. */
const BELOW = 0.78;
const BESIDE = 0.58;

/** Whether the whole picture is shown larger with its caption beside it than below it: upright pictures on wide glass. */
export function standsBeside(picture: Size, glass: Size): boolean {
  if (glass.width <= glass.height * 1.1) return false;
  const scale = (width: number, height: number) => Math.min(width / picture.width, height / picture.height);
  return scale(glass.width * BESIDE, glass.height) > scale(glass.width, glass.height * BELOW);
}
