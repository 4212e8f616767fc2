// What a verification found wrong with a package.

export type FindingKind =
  | 'changed'
  | 'header-changed'
  | 'missing'
  | 'added'
  | 'moved'
  | 'damaged'
  | 'cut-off'
  | 'chain-broken'
  | 'case-changed'
  | 'signature-missing'
  | 'signature-wrong'
  | 'other-key'
  | 'bytes-changed'
  | 'not-vouched'

export interface Finding {
  readonly kind: FindingKind
  /** Of the member; absent where it is about the package. */
  readonly member?: string
  /** One sentence. */
  readonly text: string
}

const mostKept = 10_000

/** Keeps the first ones and counts all. */
export class Findings {
  readonly kept: Finding[] = []
  count = 0

  add(kind: FindingKind, text: string, member?: string): void {
    this.count += 1
    if (this.kept.length < mostKept)
      this.kept.push({ kind, text, ...(member === undefined ? {} : { member }) })
  }
}
