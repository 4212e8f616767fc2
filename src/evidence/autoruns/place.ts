// How a table of autostart places describes one.

/** Windows' own names for the groups, as its Autoruns tool shows them. */
export type AutorunCategory =
  | 'Logon'
  | 'Explorer'
  | 'Internet Explorer'
  | 'Scheduled Tasks'
  | 'Services'
  | 'Drivers'
  | 'Codecs'
  | 'Boot Execute'
  | 'Image Hijacks'
  | 'AppInit'
  | 'KnownDLLs'
  | 'Winlogon'
  | 'Winsock Providers'
  | 'Print Monitors'
  | 'LSA Providers'
  | 'Network Providers'
  | 'WMI'
  | 'Office'
  | 'COM'
  | 'Other'

/**
 * Where a path counts from, a letter each, several where it is read at several places:
 * `M` SOFTWARE, `U` a user's Software (both also below Wow6432Node), `C` classes of the machine and of users (also Wow6432Node),
 * `c` classes of users only, `N` the root of a user's hive, `S` each control set of SYSTEM, `s` the root of SYSTEM.
 */
export type Roots = string

/** What of the key is an entry. */
export type Take =
  /** Every value; its data run. */
  | { readonly how: 'values'; readonly except?: readonly string[] }
  /** These values; `split` where one holds several. A name may end in `*`. */
  | {
      readonly how: 'named'
      readonly names: readonly string[]
      readonly split?: RegExp
      /** They name a folder: what lies in it runs, no file is named. */
      readonly isFolder?: boolean
    }
  /** Names of values: class ids, or paths too. */
  | { readonly how: 'value-names'; readonly of: 'classes' | 'anything' }
  /** A subkey each: its default value or its name is a class id. */
  | { readonly how: 'classes' }
  /** The first 260 bytes of a value are a path in ANSI. */
  | { readonly how: 'packed-path'; readonly names: readonly string[] }

export interface Place {
  readonly category: AutorunCategory
  readonly from: Roots
  /** `<any>` is any key. */
  readonly key: string
  readonly take: Take
  /** MITRE ATT&CK. */
  readonly technique: string
  /** What Windows itself has there, in lower case: entries with it are not worth a look. */
  readonly usual?: readonly string[]
}

export type PlaceRow = readonly [
  from: Roots,
  key: string,
  take: Take,
  technique: string,
  usual?: readonly string[],
]

/** Rows of a table that all belong to one category. */
export function places(category: AutorunCategory, rows: readonly PlaceRow[]): Place[] {
  return rows.map(([from, key, take, technique, usual]) => ({
    category,
    from,
    key,
    take,
    technique,
    ...(usual === undefined ? {} : { usual }),
  }))
}

export const everyValue: Take = { how: 'values' }
export const classNames: Take = { how: 'value-names', of: 'classes' }
export const valueNames: Take = { how: 'value-names', of: 'anything' }
export const classes: Take = { how: 'classes' }
/** The default value. */
export const unnamed: Take = { how: 'named', names: [''] }

export function named(...names: readonly string[]): Take {
  return { how: 'named', names }
}

export function folder(name: string): Take {
  return { how: 'named', names: [name], isFolder: true }
}

/** A value that holds several, parted by commas, semicolons or blanks outside of paths. */
export function listed(split: RegExp, ...names: readonly string[]): Take {
  return { how: 'named', names, split }
}
