// Files that a request writes, uploads or includes.

import { quote } from '../../evidence.ts'
import type { Machine } from './machine.ts'
import { beginning, deepTaint, ending, origin, type Value } from './value.ts'

const scriptEnding = /\.(?:php\d?|phtml|phar|pht|asp|aspx|ashx|jsp|jspx|cgi|pl|htaccess|user\.ini)$/i
const dataEnding = /\.(?:jpe?g|png|gif|ico|bmp|txt|log|dat|mp3|css)$/i
const streams = /^(?:data:|php:\/\/(?:input|filter)|expect:|zip:|phar:)/i
const code = /<\?php|<\?=|<%|\beval\b/i

/** `include` and `require`. */
export function includeSink(machine: Machine, given: Value, at: number): void {
  const value = deepTaint(given)
  const { taint, from } = value
  const head = beginning(value).slice(0, 200)
  if ((taint & origin.upload) !== 0) return machine.report('include', 92, at, `${from} is included`)
  if (streams.test(head)) return includedStream(machine, value, head, at)
  if ((taint & origin.request) !== 0) {
    // With an ending of its own only files of that kind are reached.
    const isWhole = value.tail === '' || dataEnding.test(value.tail)
    return machine.report('include', isWhole ? 61 : 30, at, `${from} decides which file is included`)
  }
  if ((taint & origin.remote) !== 0)
    return machine.report('include', 70, at, 'code of another host is included')
  if (taint === 0 && value.text !== undefined && /\.(?:jpe?g|png|gif|ico|bmp|mp3)$/i.test(value.text)) {
    return machine.report(
      'include-picture',
      62,
      at,
      `${quote(value.text)}, a picture by its name, is run as code`,
    )
  }
  if (taint === 0 && value.text !== undefined && /^(?:https?|ftp):\/\//i.test(value.text)) {
    machine.report('include', 66, at, `code of another host is included: ${quote(value.text)}`, 'T1105')
  }
}

/** A path that the request gives in whole; the address of a request itself is what caches are named by. */
export function isAnyFile({ taint, head, from }: Value): boolean {
  const whole = taint & (origin.request | origin.led)
  return whole === origin.request && head === '' && !from.startsWith('$_SERVER')
}

function includedStream(machine: Machine, value: Value, head: string, at: number): void {
  if (/^php:\/\/input/i.test(head))
    return machine.report('include', 95, at, 'the body of the request is included')
  if ((value.taint & (origin.request | origin.embedded)) !== 0) {
    return machine.report('include', 90, at, `${value.from} is included through ${quote(head, 20)}`)
  }
  if (/^data:/i.test(head)) machine.report('include', 45, at, 'code in a data: address is included', 'T1027')
}

/** Something is written to a file: `file_put_contents`, `fwrite`, `copy`. */
export function writeSink(
  machine: Machine,
  name: string,
  parts: { path: Value; content: Value; at: number },
): void {
  const { at } = parts
  const path = deepTaint(parts.path)
  const content = deepTaint(parts.content)
  const isScript = scriptEnding.test(ending(path).slice(-20))
  const request = origin.request | origin.unset
  if ((content.taint & origin.upload) !== 0) return uploadSink(machine, name, path, at)
  const isLed = (path.taint & origin.led) !== 0
  if ((content.taint & origin.request) !== 0 && (path.taint & request) !== 0 && !isLed) {
    return machine.report('write', 72, at, `${content.from} is written to a file that ${path.from} names`)
  }
  if ((content.taint & origin.request) !== 0 && (isLed || (path.taint & origin.embedded) !== 0)) {
    return machine.report(
      'write',
      isScript ? 66 : 45,
      at,
      `${content.from} is written to a file that ${path.from} names`,
    )
  }
  if ((content.taint & origin.file) !== 0 && isAnyFile(path)) {
    return machine.report('write', 60, at, `${path.from} names the file that ${content.from} is copied to`)
  }
  if (content.taint === origin.unset && path.taint === origin.unset) {
    return machine.report('write', 62, at, `${content.from} is written to a file that ${path.from} names`)
  }
  if ((content.taint & origin.request) !== 0 && isScript) {
    return machine.report('write', 70, at, `${content.from} is written to ${quote(ending(path))}`)
  }
  if ((content.taint & origin.remote) !== 0)
    return downloaded(machine, { path, content, at }, isScript ? 'script' : 'other')
  if (content.text !== undefined && isScript && code.test(content.text))
    writtenCode(machine, content, path, at)
}

function downloaded(
  machine: Machine,
  { path, content, at }: { path: Value; content: Value; at: number },
  kind: 'script' | 'other',
): void {
  const isNamed = (path.taint & (origin.request | origin.unset)) !== 0
  if (kind === 'other' && !isNamed)
    return machine.report('download', 15, at, 'a file is fetched from another host')
  // A generator that writes a script writes its beginning itself.
  const isWhole = kind === 'script' && content.head === ''
  const score = isWhole ? 62 : 45
  machine.report(
    'download',
    score,
    at,
    `what another host sends is written to ${quote(ending(path) || path.from)}`,
    'T1105',
  )
}

/** A file that writes another script: judged by what it writes. */
function writtenCode(machine: Machine, content: Value, path: Value, at: number): void {
  const before = machine.evidence.strongest
  machine.runCode(`?>${content.text}`, at)
  if (machine.evidence.strongest > before) {
    machine.report('drop', 60, at, `a script is written to ${quote(ending(path))}`, 'T1105')
  }
}

/** An uploaded file is put where `path` says. */
export function uploadSink(machine: Machine, name: string, path: Value, at: number): void {
  const { taint } = deepTaint(path)
  if ((taint & (origin.uploadName | origin.request | origin.unset)) === 0) {
    if ((taint & origin.embedded) !== 0)
      machine.report('upload', 30, at, `${name} stores an uploaded file where the request says`)
    else if (scriptEnding.test(ending(path).slice(-20))) {
      machine.report('upload', 66, at, `${name} stores an uploaded file as ${quote(ending(path))}`)
    }
    return
  }
  if (machine.checksUploads)
    return machine.report('upload', 15, at, `${name} stores an uploaded file under its own name`)
  // Uploads that come in parts are put together by `fwrite`: a program of some size, not a shell.
  machine.report(
    'upload',
    name === 'fwrite' || name === 'fputs' ? 40 : 62,
    at,
    `${name} stores an uploaded file under any name, unchecked`,
  )
}
