// What the score is worked out from: plain facts, whoever found them.

export interface ImportFact {
  readonly library: string
  readonly functions: readonly { readonly name?: string; readonly ordinal?: number }[]
}

export interface RiskFacts {
  readonly kind: 'program' | 'library' | 'driver' | 'efi' | 'object'
  /** Delayed ones too. */
  readonly imports: readonly ImportFact[]
  readonly isDotNet: boolean
  /** `untrusted`: signed by somebody whom nobody who is believed knows. `broken`: the file is not the one that was signed. */
  readonly signature: 'valid' | 'untrusted' | 'broken' | 'expired' | 'none' | 'unknown'
  /** Kinds as src/evidence/pe names them. */
  readonly anomalies: readonly { readonly kind: string; readonly text: string }[]
  /** Functions that the program looks for by a hash of their names. */
  readonly hashed: readonly HashedNames[]
  readonly companyName?: string
}

export interface HashedNames {
  readonly algorithm: string
  readonly names: readonly string[]
}

export interface RiskReason {
  readonly id: string
  /** Points that it adds or, below zero, takes away. */
  readonly points: number
  /** One sentence. */
  readonly text: string
  readonly techniques: readonly string[]
  /** The functions that it is about. */
  readonly functions: readonly string[]
}

export interface ImportRisk {
  /** 0–100. */
  readonly score: number
  readonly level: 'none' | 'low' | 'medium' | 'high'
  /** The heaviest first. */
  readonly reasons: readonly RiskReason[]
  /** What of each behaviour is imported; empty ones are left out. */
  readonly groups: readonly {
    readonly id: string
    readonly name: string
    readonly techniques: readonly string[]
    readonly functions: readonly string[]
  }[]
  /** Of all reasons, sorted. */
  readonly techniques: readonly string[]
}
