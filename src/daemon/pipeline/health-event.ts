// Events about the daemon itself: when it begins and ends to see, so that a gap in the story is told as one.

import type { Event } from '../../model/index.ts'

export function healthEvent(action: 'sensors.started' | 'sensors.stopped', message: string): Event {
  return {
    '@timestamp': new Date().toISOString(),
    event: {
      kind: 'state',
      category: ['host'],
      type: [action === 'sensors.started' ? 'start' : 'end'],
      action,
      dataset: 'hx.health',
      provider: 'haechi',
    },
    message,
  }
}
