// What the readers make of ClamAV's databases: one typed record a signature, and where records go. The formats are those
// of the manual, chapter "Signatures" (https://docs.clamav.net/manual/Signatures.html).

import type { Tree } from '../../../matcher/regex/tree.ts'
import type { HashKind } from '../../../hashes/kinds.ts'
import type { Logic } from './logic.ts'

/** One file, or one member of a container, that holds records of one format. */
export interface DatabaseFile {
  /** For messages: the path; of a member `container:member`. */
  readonly name: string
  /** The name in lower case after its last dot: `ndb`. */
  readonly extension: string
  readonly bytes: Uint8Array
  /** Out of a container with a valid signature; see `printedName`. */
  readonly official: boolean
  /** Potentially unwanted applications only. */
  readonly pua: boolean
}

export interface Problem {
  readonly file: string
  /** From 1; 0 is the file as a whole. */
  readonly line: number
  /** One phrase for people; never text of the file itself. */
  readonly message: string
}

/** What became of the entries of one file. */
export interface Counts {
  loaded: number
  /** Meant for functionality levels other than ours. */
  excluded: number
  /** Named by an ignore list. */
  ignored: number
  /** Well formed, but of a kind that nothing here can use. */
  unsupported: number
  malformed: number
}

/** Receives everything. Handlers that are missing are not called; the file is read all the same. */
export interface Sink {
  /** Before a file is read; false leaves it out. */
  begin?(file: DatabaseFile): boolean
  /** After a file was read. */
  end?(file: DatabaseFile, counts: Readonly<Counts>): void
  problem(problem: Problem): void
  /** The same object every time, with new values. */
  hash?(line: Readonly<HashLine>, file: DatabaseFile): void
  body?(record: BodyRecord, file: DatabaseFile): void
  logical?(record: LogicalRecord, file: DatabaseFile): void
  container?(record: ContainerRecord, file: DatabaseFile): void
  fileType?(record: FileTypeRecord, file: DatabaseFile): void
  certificate?(record: CertificateRecord, file: DatabaseFile): void
  phishing?(record: PhishingRecord, file: DatabaseFile): void
  password?(record: PasswordRecord, file: DatabaseFile): void
  setting?(record: SettingRecord, file: DatabaseFile): void
  icon?(record: IconRecord, file: DatabaseFile): void
  bytecode?(record: BytecodeRecord, file: DatabaseFile): void
  yara?(record: YaraRecord, file: DatabaseFile): void
}

/** Which digest a hash file lists: whole files, sections of PE files, PE import tables, or files that are harmless. */
export type HashList = 'file' | 'section' | 'imports' | 'allowed'

/** A line of .hdb, .hsb, .mdb, .msb, .imp, .fp, .sfp and their PUA variants. Positions are offsets in `file.bytes`. */
export interface HashLine {
  list: HashList
  kind: HashKind
  /** 8 words, most significant first; those behind the end of a shorter digest are 0. */
  readonly digest: Uint32Array
  /** Bytes, or `anySize` of the hash detector. */
  size: number
  nameStart: number
  nameEnd: number
  line: number
}

/** `target` is a number from 0 to 14: 0 every file, 1 PE, 2 OLE2, 3 HTML, 4 mail, … as in the manual's "Target Types". */
export interface BodyRecord {
  readonly name: string
  readonly line: number
  readonly target: number
  readonly offset: Offset
  readonly body: Body
}

/** Where the first part of a body starts. `maxShift`: or up to so many bytes later. */
export type Offset =
  | { readonly kind: 'any' }
  | { readonly kind: 'absolute'; readonly value: number; readonly maxShift: number }
  /** `value` bytes before the end of the file. */
  | { readonly kind: 'end'; readonly value: number; readonly maxShift: number }
  /** Relative to the entry point; may be negative. */
  | { readonly kind: 'entry-point'; readonly value: number; readonly maxShift: number }
  /** Relative to the start of section `section`, from 0. */
  | {
      readonly kind: 'section'
      readonly section: number
      readonly value: number
      readonly maxShift: number
    }
  /** Anywhere in section `section`, from 0. */
  | { readonly kind: 'in-section'; readonly section: number; readonly maxShift: number }
  | { readonly kind: 'last-section'; readonly value: number; readonly maxShift: number }
  /** At a key or value of the version information of a PE file. */
  | { readonly kind: 'version-information' }
  /** A member of a macro group (0 to 31): matches nothing by itself. */
  | { readonly kind: 'macro'; readonly group: number }

/** A hexadecimal signature. Its parts follow each other at distances of `gap`. */
export interface Body {
  readonly parts: readonly BodyPart[]
  /**
   * A zero stands behind each byte of the signature. Marks of words then look at two bytes: they fail where a letter or
   * digit with a zero behind it is directly before, or directly behind, the part.
   */
  readonly wide: boolean
}

export interface BodyPart {
  /** Bytes between the end of the part before and this one; `most` may be Infinity. Zero for the first part. */
  readonly gap: Range
  readonly tree: Tree
  /** A byte so many bytes before the start of `tree`; the match starts at `tree` all the same. */
  readonly before?: Anchor
  /** A byte so many bytes behind the end of `tree`; the match ends at `tree` all the same. */
  readonly after?: Anchor
  /** Conditions on the places where `tree` starts and ends. */
  readonly left?: Mark
  readonly right?: Mark
}

export interface Range {
  readonly least: number
  readonly most: number
}

export interface Anchor {
  readonly tree: Tree
  /** Bytes between the anchor and the part. */
  readonly distance: Range
}

/** `(B)`, `(L)`, `(W)` at an end of a part. No byte is consumed. `marks.ts` has the sets of bytes. */
export interface Mark {
  readonly kind: 'boundary' | 'line' | 'word'
  readonly negated: boolean
}

