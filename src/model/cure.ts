// What curing a container did.

/** One change of the container or of one inside it. */
export interface CureChange {
  /** `rebuilt`: it is a container, and something was taken out of it. */
  readonly kind: 'removed' | 'rebuilt'
  readonly chain: readonly string[]
  /** What was found there. */
  readonly names: readonly string[]
}

export type CureOutcome =
  | { readonly kind: 'rebuilt'; readonly changes: readonly CureChange[] }
  /** Nothing was found that could be taken out. */
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'refused'; readonly message: string }
