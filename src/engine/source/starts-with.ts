// Whether bytes are those of a signature. A loop: several formats ask it of every object.

/** Whether `wanted` stands at `at`; not where it would reach behind the end. */
export function startsWith(bytes: Uint8Array, wanted: Uint8Array | readonly number[], at = 0): boolean {
  for (let index = 0; index < wanted.length; index++) if (bytes[at + index] !== wanted[index]) return false
  return true
}
