export { givenTargets, ownTargets } from './load-targets.ts'
export { withHomes } from './place.ts'
export type { Target, TargetList } from './target.ts'
export { findPlaces, type Found } from './walk.ts'
