// Patterns of paths: `*` is any part of one name, `**` any folders in between, also none.

/** For the whole path, or the whole name. */
export function expressionOf(glob: string): RegExp {
  const parts = glob.split('/').map((part) => {
    if (part === '**') return '(?:[^/]*/)*'
    const names = part.split('*').map((text) => RegExp.escape(text))
    return `${names.join('[^/]*')}/`
  })
  return new RegExp(`^${parts.join('').replace(/\/$/, '')}$`)
}
