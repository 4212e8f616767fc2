// What the best known tools find and flag by mistake on such requests, in per cent, measured on larger sets of the same kind: one log
// line at a time, payloads in the query. CRS is OWASP's core rule set 4.29 in libmodsecurity; libinjection counts SQL and XSS only.

export interface Anchor {
  readonly libinjection: number
  /** Paranoia levels 1 (the default) and 2. */
  readonly crs1: number
  readonly crs2: number
}

export const foundAnchors: Readonly<Record<string, Anchor>> = {
  sqli: { libinjection: 69.9, crs1: 85.7, crs2: 97.1 },
  xss: { libinjection: 87.8, crs1: 98.3, crs2: 99.4 },
  lfi: { libinjection: 0, crs1: 86.7, crs2: 90.3 },
  rce: { libinjection: 2.9, crs1: 72.1, crs2: 91.5 },
  php: { libinjection: 5.4, crs1: 93.2, crs2: 98.7 },
  generic: { libinjection: 0.5, crs1: 62.3, crs2: 97.4 },
}

export const flaggedAnchors: Readonly<Record<string, Anchor>> = {
  'logs-elastic': { libinjection: 0, crs1: 0.51, crs2: 0.92 },
  csic: { libinjection: 0, crs1: 2.5, crs2: 4.96 },
  httpparams: { libinjection: 0, crs1: 2.5, crs2: 4.96 },
  'text-searches': { libinjection: 0.03, crs1: 2.31, crs2: 15.1 },
  'crs-negatives': { libinjection: 4.1, crs1: 10.9, crs2: 33.3 },
  libinjection: { libinjection: 4.1, crs1: 10.9, crs2: 33.3 },
}
