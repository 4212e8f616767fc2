// How a kind of our events answers to Sigma's log sources and field names. Mappings are data; this is their form.

import type { EventDataset } from '../../../model/index.ts'

/**
 * Where a field's values come from, each path in ECS names or below `hx`:
 * a path; a fixed text; the first path that has something; a list's texts with blanks between (`or` a path where the list
 * is not there); one text of a list; a value that is looked up; several paths of which each is a value.
 */
export type FieldSource =
  | string
  | { readonly text: string }
  | { readonly first: readonly string[] }
  | { readonly join: string; readonly or?: string }
  | { readonly list: string; readonly at: number }
  | { readonly path: string; readonly lookup: Readonly<Record<string, string>> }
  | { readonly each: readonly string[] }

/** Which events: of the dataset, with one of these texts at every path. */
export interface EventChoice {
  readonly dataset: EventDataset
  readonly is?: Readonly<Record<string, readonly string[]>>
}

export interface Mapping {
  /** Named in explanations, e.g. `process`. */
  readonly id: string
  readonly events: readonly EventChoice[]
  /** What a rule may ask for; more than one service when they overlap. */
  /** Empty: the log source has none. */
  readonly product: string
  readonly category?: string
  readonly services?: readonly string[]
  /** Only for rules that name the service: the same event has another mapping for the others. */
  readonly serviceOnly?: true
  readonly fields: Readonly<Record<string, FieldSource>>
  /** Where keywords are looked for. */
  readonly keywords: readonly FieldSource[]
}
