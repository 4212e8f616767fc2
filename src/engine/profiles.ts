// Kinds of objects, told apart by their first bytes and their size. A signature that cannot match on a kind costs
// nothing there: its patterns are not in that kind's tables.

/** What is certain about every object of a profile. */
export interface Profile {
  readonly size: { readonly least: number; readonly most: number }
  /** It begins with these bytes. */
  readonly head?: Uint8Array
  /** It begins with none of these. */
  readonly headNot?: readonly Uint8Array[]
}

const executable = Uint8Array.of(0x4d, 0x5a)
const elf = Uint8Array.of(0x7f, 0x45, 0x4c, 0x46)

/** Upper ends of the size classes. Rules on small files are the most, so the lower classes are narrower. */
const sizes = [100 * 1024, 512 * 1024, 2 * 1024 ** 2, 8 * 1024 ** 2, Number.POSITIVE_INFINITY]

const heads: readonly Omit<Profile, 'size'>[] = [
  { head: executable },
  { head: elf },
  { headNot: [executable, elf] },
]

/** Every profile by its number; at most 16 (matcher/layout.ts). */
export const profiles: readonly Profile[] = heads.flatMap((head) =>
  sizes.map((most, index) => ({
    ...head,
    size: { least: index === 0 ? 0 : (sizes[index - 1] ?? 0) + 1, most },
  })),
)

/** The profile of an object. */
export function profileOf(bytes: Uint8Array): number {
  const kind = heads.findIndex(({ head }) => head === undefined || startsWith(bytes, head))
  return kind * sizes.length + sizes.findIndex((most) => bytes.length <= most)
}

function startsWith(bytes: Uint8Array, head: Uint8Array): boolean {
  return head.every((byte, index) => bytes[index] === byte)
}
