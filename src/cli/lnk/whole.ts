// Everything that is known of one shortcut, for people.

import type { Droid, Lnk } from '../../evidence/lnk/index.ts'
import type { Terminal } from '../render/terminal.ts'
import type { FoundLink } from './links.ts'

export function tellWhole(file: string, { lnk, entry }: FoundLink, terminal: Terminal): void {
  const line = (label: string, text: string | number | boolean | undefined): void => {
    if (text === undefined || text === '') return
    terminal.out(`  ${terminal.style('cyan', label.padEnd(17))} ${terminal.safe(String(text))}`)
  }
  terminal.out(terminal.style('bold', lnk?.path ?? entry?.path ?? 'no target'))
  line('file', file)
  if (entry !== undefined) {
    line('entry', entry.entryNumber)
    line('category', entry.category)
    line('path', entry.path)
    line('last opened', entry.lastAccessed)
    line('opened', entry.accessCount === undefined ? undefined : `${entry.accessCount} times`)
    line('pinned', entry.pinned)
    line('computer', entry.hostname)
  }
  if (lnk !== undefined) tellLnk(lnk, line)
  terminal.out('')
}

type Line = (label: string, text: string | number | boolean | undefined) => void

function tellLnk(lnk: Lnk, line: Line): void {
  line('arguments', lnk.arguments)
  line('working directory', lnk.workingDirectory)
  line('description', lnk.name)
  line('relative path', lnk.relativePath)
  line('icon', lnk.iconEnvironment ?? lnk.iconLocation)
  line('environment', lnk.environment)
  line('created', lnk.created)
  line('modified', lnk.modified)
  line('accessed', lnk.accessed)
  line('size', `${lnk.fileSize} bytes, attributes 0x${lnk.fileAttributes.toString(16)}`)
  const { volume, network } = lnk.linkInfo ?? {}
  if (volume !== undefined)
    line(
      'volume',
      [volume.driveType, volume.serialNumber, volume.label].filter((part) => part !== undefined).join(', '),
    )
  if (network !== undefined)
    line('network', [network.shareName, network.deviceName].filter((part) => part !== undefined).join(', '))
  if (lnk.tracker !== undefined) {
    line('computer', lnk.tracker.machineId)
    line('file identifier', droidText(lnk.tracker.droid))
    if (lnk.tracker.birthDroid.fileId !== lnk.tracker.droid.fileId)
      line('born as', droidText(lnk.tracker.birthDroid))
  }
  for (const { type, name, modified, mftEntry, mftSequence } of lnk.target) {
    const place = mftEntry === undefined ? '' : `, $MFT ${mftEntry}-${mftSequence}`
    line(`item ${type}`, `${name ?? '-'}${modified === undefined ? '' : `, modified ${modified}`}${place}`)
  }
  for (const { name, value } of lnk.properties ?? []) line('property', `${name}: ${String(value)}`)
  if (lnk.console !== undefined)
    line('console', `${lnk.console.windowColumns} × ${lnk.console.windowRows}, ${lnk.console.faceName}`)
  line('code page', lnk.consoleCodePage)
  line('installer', lnk.darwin)
  line('shim', lnk.shim)
  line('known folder', lnk.knownFolder)
  if (lnk.overlayBytes > 0) line('appended', `${lnk.overlayBytes} bytes`)
}

function droidText({ fileId, time, mac }: Droid): string {
  return [fileId, time === undefined ? '' : `of ${time}`, mac === undefined ? '' : `on network card ${mac}`]
    .filter((part) => part !== '')
    .join(' ')
}
