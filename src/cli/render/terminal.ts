// Where a command writes to. Escapes what comes from outside at one place, colours only where a person looks, and
// knows what to do when the reader goes away.

import { printable } from '../../base/text.ts'

const styles = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
} as const

export type Style = keyof typeof styles

export interface Terminal {
  /** A line on standard output, as it is: build it from `style` and `safe`. */
  out(line: string): void
  /** A line on standard error, as it is. */
  err(line: string): void
  /** Text from outside: no control character reaches the terminal. */
  safe(text: string): string
  /** Escaped and, on a terminal, coloured. */
  style(style: Style, text: string): string
  /** Writes over the current line of standard error; does nothing when that is no terminal. '' removes it. */
  status(line: string): void
  readonly errIsTerminal: boolean
  /** Called instead of ending quietly when the reader of standard output has gone (a guard goes on). */
  whenReaderGone(handler: () => void): void
}

interface Stream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
  on(event: 'error', listener: (error: NodeJS.ErrnoException) => void): unknown
}

export interface TerminalOptions {
  readonly stdout: Stream
  readonly stderr: Stream
  readonly color: boolean
  /** Ends the process; for a reader that has gone. */
  readonly quit: () => void
}

export function createTerminal(options: TerminalOptions): Terminal {
  const { stdout, stderr } = options
  let readerGone = options.quit
  let shown = false
  stdout.on('error', (error) => {
    if (error.code === 'EPIPE') readerGone()
    else throw error
  })
  // Nobody reads our complaints: there is no place left to say so.
  stderr.on('error', () => undefined)

  const clear = (): void => {
    if (shown) stderr.write('\r\u001b[K')
    shown = false
  }
  return {
    errIsTerminal: stderr.isTTY === true,
    out(line) {
      clear()
      stdout.write(`${line}\n`)
    },
    err(line) {
      clear()
      stderr.write(`${line}\n`)
    },
    safe: printable,
    style(style, text) {
      const [on, off] = styles[style]
      const safe = printable(text)
      return options.color ? `\u001b[${on}m${safe}\u001b[${off}m` : safe
    },
    status(line) {
      if (stderr.isTTY !== true) return
      clear()
      if (line === '') return
      stderr.write(printable(line).slice(0, Math.max(20, (stderr.columns ?? 80) - 1)))
      shown = true
    },
    whenReaderGone(handler) {
      readerGone = handler
    },
  }
}

/** https://no-color.org: set and not empty. A dumb terminal shows escapes as they are. */
export function wantsColor(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb'
}