export interface LogicalRecord {
  readonly name: string
  readonly line: number
  readonly target: TargetDescription
  readonly logic: Logic
  readonly subsignatures: readonly Subsignature[]
}

/** The description block: what the file must be like. Sizes in bytes; ranges include both ends. */
export interface TargetDescription {
  readonly target: number
  readonly fileSize?: Range
  readonly entryPoint?: Range
  readonly numberOfSections?: Range
  /** `CL_TYPE_…` of the object that this one was found in; `CL_TYPE_ANY`: of none. */
  readonly container?: string
  /** The objects around this one, outermost first; here `CL_TYPE_ANY` is any type. */
  readonly intermediates?: readonly string[]
  /** Not a condition: the file, once matched, is read again as this type. */
  readonly handlerType?: string
  readonly iconGroup1?: string
  readonly iconGroup2?: string
}

export type Subsignature =
  | { readonly kind: 'content'; readonly offset: Offset; readonly bodies: readonly Body[] }
  /** Can never match: a gap's least is greater than its most. */
  | { readonly kind: 'never' }
  /** A member of macro group `group` starts so many bytes behind the start of the subsignature before. */
  | { readonly kind: 'macro'; readonly distance: Range; readonly group: number }
  | PcreSubsignature
  | ByteCompareSubsignature
  | { readonly kind: 'fuzzy-image'; readonly hash: Uint8Array }

export interface PcreSubsignature {
  readonly kind: 'pcre'
  /** Over the subsignatures before; the expression is tried only when it holds. */
  readonly trigger: Logic
  /** In PCRE2's syntax; not compiled here. */
  readonly pattern: string
  readonly offset: Offset
  /** Letters of `g r e i s m x A E U`. */
  readonly flags: string
}

export interface ByteCompareSubsignature {
  readonly kind: 'byte-compare'
  /** The subsignature whose match is the origin. */
  readonly reference: number
  /** Bytes from there; may be negative. */
  readonly offset: number
  readonly number: 'hexadecimal' | 'decimal' | 'automatic' | 'binary' | 'unspecified'
  readonly endianness: 'little' | 'big' | 'unspecified'
  /** All `length` bytes must be there. */
  readonly exact: boolean
  readonly length: number
  /** One or two; all must hold. */
  readonly comparisons: readonly { readonly symbol: '<' | '>' | '='; readonly value: bigint }[]
}

/** Metadata of a member of an archive. A range that is missing is not asked for. */
export interface ContainerRecord {
  readonly name: string
  readonly line: number
  /** `CL_TYPE_…`, or `CL_TYPE_ANY`. */
  readonly type: string
  readonly containerSize?: Range
  /** A POSIX extended regular expression over the member's name; not compiled here. */
  readonly fileName?: string
  readonly compressedSize?: Range
  readonly realSize?: Range
  readonly encrypted?: boolean
  readonly position?: Range
  /** CRC-32 of the member; only the old .zmd and .rmd have it. */
  readonly crc32?: number
}

export interface FileTypeRecord {
  readonly name: string
  readonly line: number
  /** The object must have this type so far; `CL_TYPE_ANY`: any. */
  readonly required: string
  readonly detected: string
  readonly magic:
    | {
        readonly kind: 'bytes'
        readonly of: 'file' | 'partition'
        readonly offset: number
        readonly bytes: Uint8Array
      }
    | { readonly kind: 'body'; readonly offset: Offset; readonly body: Body }
}

/** A certificate whose Authenticode signatures are trusted or blocked. */
export interface CertificateRecord {
  readonly name: string
  readonly line: number
  readonly trusted: boolean
  /** SHA-1 of the subject. */
  readonly subject: Uint8Array
  /** SHA-1 of the serial number; missing: any. */
  readonly serial?: Uint8Array
  /** Big-endian; the exponent is 65537. */
  readonly modulus: Uint8Array
  readonly codeSign: boolean
  readonly timeSign: boolean
  readonly certSign: boolean
  readonly comment: string
}

export type PhishingRecord =
  /** .pdb `R`, .wdb `X` and `Y`: a regular expression over `real:displayed/`; `X` and `Y` allow. */
  | {
      readonly kind: 'regex'
      readonly line: number
      readonly allow: boolean
      readonly hostOnly: boolean
      readonly pattern: string
    }
  /** .pdb `H`, .wdb `M`: a host or, behind a dot or a space, a part of one. For `M` it is `real:displayed`. */
  | { readonly kind: 'host'; readonly line: number; readonly allow: boolean; readonly host: string }
  /** .gdb: SHA-256 of a URL, or the first 4 bytes of that of a host. */
  | {
      readonly kind: 'hash'
      readonly line: number
      readonly of: 'host-prefix' | 'url'
      readonly allow: boolean
      /** `S` malware, `S1` phishing, `S2` phishing of Google Safe Browsing. */
      readonly list: 'S' | 'S1' | 'S2'
      readonly hash: Uint8Array
    }

export interface PasswordRecord {
  readonly name: string
  readonly line: number
  readonly container: 'any' | 'zip' | 'rar'
  readonly password: Uint8Array
}

/** .cfg: which parts of one of ClamAV's modules are switched on. */
export interface SettingRecord {
  readonly line: number
  readonly module: string
  readonly flags: number
}

export interface IconRecord {
  readonly name: string
  readonly line: number
  readonly group1: string
  readonly group2: string
}

export interface BytecodeRecord {
  /** What the program may report, as far as it can be read without running it; empty when it cannot. */
  readonly name: string
}

export interface YaraRecord {
  /** The names of the rules as the source has them; ClamAV prints them as `YARA.name`. */
  readonly rules: readonly string[]
  readonly source: Uint8Array
}
