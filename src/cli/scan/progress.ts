// The progress line: on a terminal's standard error only. The time left is rough (`~`) until the walk has ended,
// because only then is the number of files known.

import { formatDuration, formatSize } from '../../config/units.ts'
import type { Terminal } from '../render/terminal.ts'
import { number } from './report.ts'
import { filesOf, type Tally } from './tally.ts'

export interface ProgressState {
  readonly tally: Tally
  readonly waiting: () => number
  readonly walkEnded: () => boolean
}

const everyMs = 200

export function startProgress(
  terminal: Terminal,
  quiet: boolean,
  state: ProgressState,
): { stop: () => void } {
  if (quiet || !terminal.errIsTerminal) return { stop: () => undefined }
  const started = performance.now()
  const timer = setInterval(() => terminal.status(progressText(state, performance.now() - started)), everyMs)
  return {
    stop() {
      clearInterval(timer)
      terminal.status('')
    },
  }
}

function progressText(state: ProgressState, ms: number): string {
  const { tally } = state
  const files = filesOf(tally)
  const seconds = Math.max(ms, 1) / 1000
  const rate = files / seconds
  const parts = [
    `${number(files)} files`,
    `${tally.found} found`,
    `${formatSize(tally.bytes / seconds)}/s`,
    `${number(Math.round(rate))} files/s`,
  ]
  if (rate > 0) {
    const left = (state.waiting() / rate) * 1000
    parts.push(
      `${state.walkEnded() ? '' : '~'}${formatDuration(Math.max(1000, Math.round(left / 1000) * 1000))} left`,
    )
  }
  return parts.join('  ')
}
