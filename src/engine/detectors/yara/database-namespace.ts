// Namespaces of rules that came in a ClamAV database: they tell where a rule is from, and so what it is called.

export const officialPrefix = 'clamav-official:'
export const unofficialPrefix = 'clamav:'

export function databaseNamespace(file: string, official: boolean): string {
  return `${official ? officialPrefix : unofficialPrefix}${file}`
}
