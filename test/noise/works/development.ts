// Somebody writes programs: a compiler, make, scripts of a package manager, git.

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

import { call, shell, type Work } from '../ground.ts'

const ann = ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', '-c', 'init.defaultBranch=main']

export const compiler: Work = {
  name: 'compiler',
  async run({ folder }, round) {
    const place = join(folder, `c-${round}`)
    mkdirSync(place)
    for (let unit = 0; unit < 6; unit += 1) {
      writeFileSync(join(place, `unit${unit}.c`), `int unit${unit}(int x) { return x * ${unit + 1}; }\n`)
      await call('gcc', ['-O2', '-c', `unit${unit}.c`], { cwd: place })
    }
    writeFileSync(join(place, 'main.c'), '#include <stdio.h>\nint main(void) { puts("built"); return 0; }\n')
    await shell(
      'gcc -o program main.c unit*.o && ar rcs libunits.a unit*.o && strip program && ./program',
      place,
    )
    await shell(
      'chmod 755 program && cp program /usr/local/bin/haechi-noise-built && haechi-noise-built && rm /usr/local/bin/haechi-noise-built',
      place,
    )
  },
}

export const scripts: Work = {
  name: 'scripts of a project',
  async run({ folder }, round) {
    const place = join(folder, `js-${round}`)
    mkdirSync(join(place, 'node_modules/.bin'), { recursive: true })
    writeFileSync(join(place, 'node_modules/.bin/lint'), '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    writeFileSync(
      join(place, 'test.js'),
      'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => s.close())\n',
    )
    for (const line of [
      'node_modules/.bin/lint',
      `${process.execPath} test.js`,
      'find . -name "*.js" | xargs wc -l',
    ])
      await shell(line, place)
    await call('python3', [
      '-c',
      'import base64, json, zlib; print(json.dumps({"a": base64.b64encode(b"x").decode()}))',
    ])
    await call('perl', ['-e', 'print join(",", map { $_ * 2 } 1..10)'])
  },
}

export const git: Work = {
  name: 'git',
  async run({ folder }, round) {
    const origin = join(folder, `git-${round}`)
    mkdirSync(origin)
    await call('git', [...ann, 'init', '-q'], { cwd: origin })
    for (const change of [1, 2, 3]) {
      writeFileSync(join(origin, 'build.sh'), `#!/bin/sh\necho ${change}\n`, { mode: 0o755 })
      await call('git', [...ann, 'add', '.'], { cwd: origin })
      await call('git', [...ann, 'commit', '-qm', `change ${change}`], { cwd: origin })
    }
    const copy = `${origin}-copy`
    await call('git', ['clone', '-q', origin, copy])
    writeFileSync(join(copy, '.git/hooks/pre-commit'), '#!/bin/sh\n./build.sh\n', { mode: 0o755 })
    writeFileSync(join(copy, 'README'), 'hello\n')
    await call('git', [...ann, 'add', '.'], { cwd: copy })
    await call('git', [...ann, 'commit', '-qm', 'read me'], { cwd: copy })
    await call('git', ['gc', '-q'], { cwd: copy })
  },
}
