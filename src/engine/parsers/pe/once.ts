// Facts that are worked out when they are first asked for.

/** The function that calls `make` once and remembers. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
