// What the judges of this folder say of an object.

/** One finding about an object; the highest score of a name is told. */
export interface Finding {
  readonly name: string
  readonly score: number
  /** A sentence. */
  readonly reason: string
  readonly techniques: readonly string[]
  readonly offset?: number
}

/** MITRE ATT&CK techniques of documents. */
export const technique = {
  maliciousFile: 'T1204.002',
  exploitation: 'T1203',
  templateInjection: 'T1221',
  commandShell: 'T1059.003',
  javascript: 'T1059.007',
  dynamicDataExchange: 'T1559.002',
  forcedAuthentication: 'T1187',
  obfuscated: 'T1027',
  doubleExtension: 'T1036.007',
} as const

/** The lines of a text of `kind TAB detail TAB target` whose first line is `title`; undefined: it is another text. */
export function factLines(
  text: string,
  title: string,
): { readonly kind: string; readonly detail: string; readonly target: string }[] | undefined {
  const [first, ...lines] = text.split('\n')
  if (first !== title) return undefined
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [kind = '', detail = '', ...target] = line.split('\t')
      return { kind, detail, target: target.join('\t') }
    })
}
