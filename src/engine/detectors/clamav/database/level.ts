// Functionality levels: each engine has one, and a record may say for which it is meant.

/** The level of ClamAV 1.4.6: its clamscan takes records from 216 on downwards and skips those from 217 on. */
export const functionalityLevel = 216

/** Whether a record for levels `least` to `most` is one for us. */
export function includesLevel(least: number, most: number): boolean {
  return least <= functionalityLevel && functionalityLevel <= most
}

/** The verdict on two optional fields of digits, as most formats end in: `[:MinFL[:MaxFL]]`. */
export function judgeLevels(
  least: string | undefined,
  most: string | undefined,
): 'loaded' | 'excluded' | 'malformed' {
  if (least === undefined) return 'loaded'
  if (!isNumber(least)) return 'malformed'
  if (Number(least) > functionalityLevel) return 'excluded'
  if (most === undefined) return 'loaded'
  if (!isNumber(most)) return 'malformed'
  return Number(most) < functionalityLevel ? 'excluded' : 'loaded'
}

/** Digits only; also none at all, which then counts as zero. */
export function isNumber(text: string): boolean {
  return /^[0-9]*$/.test(text)
}
