// Settings by which users keep their history elsewhere, or none, as their start files say: such a history is not read,
// and that must be known.

import { pathText } from '../../base/text.ts'
import { listHomes } from './homes.ts'
import { readSmallFile } from '../small-file.ts'

const startFiles = [
  '.bashrc',
  '.bash_profile',
  '.bash_login',
  '.profile',
  '.zshrc',
  '.zshenv',
  '.zprofile',
  '.kshrc',
  '.mkshrc',
]
const hostFiles = [
  '/etc/profile',
  '/etc/bash.bashrc',
  '/etc/bashrc',
  '/etc/zsh/zshrc',
  '/etc/zshrc',
  '/etc/environment',
]

const setting =
  /^(?!\s*#).*(?:\bHISTFILE=|\bunset\s+HISTFILE\b|\bHISTFILESIZE=0\b|\bHISTSIZE=0\b|\bSAVEHIST=0\b|set\s+\+o\s+history)/
const maxFound = 256

/** One sentence for each such line. */
export function historySettings(root: string): string[] {
  const base = Buffer.from(root).toString('latin1')
  const paths = hostFiles.map((path) => ({ path: base + path, uid: 0 }))
  for (const home of listHomes(root))
    for (const name of startFiles) paths.push({ path: `${home.path}/${name}`, uid: home.uid })
  const found: string[] = []
  for (const { path, uid } of paths) {
    const { file } = readSmallFile(path)
    // A user's link to somebody else's file is not read out.
    if (file === undefined || (file.uid !== uid && file.uid !== 0)) continue
    for (const [at, line] of file.text.split('\n').entries()) {
      if (line.length > 1000 || !setting.test(line) || found.length >= maxFound) continue
      found.push(`${pathText(path.slice(base.length))}, line ${at + 1}, changes where history is kept`)
    }
  }
  return found
}
