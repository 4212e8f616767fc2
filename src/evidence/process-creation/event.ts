// What enrichment adds to our own event of a started process.

import type { Event, ProcessInfo } from '../../model/index.ts'
import type { FlatRecord } from './process-creations.ts'

/** The event of a record with the fields of the record that was enriched. */
export function enrichedEvent(event: Event, record: FlatRecord): Event {
  const { process } = event
  if (process === undefined || event.event.dataset !== 'hx.process' || record['Image'] === undefined)
    return event
  const text = (name: string): string | undefined => {
    const value = record[name]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const sha256 = /SHA256=([0-9A-F]{64})/.exec(text('Hashes') ?? '')?.[1]?.toLowerCase()
  const commandLine = process.command_line ?? text('CommandLine')
  const workingDirectory = text('CurrentDirectory')
  const parentLine = text('ParentCommandLine')
  const made: ProcessInfo = {
    ...process,
    ...(commandLine === undefined ? {} : { command_line: commandLine }),
    ...(workingDirectory === undefined ? {} : { working_directory: workingDirectory }),
    ...(sha256 === undefined ? {} : { hash: { sha256 } }),
    ...(process.parent === undefined || parentLine === undefined
      ? {}
      : { parent: { ...process.parent, command_line: parentLine } }),
  }
  return { ...event, process: made, hx: { ...event.hx, image: imageOf(text) } }
}

function imageOf(text: (name: string) => string | undefined): Readonly<Record<string, string>> {
  const fields = {
    file_version: text('FileVersion'),
    description: text('Description'),
    product: text('Product'),
    company: text('Company'),
    original_file_name: text('OriginalFileName'),
    hashes: text('Hashes'),
    integrity_level: text('IntegrityLevel'),
  }
  return Object.fromEntries(
    Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined),
  )
}
