// The responses as the command line has them: with the configuration of the host, and a daemon that is told when one runs.

import { AppError } from '../../base/app-error.ts'
import { createResponses, type ResponseRecord, type Responses } from '../../response/index.ts'
import type { Terminal } from '../render/terminal.ts'

export interface RespondValues {
  readonly 'dry-run'?: boolean
  readonly yes?: boolean
  readonly json?: boolean
  readonly why?: string
  readonly incident?: number
  readonly for?: string
  readonly 'until-undone'?: boolean
  readonly keys?: boolean
  readonly 'end-sessions'?: boolean
  readonly force?: boolean
  readonly socket?: string
  readonly config?: string
}

export interface OpenResponses {
  readonly responses: Responses
  readonly terminal: Terminal
  /** Tells the daemon, when one runs, what came of it. Never rejects. */
  readonly tellDaemon: () => Promise<void>
}

export async function openResponses(given: RespondValues, terminal: Terminal): Promise<OpenResponses> {
  const { loadConfig, responsesOf } = await import('../../config/index.ts')
  const { config } = await loadConfig({ file: given.config })
  const records: ResponseRecord[] = []
  const responses = createResponses({
    ...responsesOf(config),
    onRecord: (record) => {
      records.push(record)
    },
  })
  const socket = given.socket ?? config.daemon.socket
  return {
    responses,
    terminal,
    tellDaemon: async () => {
      if (records.length === 0) return
      const { ask } = await import('../../daemon/index.ts')
      try {
        for (const record of records) await ask(socket, { command: 'response', record })
      } catch (thrown) {
        // Without a daemon the audit log is all there is.
        if (thrown instanceof AppError && thrown.code === 'not-running' && given.socket === undefined) return
        terminal.err(`haechi: the daemon was not told: ${terminal.safe(String(thrown))}`)
      }
    },
  }
}
