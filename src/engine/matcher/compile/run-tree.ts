// A run without an atom, as the beginning of the tree that is searched for everywhere.

import type { Tree } from '../regex/tree.ts'
import type { Element } from './element.ts'
import { treeOf } from './tree-items.ts'

export function searchedTree(run: readonly Element[], after: Tree | undefined): Tree | undefined {
  const row = treeOf(run)
  if (row === undefined || after === undefined) return row ?? after
  return { kind: 'concat', items: [row, after] }
}
