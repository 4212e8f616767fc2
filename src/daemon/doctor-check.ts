// One line of `haechi doctor`.

export interface Check {
  readonly name: string
  /** `warn`: works with a gap that is named; `fail`: the guard cannot stand. */
  readonly result: 'ok' | 'warn' | 'fail'
  readonly detail: string
}
