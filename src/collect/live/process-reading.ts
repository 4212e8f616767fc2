// One process after the other: first what cannot be held up, then its memory's facts and its executable. Each in a part of its own,
// so that of a process that never answers the first is there.

import { MountTable } from './mount-table.ts'
import { ownProc } from './own-proc.ts'
import { type Environment, type Part, type ProcessTask, rowsPart } from './parts.ts'
import { readPiece } from './proc-files.ts'
import { readDescriptors } from './process-descriptors.ts'
import { Executables } from './executable.ts'
import { processFacts } from './process-facts.ts'
import { readRegions, summaryOf } from './process-maps.ts'

const maxArgumentBytes = 65_536
const maxEnvironmentBytes = 131_072
const maxDescriptors = 4096

/** The tables are made once: the parent asks for the processes in several tasks only after a stall. */
export function* readProcesses({ pids, environment, maxFileBytes }: ProcessTask): Generator<Part, void> {
  const proc = ownProc().path
  const executables = new Executables(new MountTable(proc), maxFileBytes)
  for (const pid of pids) {
    const folder = `${proc}/${pid}`
    const facts = processFacts(folder)
    const descriptors = readDescriptors(folder, pid, maxDescriptors)
    yield rowsPart(
      'facts',
      facts === undefined ? [] : [{ ...facts, descriptors: descriptors?.count ?? null }],
    )
    if (facts === undefined) continue
    yield rowsPart('descriptors', descriptors?.listed ?? [])
    const regions = readRegions(folder)
    const link = facts['executable']
    const executable =
      typeof link === 'string' ? yield* executables.facts(folder, link, regions?.regions ?? []) : {}
    yield rowsPart('memory', [
      {
        ...argumentsOf(folder),
        ...environmentOf(folder, environment),
        ...(regions === undefined ? {} : summaryOf(regions)),
        ...executable,
      },
    ])
  }
}

function argumentsOf(folder: string): object {
  const piece = readPiece(`${folder}/cmdline`, maxArgumentBytes)
  if (piece === undefined) return { args: null, args_cut: false }
  return { args: textsOf(piece.bytes), args_cut: piece.cut }
}

function textsOf(bytes: Buffer): string[] {
  const texts = bytes.toString('utf8').split('\0')
  if (texts.at(-1) === '') texts.pop()
  return texts
}

/** Variables whose values tell how a program was made to run, and by whom; passwords and keys stand in others. */
const telling =
  /^(?:LD_[A-Z_]+|PATH|HOME|PWD|OLDPWD|SHELL|USER|LOGNAME|TERM|LANG|TZ|DISPLAY|SHLVL|_|HISTFILE|HISTSIZE|HISTFILESIZE|HISTCONTROL|PROMPT_COMMAND|BASH_ENV|ENV|IFS|PYTHONPATH|PERL5LIB|NODE_OPTIONS|SSH_(?:CLIENT|CONNECTION|TTY|AUTH_SOCK)|SUDO_(?:USER|UID|GID|COMMAND)|MAIL|INVOCATION_ID|XDG_SESSION_ID)$/

function environmentOf(folder: string, taking: Environment): object {
  if (taking === 'none') return {}
  const piece = readPiece(`${folder}/environ`, maxEnvironmentBytes)
  if (piece === undefined) return { environment: null, environment_cut: false }
  const variables = textsOf(piece.bytes)
  const environment = taking === 'whole' ? variables : variables.map((variable) => redacted(variable))
  return { environment, environment_cut: piece.cut }
}

/** What is no `NAME=value` is somebody's own text in that place: only its length. */
function redacted(variable: string): string {
  const equals = variable.indexOf('=')
  const name = equals > 0 ? variable.slice(0, equals) : ''
  if (telling.test(name)) return variable
  return name === ''
    ? `(${variable.length} characters)`
    : `${name}=(${variable.length - equals - 1} characters)`
}
