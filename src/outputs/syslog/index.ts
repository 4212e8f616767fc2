// Events for a log server: syslog messages that carry CEF or our JSON.

import { completer, eventOf } from '../complete.ts'
import type { Origin, Output } from '../output.ts'
import { toCef } from './cef.ts'
import { syslogMessage } from './message.ts'
import { openTransport } from './transport.ts'

/** Throws AppError when the URL cannot be read. */
export function openSyslog(
  settings: { readonly url: string; readonly format: 'cef' | 'json' },
  origin: Origin,
  notice: (message: string) => void,
): Output {
  const transport = openTransport(settings.url, notice)
  const complete = completer(origin)
  return {
    write(rows) {
      for (const { json, sequence } of rows) {
        const event = eventOf(json, sequence)
        const text = settings.format === 'cef' ? toCef(event, origin) : complete(json, sequence)
        transport.send(syslogMessage(event, text, origin))
      }
    },
    status: () => ({ id: 'syslog', written: transport.written, lost: transport.lost }),
    close: () => transport.close(),
  }
}
