// The filter language as a tree: plain data, the same for the store's search and for live events.

import type { Network } from '../../base/network.ts'

export interface Literal {
  readonly text: string
  /** Set when the text is a decimal number. */
  readonly number?: number
}

export type TextTest = 'contains' | 'starts' | 'ends'
export type Comparison = '<' | '<=' | '>' | '>='

export type Leaf =
  /** These words follow each other in some value of the event. */
  | { readonly kind: 'words'; readonly words: string }
  | { readonly kind: 'exists'; readonly field: string }
  | { readonly kind: 'equals'; readonly field: string; readonly values: readonly Literal[] }
  | { readonly kind: 'network'; readonly field: string; readonly networks: readonly Network[] }
  | {
      readonly kind: 'compare'
      readonly field: string
      readonly comparison: Comparison
      /** A number; microseconds since 1970 where the field is a time. */
      readonly value: number
      readonly isTime: boolean
    }
  | { readonly kind: 'text'; readonly field: string; readonly test: TextTest; readonly text: string }
  | { readonly kind: 'glob'; readonly field: string; readonly glob: string }

export type Where =
  | Leaf
  | { readonly kind: 'and'; readonly terms: readonly Where[] }
  | { readonly kind: 'or'; readonly terms: readonly Where[] }
  | { readonly kind: 'not'; readonly term: Where }
