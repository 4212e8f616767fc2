// What signatures' offsets refer to in an executable.

export interface ExecutableSection {
  /** In the file. */
  readonly offset: number
  readonly size: number
}

export interface Executable {
  /** In the file. */
  readonly entryPoint: number
  readonly sections: readonly ExecutableSection[]
  /** Where the keys of the version information are in a PE file. */
  versionPlaces(): ReadonlySet<number>
}
