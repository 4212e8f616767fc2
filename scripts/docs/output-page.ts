// docs/reference/output.md: every line that --json writes, with its JSON Schema.

import * as z from 'zod/mini'

import { outputLines } from '../../src/model/output.ts'
import { block, code, generated, page } from './markdown.ts'

export function outputPage(): string {
  const lines = [
    '# Output for programs',
    '',
    generated,
    '',
    'With `--json` a command writes one JSON object a line on standard output and nothing else there. `type` says which ' +
      'line it is, `version` is that of its schema: fields may be added within a version, so ignore those you do ' +
      'not know; a change of meaning makes a new version.',
    '',
    'Control characters in names are written as `\\uNNNN`. A path that is not valid UTF-8 also comes as `path_base64`.',
    '',
  ]
  for (const [type, { schema, about }] of Object.entries(outputLines)) {
    lines.push(`## ${code(type)}`, '', about, '')
    lines.push(...block('json', JSON.stringify(z.toJSONSchema(schema), undefined, 2).split('\n')), '')
  }
  return page(lines.slice(0, -1))
}
