// Kinds of what strings hold.

/** What an investigator looks for in a string. */
export const indicatorKinds = [
  'url',
  'email',
  'ipv4',
  'ipv6',
  'windows-path',
  'unc-path',
  'unix-path',
  'registry-key',
  'base64',
  'hex',
] as const
export type IndicatorKind = (typeof indicatorKinds)[number]
