// Where corpora for measuring lie: not in the project, and not needed by its tests.

/** Throws when HAECHI_DATA names no folder. */
export function evalData(): string {
  const folder = process.env['HAECHI_DATA']
  if (folder !== undefined && folder !== '') return folder
  throw new Error('set HAECHI_DATA to the folder of the corpora')
}
