// The log of NTFS ($LogFile): what happened to files in the last hours, and times that were set to what they had never been.

import { isLogFile, type LogFileChange, readLogFile } from '../../evidence/log-file/index.ts'
import { type RecordTime, timesOf } from '../record.ts'
import type { ArtefactFile, ArtefactKind } from './artefact.ts'
import { installed, runnable } from './ntfs.ts'

const maxSetBack = 200

/** What the file system does all the time; told only where everything is asked for. */
const usual: ReadonlySet<LogFileChange['change']> = new Set([
  'times-set',
  'attributes-set',
  'directory-entry-updated',
  'attribute-created',
  'attribute-deleted',
  'value-changed',
])

export const logFile: ArtefactKind = {
  id: 'log-file',
  title: 'changes in the log of NTFS',
  lies: (_path, name) => name === '$logfile',
  begins: isLogFile,
  *read(file) {
    let setBack = 0
    for (const change of readLogFile(file.source, file.notes)) {
      const path = (change.path ?? change.name ?? `?/record-${change.mftEntry ?? '?'}`).replaceAll('\\', '/')
      const isSuspect = isSetBack(change, path) && (setBack += 1) <= maxSetBack
      if (isSuspect) tellSetBack(file, change, path)
      else if (!file.isFull && usual.has(change.change) && !isRare(change)) continue
      yield {
        kind: 'log-file',
        source: file.label,
        times: timesIn(change),
        title: titleOf(change, path),
        data: change,
      }
    }
    if (setBack > maxSetBack)
      file.notes.add(`${setBack - maxSetBack} more files whose times were set back are not told`)
  },
}

function isRare({ backwards, stream }: LogFileChange): boolean {
  return backwards !== undefined || stream !== undefined
}

/** The log has no clock; a change is told at the times that it wrote. */
function timesIn({ change, after, before, usn }: LogFileChange): RecordTime[] {
  if (usn !== undefined) return timesOf(['changed', usn.time])
  if (change === 'file-created') return timesOf(['created', after?.created])
  return timesOf(
    ['times set', after?.changed],
    ['created, before it was set', before?.created === after?.created ? undefined : before?.created],
    ['modified, before it was set', before?.modified === after?.modified ? undefined : before?.modified],
  )
}

function titleOf({ change, oldName, stream, usn, isTakenBack }: LogFileChange, path: string): string {
  const of = stream === undefined ? path : `${path}:${stream}`
  const from = oldName === undefined ? '' : ` (was ${oldName})`
  const what = usn === undefined ? change : usn.reasons.join(' ')
  return `${of}: ${what}${from}${isTakenBack ? ', taken back' : ''}`
}

/** Creation, or the change of the record itself, which programs have no usual way to set. */
function isSetBack({ change, backwards, isDirectory, isTakenBack }: LogFileChange, path: string): boolean {
  const isBack = backwards?.includes('created') === true || backwards?.includes('changed') === true
  return (
    change === 'times-set' &&
    isBack &&
    !isTakenBack &&
    isDirectory !== true &&
    runnable.test(path) &&
    !installed.test(path)
  )
}

function tellSetBack(file: ArtefactFile, change: LogFileChange, path: string): void {
  const { before, after, backwards = [], lsn, mftEntry = 0 } = change
  const [name] = backwards
  const [was, is] = name === undefined ? [] : [before?.[name], after?.[name]]
  file.suspect({
    level: 'medium',
    title: 'Times of a file were set back',
    what: path,
    why: `The log of NTFS has its times before and after: ${backwards.join(', ')} went back, ${name ?? ''} from ${was ?? '?'} to ${is ?? '?'}. Programs that restore or unpack files do so too.`,
    rule: 'times-set-back',
    techniques: ['T1070.006'],
    ...(was === undefined ? {} : { time: was }),
    details: { path, backwards: backwards.join(', '), lsn, entry: mftEntry },
  })
}
