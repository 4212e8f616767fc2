// What a detector of web attacks is: one decoded value of one parameter in, a finding or nothing out. One folder a detector
// below detectors/, all named in the table there.

export const attackClasses = [
  'sqli',
  'xss',
  'traversal',
  'rfi',
  'rce',
  'ssti',
  'jndi',
  'xxe',
  'ssrf',
  'deserialization',
  'webshell',
  'double-extension',
  'scanner',
  'brute-force',
  'anomaly',
  'crlf',
  'nosql',
  'ldap',
  'open-redirect',
  'php-injection',
  'protocol',
] as const

export type AttackClass = (typeof attackClasses)[number]

/** One place of a request that an attacker can write, decoded as its target would see it. */
export interface Part {
  readonly place: 'path' | 'query' | 'cookie' | 'referer' | 'user-agent' | 'header' | 'body' | 'method'
  /** The parameter's name, decoded; '' where there is none. */
  readonly name: string
  readonly raw: string
  /**
   * Distinct decodings, the plainest last (URL once, twice, %u, overlong UTF-8, entities, base64, JSON strings …); at most 6,
   * each at most 8 KiB. Real text (UTF-16), not latin1.
   */
  readonly values: readonly string[]
}

export interface AttackFinding {
  readonly class: AttackClass
  /** The id of the detector's folder. */
  readonly detector: string
  /** One sentence for people; names the construct that was recognised. */
  readonly why: string
  /** 1–100; from 60 on it is told at default sensitivity. */
  readonly confidence: number
  /** ATT&CK ids, e.g. T1190. */
  readonly techniques: readonly string[]
  /** E.g. CWE-89. */
  readonly cwe: string
}

/**
 * Pure; called for each value of each part. Must be linear in the value's length and cost under 1 µs for ordinary values
 * (a pre-filter first).
 */
export interface PartDetector {
  readonly id: string
  readonly places: readonly Part['place'][]
  detect(value: string, part: Part): AttackFinding | undefined
}
