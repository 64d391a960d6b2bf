/**
 * Loaded into a player's processes before anything else (`node --import`): their clocks are off by BENCH_CLOCK_OFFSET_MS and run fast by
 * BENCH_CLOCK_PPM millionths, from BENCH_CLOCK_FROM (ms UTC) on. Timers are the machine's: over a slot that is nothing.
 */
const read = (name: string): number => Number(process.env[`BENCH_CLOCK_${name}`]);
const [offsetMs, ppm, from] = [read('OFFSET_MS'), read('PPM'), read('FROM')];
const realNow = Date.now.bind(Date);
const realMonotonic = process.hrtime.bigint.bind(process.hrtime);
/** Every process of the machine has the same. */
const start = realMonotonic() - BigInt(Math.round((realNow() - from) * 1_000_000));

Date.now = () => Math.round(realNow() + offsetMs + ((realNow() - from) * ppm) / 1_000_000);
process.hrtime.bigint = () => {
  const real = realMonotonic();
  return real + BigInt(Math.round((Number(real - start) * ppm) / 1_000_000));
};
