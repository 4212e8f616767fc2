// An installed package, whoever manages it.

export interface PackageRow {
  readonly manager: string
  readonly name: string
  readonly version: string
  readonly architecture: string | null
  /** E.g. `install ok installed` of dpkg. */
  readonly state: string | null
  /** ISO 8601. */
  readonly installed: string | null
  readonly origin: string | null
}
