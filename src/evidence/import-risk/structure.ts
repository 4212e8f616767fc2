// What else speaks for or against a program: how it is built, and who stands for it.

import type { RiskFacts, RiskReason } from './facts.ts'

interface Weight {
  readonly points: number
  readonly techniques: readonly string[]
}

/** By the kinds of src/evidence/pe. Each counts once. */
const anomalyWeights: Readonly<Record<string, Weight>> = {
  packer: { points: 14, techniques: ['T1027.002'] },
  'high-entropy-code': { points: 14, techniques: ['T1027.002'] },
  'writable-code': { points: 6, techniques: ['T1027.002'] },
  'entry-outside': { points: 12, techniques: [] },
  'entry-not-in-code': { points: 12, techniques: [] },
  'entry-in-last-section': { points: 6, techniques: [] },
  'empty-executable-section': { points: 6, techniques: ['T1027.002'] },
  'no-imports': { points: 14, techniques: ['T1027.007'] },
  'tls-callbacks': { points: 1, techniques: [] },
  truncated: { points: 3, techniques: [] },
}

export function structureReasons({ anomalies, hashed, kind: program }: RiskFacts): RiskReason[] {
  const reasons: RiskReason[] = []
  const seen = new Set<string>()
  for (const { kind, text } of anomalies) {
    const weight = anomalyWeights[kind]
    // Firmware is built by other linkers, with other habits.
    if (weight === undefined || seen.has(kind) || program === 'efi') continue
    seen.add(kind)
    reasons.push({ id: kind, ...weight, text, functions: [] })
  }
  for (const { algorithm, names } of hashed) {
    const text = `it looks for ${names.length} functions by a hash of their names (${algorithm})`
    reasons.push({ id: 'hashed-names', points: 60, text, techniques: ['T1027.007'], functions: names })
  }
  return reasons
}

const famous = /\bmicrosoft\b/i

/** Points that are added because of who signed it, or did not. */
export function signatureReasons({ signature, companyName }: RiskFacts): RiskReason[] {
  const reason = (points: number, text: string, techniques: readonly string[] = []): RiskReason => ({
    id: `signature-${signature}`,
    points,
    text,
    techniques,
    functions: [],
  })
  const claims = companyName !== undefined && famous.test(companyName)
  switch (signature) {
    case 'broken':
      return [
        reason(30, 'it carries the signature of another file, or was changed after it was signed', [
          'T1036.001',
          'T1553.002',
        ]),
      ]
    case 'untrusted':
      return [
        reason(claims ? 22 : 10, 'it is signed by somebody whom nobody who is believed knows', ['T1553.002']),
      ]
    case 'none':
      return [
        reason(
          claims ? 12 : 3,
          claims ? 'it says that it is Microsoft’s, and Microsoft did not sign it' : 'it is not signed',
        ),
      ]
    case 'expired':
    case 'unknown':
    case 'valid':
      return []
  }
}

/** What the points of imports and structure are multiplied by: a good name takes away much, never all. */
export function trustFactor({ signature }: RiskFacts): number {
  return signature === 'valid' ? 0.4 : 1
}
