/*
 * Objects of a garbage collector: text is UTF-16, and the length of everything is in the header in front of it. The
 * runtime's own exports make and hold them for the host: `__new`, `__pin`, `__unpin`, `__collect`.
 *
 * The host pins its arguments for the call. A result is pinned by nobody: the host copies it, or pins it, before the
 * next call, which may collect it.
 */

// Class ids, which the host needs to make arguments and which no other export tells. That of `string` is always 2, and
// that of `ArrayBuffer` 1.
export const FLOAT64ARRAY_ID = idof<Float64Array>();
export const UINT8ARRAY_ID = idof<Uint8Array>();
export const U32_STATICARRAY_ID = idof<StaticArray<u32>>();

export function greet(name: string): string {
  return "Hello, " + name;
}

/** The length in UTF-16 code units. */
export function length(text: string): i32 {
  return text.length;
}

export function sum(values: Float64Array): f64 {
  let total: f64 = 0;
  for (let i = 0; i < values.length; i++) total += values[i];
  return total;
}

export function doubled(values: Uint8Array): Uint8Array {
  const result = new Uint8Array(values.length);
  for (let i = 0; i < values.length; i++) result[i] = values[i] * 2;
  return result;
}

export function reversed(values: ArrayBuffer): ArrayBuffer {
  const len = values.byteLength;
  const result = new ArrayBuffer(len);
  const from = Uint8Array.wrap(values);
  const to = Uint8Array.wrap(result);
  for (let i = 0; i < len; i++) to[len - 1 - i] = from[i];
  return result;
}

/** The squares of the numbers below `n`. */
export function squares(n: i32): StaticArray<u32> {
  const result = new StaticArray<u32>(n);
  for (let i = 0; i < n; i++) result[i] = i * i;
  return result;
}

/**
 * How many objects there are, those that nothing refers to any more but `__collect` has not yet been called for among
 * them. Static ones, such as "Hello, ", are not counted.
 *
 * The runtime keeps no such count, so this walks its heap (std/assembly/rt/tlsf.ts of the compiler's package): blocks
 * one behind the other, each with its size in the word in front, down to one of no size. The lowest bit is set where
 * the block is free.
 */
export function live_blocks(): i32 {
  const rootSize: usize = 1572;
  const root = (__heap_base + 15) & ~15;
  let header = ((root + rootSize + 4 + 15) & ~15) - 4;
  let count = 0;
  // Before the first allocation all of this is zero, and the walk over at once.
  for (let info = load<usize>(header); info & ~3; info = load<usize>(header)) {
    if (!(info & 1)) count++;
    header += 4 + (info & ~3);
  }
  return count;
}
