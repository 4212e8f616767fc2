// What the updates need of the engine, which they may not import: the command passes it in.

export interface Member {
  /** As the container spells it: hostile. */
  readonly name: string
  /** The content in order; each part is valid until the next step. */
  chunks(): Iterable<Uint8Array>
}

/** A ClamAV database, all its signatures checked. */
export interface Database {
  readonly version: number
  /** All files in it, COPYING and .info too, by names without folders. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

export interface Verifier {
  /**
   * The members of the zip, tar or compressed tar in a file, or the one file inside a gzip, whose name is '' then; undefined
   * when it is none. Throws an Error, also between the members, when it is damaged, when readers could disagree about
   * what is in it, or when it unpacks to more than `maxBytes`.
   */
  open(path: string, maxBytes: number): Iterable<Member> | undefined
  /** Version of the ClamAV database that begins with these 512 bytes; undefined when they are no header. Not signed. */
  versionOf(header: Uint8Array): number | undefined
  /**
   * Reads a .cvd or .cld. `key`: PEM file with the RSA key of a private mirror, else ClamAV's keys hold. Throws an Error
   * with the reason when it is not genuine.
   */
  readDatabase(
    path: string,
    options: { readonly key?: string | undefined; readonly maxBytes: number },
  ): Database
  /** Whether `signature`, in ClamAV's letters, is the one of a diff with this SHA-256. */
  signsDiff(sha256: Uint8Array, signature: string, key: string | undefined): boolean
  /**
   * What the engine cannot use of these files, a sentence each. Throws an Error with the reason when it can use nothing.
   * `files` are relative to `folder`.
   */
  check(folder: string, files: readonly string[]): readonly string[]
}
