// docs/reference/events.md: what every event has, the fields that a filter may name, and what each sensor and the agent for
// Windows sees, from the document in its own folder.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

import { eventDatasets } from '../../src/model/index.ts'
import { sensorIds } from '../../src/sensors/sensor.ts'
import { fieldAliases, fieldNames } from '../../src/store/index.ts'
import { code, generated, page, table } from './markdown.ts'

const source = join(import.meta.dirname, '../../src')

export function eventsPage(): string {
  return page([
    '# Events',
    '',
    generated,
    '',
    'An event is one JSON object in the names of the Elastic Common Schema (ECS 9); what ECS has no name for is below `hx`. ' +
      '`haechi events --json` writes one a line; `haechi events --where` filters by the fields below. A field is absent where nothing is known.',
    '',
    `Datasets: ${eventDatasets.map((name) => code(name)).join(', ')}. \`event.sequence\` grows by one with each event of a store, across restarts.`,
    '',
    '## Short names of fields',
    '',
    ...table(
      ['short', 'stands for'],
      Object.entries(fieldAliases).map(([short, fields]) => [
        code(short),
        [fields]
          .flat()
          .map((field) => code(field))
          .join(' or '),
      ]),
    ),
    '',
    '## Fields',
    '',
    `${fieldNames.map((name) => code(name)).join(', ')}, and everything below \`hx\`.`,
    '',
    '## The daemon itself (`hx.health`)',
    '',
    ...table(
      ['action', 'when'],
      [
        [code('sensors.started'), 'the daemon begins to see; what was before it is not known'],
        [code('sensors.stopped'), 'it ended in order; without it the daemon was killed'],
        [code('sensor.loss'), '`hx.loss` has source, count and time: so many events of a source are missing'],
        [code('sensor.mismatch'), 'two sources that count the same thing disagree for seconds'],
      ],
    ),
    '',
    ...sensorIds.flatMap((id) => [...textOf(join('sensors', id, 'sensor.md')), '']),
    ...textOf('agent/agent.md'),
  ])
}

/** One level deeper than in its own folder. */
function textOf(path: string): string[] {
  const text = readFileSync(join(source, path), 'utf8').trimEnd()
  return text.split('\n').map((line) => (line.startsWith('#') ? `#${line}` : line))
}
