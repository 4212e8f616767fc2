// docs/reference/config.md: every key of haechi.toml, from the option table.

import { initialText, kindText } from '../../src/config/kind-text.ts'
import { sectionNames, sectionTable, systemConfigFile } from '../../src/config/options.ts'
import { block, code, generated, page, table } from './markdown.ts'

export function configPage(): string {
  return page(
    [
      '# Configuration',
      '',
      generated,
      '',
      `Haechi reads ${code(systemConfigFile)} if it exists, then the file after ${code('--config')}; options on the command line ` +
        'come last. A later file changes only the keys that it names; a list replaces the list below it. Unknown keys ' +
        'and wrong values are errors. Relative paths start at the folder of the file.',
      '',
      ...block('toml', [
        '[gate]',
        'places = ["/srv/www", { path = "/home", kind = "mount" }]',
        'deadline = "5 s"',
        '',
        '[gate.exclude]',
        'paths = ["/srv/www/cache/**"]',
      ]),
      '',
      ...sectionNames.flatMap((name) => [
        `## [${name}]`,
        '',
        sectionTable[name].about,
        '',
        ...table(
          ['key', 'type', 'default', 'meaning'],
          Object.entries(sectionTable[name].options).map(([key, option]) => [
            code(key),
            kindText(option),
            code(initialText(option)),
            option.about,
          ]),
        ),
        '',
      ]),
    ].slice(0, -1),
  )
}
